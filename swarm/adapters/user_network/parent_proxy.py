"""Reads the user's parent proxy: the variables that curl reads, or a setting of ours.

The password is kept apart from everything else, so that nothing that is shown, stored
or logged can hold it.
"""

import base64
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from swarm.model.safe_text import safe_line
from swarm.model.user_network import ParentProxy
from swarm.plan.gate_containers import HOST_NAME
from swarm.policy import no_proxy

AUTO, NONE = "auto", "none"
SETTING = "[gate] upstream"
VARIABLES = (
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "http_proxy",
    "HTTP_PROXY",
)
"""The first that is set counts: what goes out is nearly all TLS, for which curl asks
the first four."""
_FOR_PLAIN_HTTP = VARIABLES[4:]
NO_PROXY = ("no_proxy", "NO_PROXY")
PORTS = {"http": 1080, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}
"""The port of a proxy whose URL names none, by scheme, as curl takes it."""
SHORTEST_WORD = 4
"""Characters of a password from which it is masked by itself, too."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParentProxySetting:
    """The parent proxy, its credentials, and what could not be read."""

    proxy: ParentProxy | None = None
    credentials: str = field(default="", repr=False)
    """`user:password` of its URL; a secret."""
    problems: tuple[str, ...] = ()


def read(environment: Mapping[str, str], upstream: str = AUTO) -> ParentProxySetting:
    """The proxy that the setting names, or with `auto` the environment.

    A URL that makes no sense gives a proxy without one, and a problem: going direct
    instead would be a way out that the user did not mean.
    """
    if upstream == NONE:
        return ParentProxySetting()
    origin, url = SETTING, upstream
    if upstream == AUTO:
        origin, url = _first(environment, VARIABLES)
        if not url:
            return ParentProxySetting()
    excepted = no_proxy.entries(_first(environment, NO_PROXY)[1])
    excepted = tuple(safe_line(entry) for entry in excepted)
    try:
        parts, credentials = _parsed(url)
    except ValueError:
        problem = f"proxy: {origin} is no URL of a proxy: nothing gets out"
        proxy = ParentProxy("", excepted, origin=origin)
        return ParentProxySetting(proxy, problems=(problem,))
    clean = f"{parts.scheme}://{bracketed(parts.hostname or '')}:{_port(parts)}"
    proxy = ParentProxy(clean, excepted, bool(credentials), origin)
    problems = tuple(_differing(environment, proxy) if upstream == AUTO else ())
    return ParentProxySetting(proxy, credentials, problems)


def masked(text: str, variables: Mapping[str, str]) -> str:
    """The text without the passwords that these proxy variables hold.

    Programs repeat a proxy's URL in their complaints, some of them decoded.
    """
    for url in set(variables.values()):
        login = url.partition("://")[2].rpartition("@")[0]
        password = login.partition(":")[2]
        spellings = {login, unquote(login)}
        if len(password) >= SHORTEST_WORD:
            spellings |= {password, unquote(password)}
        if login:
            encoded = base64.b64encode(unquote(login).encode()).decode()
            for secret in sorted({*spellings, encoded}, key=len, reverse=True):
                text = text.replace(secret, "…")
    return text


def is_this_machine(host: str) -> bool:
    """True for a name or address that leads back to the machine that dials it."""
    own = ("localhost", HOST_NAME, socket.gethostname().lower())
    if host in own or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def bracketed(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    for name in names:
        value = environment.get(name, "").strip()
        if value:
            return name, value
    return "", ""


def _parsed(text: str) -> tuple[SplitResult, str]:
    """The URL in its parts, and `user:password`; ValueError if it is none."""
    url = text.strip()
    if not url.isprintable():
        raise ValueError("a control character")
    if not _SCHEME.match(url):
        url = f"http://{url}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or len(host) > 253 or parts.port == 0:
        raise ValueError("no host, or a bad one")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("more than a host")  # a `/` or `#` in a password, mostly
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    credentials = f"{unquote(user)}:{unquote(password)}" if user or password else ""
    if any(not c.isprintable() for c in credentials):
        raise ValueError("a password that no header may hold")
    return parts, credentials


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS.get(parts.scheme, 1080)


def _differing(environment: Mapping[str, str], proxy: ParentProxy) -> list[str]:
    """A problem if plain HTTP has a proxy of its own."""
    name, url = _first(environment, _FOR_PLAIN_HTTP)
    if not url or name == proxy.origin:
        return []
    try:
        parts, _ = _parsed(url)
    except ValueError:
        return [f"proxy: {name} is no URL of a proxy; {proxy.origin} counts"]
    own = f"{parts.scheme}://{bracketed(parts.hostname or '')}:{_port(parts)}"
    if own == proxy.url:
        return []
    return [
        f"proxy: {name} names another one than {proxy.origin}, which counts for all"
    ]
