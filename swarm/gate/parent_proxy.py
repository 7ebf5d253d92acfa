"""Speaks with the user's parent proxy: asks for tunnels, and reads what it answers."""

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import h11

from swarm.gate import dialing
from swarm.gate.dialing import Resolver
from swarm.gate.transport import TlsWire, Wire
from swarm.policy.parent_proxy import SCHEMES, ProxyEndpoint

SECONDS = 15.0
"""From the first byte to the proxy until it has opened a tunnel."""
ANSWER_SECONDS = 60.0
"""From the end of a request in the clear to the end of its answer's head."""
SENDING_SECONDS = 1800.0
"""For the request itself."""
HEAD_LIMIT = 16 << 10
PIECES_LIMIT = 512
PASSWORD_WANTED = 407
UNAUTHORIZED = 401
"""A host's word for it, and that of some proxies for a wrong password."""
HTTP_PORT = 80
SEE_SETTING = "see upstream under [gate] in your config"
ASK_ITS_OWNER = "ask its owner, or name another: upstream under [gate]"
GATEWAY_STATUSES = frozenset({502, 503, 504})
"""Answers to a request in the clear that the proxy or the host may have given."""

Context = Callable[[], ssl.SSLContext]

_STATUS = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})(?: [^\r\n]*)?\r?\n")
_STATUS_START = b"HTTP/1."
_END = re.compile(rb"\r?\n\r?\n")
_SCHEME = re.compile(rb"(?im)^proxy-authenticate:[ \t]*([a-z0-9-]{1,30})")


class ParentProxyFailed(OSError):
    """The parent proxy is the reason why a host cannot be reached.

    `words` name the proxy and what to write; they hold no byte that it sent.
    """

    def __init__(self, proxy: ProxyEndpoint, fault: str, way_out: str) -> None:
        origin = f" ({proxy.origin})" if proxy.origin else ""
        self.words = f"the parent proxy {proxy.name}{origin} {fault}; {way_out}"
        super().__init__(self.words)


class BadAnswer(ValueError):
    """The bytes are no answer of HTTP/1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer to CONNECT."""

    status: int
    size: int
    """Bytes of the head; what follows belongs to the tunnel."""
    schemes: tuple[str, ...] = ()
    """The ways to say a password that it offers, in lower case."""


def parse_answer(data: bytes) -> Answer | None:
    """The head at the beginning of `data`; None if more is needed.

    BadAnswer for what is no HTTP/1 answer, and for a head that is too long.
    """
    start = data[: len(_STATUS_START)]
    if start != _STATUS_START[: len(start)]:
        raise BadAnswer("it is no HTTP")
    end = _END.search(data, 0, HEAD_LIMIT + 4)
    if not end:
        if len(data) > HEAD_LIMIT:
            raise BadAnswer("its head is too long")
        return None
    status = _STATUS.match(data, 0, end.end())
    if not status:
        raise BadAnswer("it has no status")
    schemes = _SCHEME.findall(data, 0, end.end())
    names = tuple(dict.fromkeys(name.decode().lower() for name in schemes))
    return Answer(int(status[1]), end.end(), names)


class ParentRoute:
    """The way through one parent proxy, which resolves the names that it is sent."""

    def __init__(
        self, proxy: ProxyEndpoint, resolve: Resolver, context: Context
    ) -> None:
        """`context` is for a proxy that is spoken to by TLS."""
        self._proxy = proxy
        self._resolve = resolve
        self._context = context

    def leads_to(self, host: str, port: int) -> bool:
        """True if this host is reached through the proxy."""
        return self._proxy.leads_to(host, port)

    async def open_tunnel(self, host: str, port: int) -> Wire:
        """A connection to the host by CONNECT; ParentProxyFailed says why not."""
        async with self._within(SECONDS):
            wire = await self._dial()
            try:
                await self._ask_for_tunnel(wire, f"{_bracketed(host)}:{port}")
            except BaseException:
                wire.close()
                raise
            return wire

    async def open_plain(self) -> Wire:
        """A connection to the proxy itself, for requests in the clear."""
        async with self._within(SECONDS):
            return await self._dial()

    def target(self, host: str, port: int, path: str) -> str:
        """The target of a request in the clear: all of its URL."""
        suffix = "" if port == HTTP_PORT else f":{port}"
        place = f"{_bracketed(host)}{suffix}"
        return f"http://{place}{path}"

    def fields(self) -> list[tuple[bytes, bytes]]:
        """The fields that the proxy wants with each request in the clear.

        Each has a connection of its own: some proxies hang up without a word.
        """
        return [*self._login(), (b"Connection", b"close")]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The user's password as requests carry it: a proxy may show a request back."""
        credentials = self._proxy.credentials
        coded = base64.b64encode(credentials.encode()).decode()
        return (credentials, coded) if credentials else ()

    def check(self, status: int, schemes: Iterable[bytes]) -> None:
        """ParentProxyFailed if an answer in the clear asks for another password."""
        if status == PASSWORD_WANTED:
            names = _SCHEME.findall(
                b"\n".join(b"Proxy-Authenticate: " + one for one in schemes)
            )
            found = tuple(name.decode().lower() for name in names)
            raise self._password_wanted(status, found)

    def words_about(self, status: int) -> str:
        """A sentence about an answer that proxy or host gave; empty for most."""
        if status not in GATEWAY_STATUSES:
            return ""
        return f"the parent proxy {self._proxy.name}, or the host, answered {status}"

    @contextlib.asynccontextmanager
    async def answering(self, sending: "asyncio.Future[None]") -> AsyncIterator[None]:
        """Ends in ParentProxyFailed if an answer in the clear breaks or is too late.

        `sending` is the request on its way; the answer's time begins when it is sent.
        """
        try:
            async with self._within(SENDING_SECONDS) as limit:
                sending.add_done_callback(lambda _: _shorten(limit, ANSWER_SECONDS))
                yield
        except h11.ProtocolError as error:
            raise self._failed("answered nonsense", SEE_SETTING) from error
        except ParentProxyFailed:
            raise
        except OSError as error:
            raise self.broken() from error

    def broken(self) -> ParentProxyFailed:
        """The failure of a proxy that hangs up."""
        return self._failed("closed without an answer", ASK_ITS_OWNER)

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[asyncio.Timeout]:
        try:
            async with asyncio.timeout(seconds) as limit:
                yield limit
        except TimeoutError:
            raise self._failed("did not answer in time", ASK_ITS_OWNER) from None

    async def _dial(self) -> Wire:
        proxy = self._proxy
        if not proxy.scheme:
            raise self._failed(
                "has no URL that makes sense",
                "in a password, write / as %2F, # as %23 and @ as %40",
            )
        if proxy.scheme not in SCHEMES:
            raise self._failed(
                f"is one of {proxy.scheme}://, which the gate does not speak",
                'name an http:// one: upstream = "http://..." under [gate]',
            )
        try:
            addresses = await self._resolve(proxy.host)
            wire, _ = await dialing.dial_any(addresses, proxy.port)
        except OSError as error:
            fault = error.strerror or str(error) or type(error).__name__
            fault = f"cannot be reached: {fault}"
            raise self._failed(fault, self._reach_it()) from error
        if proxy.scheme == "http":
            return wire
        inner = TlsWire(wire, self._context(), proxy.host)
        try:
            await inner.handshake()
        except ssl.SSLCertVerificationError as error:
            wire.close()
            raise self._failed(
                f"has a certificate that is not trusted: {error.verify_message}",
                "name its authority: upstream_ca under [tls] in your policy",
            ) from error
        except OSError as error:
            wire.close()
            raise self._failed("does not speak TLS", SEE_SETTING) from error
        except BaseException:
            wire.close()
            raise
        return inner

    async def _ask_for_tunnel(self, wire: Wire, place: str) -> None:
        fields = [(b"Host", place.encode()), *self._login()]
        head = f"CONNECT {place} HTTP/1.1\r\n".encode()
        head += b"".join(b"%s: %s\r\n" % field for field in fields)
        try:
            await wire.send(head + b"\r\n")
            answer = await _read_answer(wire)
        except BadAnswer as bad:
            raise self._failed(f"answered nonsense: {bad}", SEE_SETTING) from bad
        except OSError as error:
            raise self.broken() from error
        if answer.status in (PASSWORD_WANTED, UNAUTHORIZED):
            raise self._password_wanted(answer.status, answer.schemes)
        if not 200 <= answer.status < 300:
            raise self._failed(
                f"answered {answer.status} for {place}",
                "ask its owner to let that host pass, or name it in NO_PROXY",
            )

    def _password_wanted(
        self, status: int, schemes: tuple[str, ...]
    ) -> ParentProxyFailed:
        if schemes and "basic" not in schemes:
            ways = " or ".join(schemes[:4])
            return self._failed(
                f"answered {status}: it takes passwords by {ways} alone",
                "the gate speaks basic; run a proxy between that speaks it, and name "
                "that: upstream under [gate]",
            )
        if self._proxy.credentials:
            return self._failed(
                f"answered {status}: it refuses our password",
                "see upstream_password under [gate], or the variable",
            )
        return self._failed(
            f"answered {status}: it wants a password",
            'write upstream_password = "env:NAME" under [gate]',
        )

    def _reach_it(self) -> str:
        if self._proxy.host in self._proxy.name:
            return SEE_SETTING
        return (
            "it is on this machine: let it listen on the container network's address "
            "too, not on loopback alone"
        )

    def _login(self) -> list[tuple[bytes, bytes]]:
        credentials = self._proxy.credentials.encode()
        value = b"Basic " + base64.b64encode(credentials)
        return [(b"Proxy-Authorization", value)] if credentials else []

    def _failed(self, fault: str, way_out: str) -> ParentProxyFailed:
        return ParentProxyFailed(self._proxy, fault, way_out)


def _shorten(limit: asyncio.Timeout, seconds: float) -> None:
    with contextlib.suppress(RuntimeError):  # it is over already
        limit.reschedule(asyncio.get_running_loop().time() + seconds)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _read_answer(wire: Wire) -> Answer:
    """The head of the answer; what follows is put back. BadAnswer, OSError."""
    data = b""
    for _ in range(PIECES_LIMIT):
        more = await wire.recv()
        if not more:
            raise ConnectionResetError("closed without an answer")
        data += more
        answer = parse_answer(data)
        if answer:
            wire.unread(data[answer.size :])
            return answer
    raise BadAnswer("its head comes in too many pieces")
