"""Who may call a task's port in the browser of its user, and what its pages may call.

A page of another box, or of the web, runs in the same browser and could call any port
of the loopback. Browsers say in each request which page makes it; programs that are no
browsers say nothing, and are the user's own.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_OWN_SITES = frozenset({b"same-origin", b"same-site", b"none"})
"""`none` is an address that the user typed, or that swarm opened."""
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class BadPlace(ValueError):
    """What the keeper says of a connection cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection leads, and by which names."""

    port: int
    """Where the task's own server listens, in its box."""
    host: str = ""
    """The one `Host` that is served, such as `t7.localhost:20112`."""
    peers: tuple[str, ...] = ()
    """The hosts of the task's other ports, whose pages may call this one."""
    is_raw: bool = False
    """The bytes are carried unread; the user asked for that."""

    def encoded(self) -> bytes:
        """What `place_from` reads."""
        body = [self.port, self.host, list(self.peers), self.is_raw]
        return json.dumps(body).encode()

    @property
    def url(self) -> str:
        """The address that a browser is given."""
        return f"http://{self.host}/"


def place_from(body: bytes) -> Place:
    """Read a place; BadPlace."""
    try:
        port, host, peers, is_raw = json.loads(body)
        place = Place(int(port), str(host), tuple(map(str, peers)), bool(is_raw))
    except (ValueError, TypeError) as error:
        raise BadPlace("no place of a connection") from error
    if not 1 <= place.port <= 65535:
        raise BadPlace("no port")
    return place


def refusal(
    target: bytes, headers: Iterable[tuple[bytes, bytes]], place: Place
) -> tuple[int, str] | None:
    """The status and the sentence with which a request is refused; None if it is not.

    `headers` have lower-case names.
    """
    hosts, origins, sites, referers = _named(headers)
    own = {f"http://{host}" for host in (place.host, *place.peers)}
    if not target.startswith(b"/") and target != b"*":
        return 400, "this is no proxy: the address of a request begins with /"
    if [host.lower() for host in hosts] != [place.host]:
        return 421, _host_words(hosts, place)
    if any(origin not in own for origin in origins):
        return 403, _page_words(origins[0], place)
    if any(site.encode() not in _OWN_SITES for site in sites):
        return 403, _page_words("", place)
    if not sites and any(_origin_of(referer) not in own for referer in referers):
        return 403, _page_words(_origin_of(referers[0]), place)
    return None


def _named(
    headers: Iterable[tuple[bytes, bytes]],
) -> tuple[list[str], list[str], list[str], list[str]]:
    names = (b"host", b"origin", b"sec-fetch-site", b"referer")
    found: dict[bytes, list[str]] = {name: [] for name in names}
    for name, value in headers:
        if name in found:
            found[name].append(value.decode("latin-1").strip(" \t"))
    hosts, origins, sites, referers = (found[name] for name in names)
    return hosts, origins, sites, referers


def _host_words(hosts: list[str], place: Place) -> str:
    name = hosts[0].rpartition(":")[0].lower() if hosts else ""
    if name in _LOOPBACK:
        return (
            "a box's server has a name of its own here, so that its cookies and pages "
            f"are not mixed with those of your other servers: {place.url}"
        )
    return f"only {place.url} is served here, by that name"


def _page_words(origin: str, place: Place) -> str:
    who = f"a page of {origin[:200]}" if origin else "a page of another site"
    return (
        f"{who} may not call a box's server; type or paste {place.url} to open it "
        "yourself"
    )


def _origin_of(referer: str) -> str:
    try:
        parts = urlsplit(referer)
    except ValueError:
        return referer
    return f"{parts.scheme}://{parts.netloc}".lower()


def content_policy(place: Place) -> bytes:
    """The header that keeps a box's page from calling plain servers by name.

    It may use its own ports and the TLS of the web. It adds to what the page's own
    header forbids. No header keeps a page from leading its user elsewhere.
    """
    hosts = (place.host, *place.peers)
    own = " ".join(f"http://{host}" for host in hosts)
    sockets = " ".join(f"ws://{host}" for host in hosts)
    return (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: https: wss: "
        f"{own} {sockets}; form-action 'self' https: {own}; "
        f"frame-ancestors 'self' {own}"
    ).encode()
