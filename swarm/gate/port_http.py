"""One browser's connection to a task's own server: each request is checked, and passed.

Each request gets a connection of its own into the box. What the server answers is
passed on as it comes, with one header more.
"""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable

import h11

from swarm.gate.port_answers import answer
from swarm.gate.port_channels import CHUNK, Stream, carry
from swarm.gate.port_guard import Place, content_policy, refusal

ANSWER_SECONDS = 120.0
"""The time that the box's server has to begin its answer."""
IDLE_SECONDS = 60.0
"""The time that a browser may wait before its next request."""
LONGEST_HEAD = 64 << 10
_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding"}
)

Box = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Box]]
"""Connects to the box's server; OSError if nobody listens."""
Headers = list[tuple[bytes, bytes]]
Head = h11.Request | h11.InformationalResponse | h11.Response


class Refused(Exception):
    """The connection ends with an answer of ours."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = answer(status, sentence)


async def serve(browser: Stream, connect: Connect, place: Place) -> None:
    """Serve requests until a side ends, or one is refused. ConnectionError."""
    early = b""
    while True:
        exchange = _Exchange(browser, connect, place, early)
        try:
            if not await exchange.run():
                return
        except Refused as refused:
            if exchange.has_answered:
                raise ConnectionResetError("the answer broke off") from refused
            await browser.write(refused.answer)
            return
        early = exchange.rest


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, browser: Stream, connect: Connect, place: Place, early: bytes
    ) -> None:
        """`early` came behind the request before."""
        self._browser, self._connect, self._place = browser, connect, place
        self._server = h11.Connection(h11.SERVER, LONGEST_HEAD)
        self._client = h11.Connection(h11.CLIENT, LONGEST_HEAD)
        if early:
            self._server.receive_data(early)
        self._late = b""
        self.has_answered = False

    @property
    def rest(self) -> bytes:
        """What the browser sent beyond its request."""
        return bytes(self._server.trailing_data[0]) + self._late

    async def run(self) -> bool:
        """Carry it out; True if another request may follow. Refused."""
        request = await self._request()
        if request is None:
            return False
        if not bytes(request.http_version).startswith(b"1."):
            raise _no_http("another version")
        if fault := refusal(bytes(request.target), request.headers, self._place):
            raise Refused(*fault)
        try:
            box = await self._connect()
        except (OSError, TimeoutError) as error:
            raise self._not_connected(error) from error
        passing = asyncio.ensure_future(self._pass(_passed(request), box[1]))
        try:
            return await self._answered(box, passing)
        finally:
            await _ended(passing)
            box[1].close()

    async def _request(self) -> h11.Request | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                event = await self._browser_event()
                return event if isinstance(event, h11.Request) else None
        return None

    async def _browser_event(self) -> object:
        while True:
            try:
                event = self._server.next_event()
            except h11.RemoteProtocolError as error:
                raise _no_http(str(error)) from error
            if event is not h11.NEED_DATA:
                return event
            self._server.receive_data(await self._browser.read())

    async def _pass(self, request: h11.Request, writer: asyncio.StreamWriter) -> bool:
        """Pass the request on; True if the browser goes away before its answer.

        Refused, ConnectionResetError.
        """
        event: object = request
        while isinstance(event, h11.Request | h11.Data | h11.EndOfMessage):
            writer.write(self._client.send(event) or b"")
            try:
                await writer.drain()
            except OSError:
                return False  # its answer may say why it reads no more
            if isinstance(event, h11.EndOfMessage):
                self._late = await self._browser.read()
                return not self._late
            event = await self._browser_event()
        return True

    async def _answered(self, box: Box, passing: "asyncio.Future[bool]") -> bool:
        """Pass the answer on, while the browser is there; True if it can go on."""
        answering = asyncio.ensure_future(self._answer(box[0]))
        try:
            await asyncio.wait(
                {answering, passing}, return_when=asyncio.FIRST_COMPLETED
            )
            if not answering.done() and await passing:
                raise ConnectionResetError("the browser has gone")
            has_switched = await answering
        except Refused:
            # The browser's own fault counts before what the box's server made of it.
            if passing.done() and isinstance(passing.exception(), Refused):
                passing.result()
            raise
        finally:
            await _ended(answering)
        if has_switched:
            await _ended(passing)
            await self._splice(*box)
            return False
        return h11.DONE is self._server.our_state is self._server.their_state

    async def _answer(self, reader: asyncio.StreamReader) -> bool:
        """Pass the answer on to its end; True if the protocol changes behind it."""
        while True:
            event = await self._box_event(reader)
            match event:
                case h11.InformationalResponse():
                    has_switched = event.status_code == 101
                    self.has_answered |= has_switched
                    await self._to_browser(_passed_back(event))
                    if has_switched:
                        return True
                case h11.Response():
                    policy = (b"content-security-policy", content_policy(self._place))
                    await self._to_browser(_passed_back(event, policy))
                    self.has_answered = True
                case h11.Data():
                    await self._to_browser(event)
                case h11.EndOfMessage():
                    await self._to_browser(h11.EndOfMessage())
                    return False
                case _:
                    raise self._broken("it ended without an answer")

    async def _to_browser(self, event: h11.Event) -> None:
        try:
            data = self._server.send(event)
        except h11.LocalProtocolError as error:
            raise self._broken(str(error)) from error
        if data:
            await self._browser.write(data)

    async def _box_event(self, reader: asyncio.StreamReader) -> object:
        try:
            async with asyncio.timeout(None if self.has_answered else ANSWER_SECONDS):
                while (event := self._client.next_event()) is h11.NEED_DATA:
                    self._client.receive_data(await self._from_box(reader))
        except h11.RemoteProtocolError as error:
            raise self._broken(f"it hung up, or spoke no HTTP ({error})") from error
        except TimeoutError as error:
            sentence = (
                f"the server at port {self._place.port} in the box took the request "
                f"and has not answered for {ANSWER_SECONDS:.0f} s"
            )
            raise Refused(504, sentence) from error
        return event

    async def _from_box(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read(CHUNK)
        except OSError as error:
            raise self._broken("it hung up") from error

    def _not_connected(self, error: Exception) -> Refused:
        port = self._place.port
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return Refused(503, "too many connections are open into this box")
        if isinstance(error, ConnectionError):
            return Refused(
                502,
                f"nothing listens at port {port} in the box; start its server there, "
                "and load this page again",
            )
        return Refused(504, f"the server at port {port} in the box takes no connection")

    def _broken(self, what: str) -> Refused:
        port = self._place.port
        return Refused(
            502, f"the server at port {port} in the box gave no answer: {what}"
        )

    async def _splice(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry what follows a change of the protocol, such as a WebSocket's."""
        writer.write(self.rest)
        if early := bytes(self._client.trailing_data[0]):
            await self._browser.write(early)
        await carry(self._browser, reader, writer)


def _no_http(why: str) -> Refused:
    return Refused(
        400,
        f"this is no HTTP/1.1 ({why}); `swarm open ID PORT --raw` carries bytes as "
        "they are",
    )


async def _ended(task: "asyncio.Future[bool] | asyncio.Future[None]") -> None:
    """Cancel it, if it is not done; what it raises was told, or is of no more use."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError, Refused):
        await task


def _without(names: frozenset[bytes], event: Head) -> Headers:
    """Those of other names, written as they came."""
    return [
        (bytes(name), bytes(value))
        for name, value in event.headers.raw_items()
        if bytes(name).lower() not in names
    ]


def _passed(request: h11.Request) -> h11.Request:
    """The request as the box's server gets it, for this one connection."""
    names = {bytes(name) for name, _ in request.headers}
    kept = _without(_HOP_BY_HOP, request)
    if b"transfer-encoding" in names:
        kept.append((b"transfer-encoding", b"chunked"))
    kept.append((b"connection", b"upgrade" if b"upgrade" in names else b"close"))
    return h11.Request(method=request.method, target=request.target, headers=kept)


def _passed_back(
    response: h11.InformationalResponse | h11.Response, *more: tuple[bytes, bytes]
) -> h11.Event:
    """The answer as the browser gets it; the change of a protocol stays one."""
    hops = _HOP_BY_HOP - ({b"connection"} if response.status_code == 101 else set())
    kept = _without(hops, response)
    kind = type(response)
    return kind(
        status_code=response.status_code, headers=[*kept, *more], reason=response.reason
    )
