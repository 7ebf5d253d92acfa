"""A client and a server of HTTP/2 for tests: h2 on asyncio's own TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError

from swarm.gate.certificates import Authority
from tests.gate.gate_harness import GateHarness

Fields = list[tuple[str, str]]
SECONDS = 60.0


@dataclass
class Told:
    """What came on one stream."""

    number: int
    fields: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_over: bool = False
    reset: int | None = None
    interim: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def status(self) -> int:
        return int(self.fields.get(":status", "0"))


class Peer:
    """One end of a connection; what comes is read by a task of its own."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_client: bool,
        takes_data: bool = True,
    ) -> None:
        """`takes_data`: bytes that come are acknowledged, so that more may come."""
        self.reader, self.writer = reader, writer
        self.h2 = H2Connection(
            H2Configuration(
                client_side=is_client,
                header_encoding="utf-8",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                validate_inbound_headers=False,
            )
        )
        self.takes_data = takes_data
        self.streams: dict[int, Told] = {}
        self.asked: asyncio.Queue[Told] = asyncio.Queue()
        self.goaway: events.ConnectionTerminated | None = None
        self.ended = asyncio.Event()
        self.window = asyncio.Event()
        self.pongs = asyncio.Semaphore(0)
        self._reading: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.h2.initiate_connection()
        self.flush()
        self._reading = asyncio.ensure_future(self._read())

    def flush(self) -> None:
        if not self.writer.is_closing():
            self.writer.write(self.h2.data_to_send())

    def raw(self, data: bytes) -> None:
        """Bytes that the library would not send."""
        self.writer.write(data)

    async def _read(self) -> None:
        try:
            while data := await self.reader.read(1 << 16):
                for event in self.h2.receive_data(data):
                    self._take(event)
                self.flush()
        except (OSError, ProtocolError):
            pass
        finally:
            self.ended.set()
            self.window.set()
            for told in self.streams.values():
                told.changed.set()

    def _take(self, event: events.Event) -> None:
        match event:
            case events.ConnectionTerminated():
                self.goaway = event
            case events.WindowUpdated() | events.RemoteSettingsChanged():
                self.window.set()
            case events.PingAckReceived():
                self.pongs.release()
        self._take_of_stream(event)

    def _take_of_stream(self, event: events.Event) -> None:
        number = getattr(event, "stream_id", None)
        if not number:
            return
        told = self.streams.setdefault(number, Told(number))
        match event:
            case events.RequestReceived() | events.ResponseReceived():
                told.fields = _dict(event)
                if isinstance(event, events.RequestReceived):
                    self.asked.put_nowait(told)
            case events.InformationalResponseReceived():
                told.interim += 1
            case events.TrailersReceived():
                told.trailers = _dict(event)
            case events.DataReceived():
                told.body += event.data or b""
                if self.takes_data:
                    size = event.flow_controlled_length or 0
                    self.h2.acknowledge_received_data(size, number)
            case events.StreamEnded():
                told.is_over = True
            case events.StreamReset():
                told.reset = int(event.error_code or 0)
        told.changed.set()

    async def has_read(self) -> None:
        """Wait until the other side has read all that was sent."""
        self.h2.ping(b"12345678")
        self.flush()
        await self.pongs.acquire()

    def ask(self, fields: Fields, ended: bool = True) -> Told:
        """Open a stream with these fields."""
        number = self.h2.get_next_available_stream_id()
        told = self.streams[number] = Told(number)
        self.h2.send_headers(number, fields, end_stream=ended)
        self.flush()
        return told

    def answer(self, told: Told, fields: Fields, ended: bool = False) -> None:
        self.h2.send_headers(told.number, fields, end_stream=ended)
        self.flush()

    async def say(self, told: Told, data: bytes, ended: bool = False) -> None:
        """Send all of it, as the windows allow."""
        while data or ended:
            self.window.clear()
            size = min(
                len(data), self.h2.local_flow_control_window(told.number), 1 << 14
            )
            if size or not data:
                is_last = ended and size == len(data)
                self.h2.send_data(told.number, data[:size], end_stream=is_last)
                data = data[size:]
                self.flush()
                await self.writer.drain()
                if is_last:
                    return
            else:
                # Not `wait_for`: at the end it may take a cancellation for an answer,
                # and then this would wait on.
                async with asyncio.timeout(SECONDS):
                    await self.window.wait()

    async def until(self, told: Told, is_so: Callable[[Told], object]) -> Told:
        """Wait until something holds of a stream; fails once it cannot any more."""
        async with asyncio.timeout(SECONDS):
            while not is_so(told):
                told.changed.clear()
                if self.ended.is_set():
                    raise ConnectionResetError(f"ended: {self.goaway} {told}")
                await told.changed.wait()
        return told

    async def whole(self, told: Told) -> Told:
        """Wait for the end of what comes on a stream."""
        return await self.until(told, lambda t: t.is_over or t.reset is not None)

    async def close(self) -> None:
        self.writer.transport.abort()
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)


def _dict(event: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in event.headers}


Serve = Callable[[Peer, Told], Awaitable[None]]


@contextlib.asynccontextmanager
async def http2_server(
    serve: Serve,
    authority: Authority,
    name: str = "ok.example",
    *,
    takes_data: bool = True,
    begin: Callable[[Peer], None] | None = None,
) -> AsyncIterator[int]:
    """A server that speaks HTTP/2 alone; `serve` gets each request as it begins."""
    context = authority.context(name)
    context.set_alpn_protocols(["h2"])
    peers: list[Peer] = []
    tasks: set[asyncio.Task[None]] = set()

    async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer, is_client=False, takes_data=takes_data)
        peers.append(peer)
        if begin:
            begin(peer)
        peer.start()
        while True:
            told = await peer.asked.get()
            task = asyncio.ensure_future(_served(serve, peer, told))
            tasks.add(task)

    async def shielded(r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(kept(r, w))
        tasks.add(task)

    running = await asyncio.start_server(shielded, "127.0.0.1", 0, ssl=context)
    async with running:
        yield running.sockets[0].getsockname()[1]
        for peer in peers:
            await peer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _served(serve: Serve, peer: Peer, told: Told) -> None:
    with contextlib.suppress(OSError, ProtocolError):
        await serve(peer, told)


async def dial(
    gate: GateHarness,
    port: int,
    *,
    takes_data: bool = True,
    alpn: str = "h2",
    host: str = "ok.example",
) -> Peer:
    """A client of HTTP/2 in a tunnel to a host, whose TLS ends at the gate."""
    client = await gate.connect(f"{host}:{port}")
    assert " 200 " in client.status, client.status
    context = ssl.create_default_context(cadata=gate.gate_ca.certificate)
    context.set_alpn_protocols(alpn.split(","))
    async with asyncio.timeout(SECONDS):
        await client.writer.start_tls(context, server_hostname=host)
    inside = client.writer.get_extra_info("ssl_object")
    assert inside.selected_alpn_protocol() == "h2"
    peer = Peer(client.reader, client.writer, is_client=True, takes_data=takes_data)
    peer.start()
    return peer


def get(port: int, path: str = "/", method: str = "GET", **more: str) -> Fields:
    """The fields of a request; `x_key` becomes `x-key`."""
    return [
        (":method", method),
        (":scheme", "https"),
        (":authority", f"ok.example:{port}"),
        (":path", path),
        *((key.replace("_", "-"), value) for key, value in more.items()),
    ]


async def echo(peer: Peer, told: Told) -> None:
    """Answers with the request's fields as lines, and its body."""
    await peer.whole(told)
    lines = "".join(f"{key}: {value}\n" for key, value in told.fields.items())
    body = lines.encode() + b"\n" + told.body
    peer.answer(
        told, [(":status", "200"), ("content-length", str(len(body)))], ended=not body
    )
    await peer.say(told, body, ended=True)
