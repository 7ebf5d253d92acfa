"""The parent proxy as the gate is told of it, with its credentials."""

from dataclasses import asdict, dataclass, field
from typing import Any

from swarm.policy import no_proxy

SCHEMES = ("http", "https")
"""The ways to speak with a proxy that the gate knows."""


@dataclass(frozen=True, slots=True)
class ProxyEndpoint:
    """A proxy that every connection goes through, but to the hosts in `no_proxy`."""

    name: str
    """As the user wrote it, without user and password; what errors call it."""
    scheme: str
    host: str
    """The name or address that the gate dials."""
    port: int
    no_proxy: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    """Names whose addresses the gate knows without asking: reached without it, too."""
    origin: str = ""
    """The setting or variable that names it."""
    credentials: str = field(default="", repr=False)
    """`user:password`; a secret, which nothing writes down."""

    def leads_to(self, host: str, port: int) -> bool:
        """True if this host is reached through the proxy."""
        is_known = host in self.known
        return not (is_known or no_proxy.matches(self.no_proxy, host, port))


def to_json(proxy: ProxyEndpoint | None) -> dict[str, Any] | None:
    """The proxy as it travels to the gate; None for none."""
    return asdict(proxy) if proxy else None


def from_json(body: dict[str, Any] | None) -> ProxyEndpoint | None:
    """The proxy from its JSON; TypeError or KeyError if another version wrote it."""
    if body is None:
        return None
    lists = {key: tuple(body[key]) for key in ("no_proxy", "known")}
    return ProxyEndpoint(**{**body, **lists})
