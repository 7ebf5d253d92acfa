"""The user's own network as one reading of it: package registries and parent proxy.

Everything that opens, explains, probes or sets up the way out starts from this value,
so that no two of them can differ. It holds no password and no token: only where one is.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from swarm.model.frozen import frozen

PORTS = {"https": 443, "http": 80}

DOWNLOADS = "downloads"
"""The scope of a place that an index lets download from: no setting names it."""


@frozen
class Registry:
    """One place that one package tool of the user's fetches from."""

    tool: str
    """The tool's own name: `pip`, `npm`, `cargo`."""
    url: str
    """As the tool is set, without user, password, query or fragment."""
    scope: str = ""
    """What it is for if not for everything: npm's `@corp`, an index's name."""
    origin: str = ""
    """File or variable that names it, or whose default it is, for a human to read."""
    is_default: bool = False
    """True for the tool's public default, false for what the user chose."""
    credential: str = ""
    """Where the user's token or password for it stands; empty without one."""

    @property
    def host(self) -> str:
        """The name or address, in lower case; empty if the URL names none."""
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def port(self) -> int:
        """The port, the scheme's own if the URL names none; 0 for another scheme."""
        parts = urlsplit(self.url)
        return parts.port or PORTS.get(parts.scheme, 0)

    @property
    def endpoint(self) -> str:
        """`host:port`, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@frozen
class ParentProxy:
    """The proxy that the user's machine goes out through."""

    url: str
    """Scheme, host and port; without user and password."""
    no_proxy: tuple[str, ...] = ()
    """Hosts that are reached without it, as `NO_PROXY` names them."""
    has_password: bool = False
    origin: str = ""
    """The setting or variable that names it."""


@frozen
class UserNetwork:
    """What was found; `problems` are sentences about what could not be read."""

    registries: tuple[Registry, ...] = ()
    proxy: ParentProxy | None = None
    problems: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    """Variables that say how a tool takes what it fetches: `GOSUMDB`. No secrets."""

    def endpoints(self) -> dict[str, tuple[str, ...]]:
        """`host:port` of each tool's registries; a tool without one is left out."""
        by_tool: dict[str, tuple[str, ...]] = {}
        for tool, endpoint in self._endpoints():
            known = by_tool.get(tool, ())
            if endpoint not in known:
                by_tool[tool] = (*known, endpoint)
        return by_tool

    def chosen(self) -> dict[str, str]:
        """`host:port` of those that the user's settings name, and what names each.

        A public default that a setting names is none of them.
        """
        public = {each.endpoint for each in self.registries if each.is_default}
        return {
            each.endpoint: each.origin
            for each in reversed(self.registries)
            if not each.is_default and each.endpoint not in public
        }

    def _endpoints(self) -> Iterator[tuple[str, str]]:
        for registry in self.registries:
            if registry.host and registry.port:
                yield registry.tool, registry.endpoint
