"""One HTTP/2 connection, to a client or to a host: its streams, windows and end."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import DenialOfServiceError, H2Error, TooManyStreamsError
from h2.settings import SettingCodes, Settings

from swarm.gate.http2_frames import FRAME_LIMIT, FrameReader, GoAway, Http2Refused
from swarm.gate.http2_stream import Fields, Http2Stream, StreamReset
from swarm.gate.transport import Wire

STREAMS_LIMIT = 100
"""Streams at once, which the peer is told."""
STREAMS_BEFORE_SETTINGS = 100
"""Streams that the gate opens before the host has told its own limit."""
STREAMS_HARD_LIMIT = 2 * STREAMS_LIMIT
"""The library ends a connection over it; those between are refused in words."""
FIELDS_LIMIT = 1 << 16
"""Bytes of one list of fields, 32 for each field included."""
TABLE_LIMIT = 4096
"""Bytes of the table that our fields are compressed with, whatever the peer offers."""
UNSENT_LIMIT = 1 << 20
"""Bytes that wait for a peer that does not read; more end the connection."""
UNSENT_FEW = 1 << 17
"""Bytes under which content may follow."""
PIECE_BYTES = 1 << 14
CLOSING_SECONDS = 1.0
"""The time for the last frame, which says why a connection ends."""

ConnectionLost = ConnectionResetError


class Http2Connection:
    """Speaks HTTP/2 on a wire; `run` reads until it ends."""

    def __init__(
        self,
        wire: Wire,
        *,
        is_server: bool,
        window: int,
        stream_window: int,
        on_stream: Callable[[Http2Stream], None] | None = None,
    ) -> None:
        """`window` and `stream_window`: bytes that the peer may send unread."""
        self._wire = wire
        self._is_server = is_server
        self._window = window
        self._on_stream = on_stream
        self._frames = FrameReader(is_server)
        self._h2 = H2Connection(
            H2Configuration(
                client_side=not is_server,
                header_encoding=None,
                validate_inbound_headers=False,
                normalize_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self._announced = _settings(is_server, stream_window, STREAMS_LIMIT)
        self._enforced = _settings(is_server, stream_window, STREAMS_HARD_LIMIT)
        self._streams: dict[int, Http2Stream] = {}
        self._unsent: list[bytes] = []
        self._unsent_bytes = 0
        self._has_unsent = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._slot = asyncio.Event()
        self._has_settings = False
        self._failure: Exception | None = None
        self.is_draining = False
        """The peer takes no new streams, or none can be had."""
        self.last_active = asyncio.get_running_loop().time()

    @property
    def open_streams(self) -> int:
        """Streams that somebody still works on."""
        return len(self._streams)

    async def run(self) -> None:
        """Read and write until the peer closes.

        Http2Refused, H2Error or OSError if it ends otherwise; its streams have
        failed with that by then.
        """
        self._h2.local_settings = self._announced
        self._h2.initiate_connection()
        self._h2.local_settings = self._enforced
        self._limit_table()
        self._h2.increment_flow_control_window(max(1, self._window - 65_535))
        self._collect()
        tasks = [asyncio.ensure_future(each) for each in (self._read(), self._write())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            self._fail(ConnectionLost("the connection ended"))
        except (Http2Refused, H2Error, OSError) as error:
            self._fail(error)
            await self._say_why(error)
            raise
        finally:
            self._fail(ConnectionLost("the connection ended"))
            for task in tasks:
                task.cancel()
            self._wire.close()
            # Their errors are the one above, or follow from it.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while data := await self._wire.recv():
            self.last_active = loop.time()
            passed = self._frames.feed(data)
            for event in self._events(passed) if passed else ():
                self._take(event)
            while self._frames.goaways:
                self._go_away(self._frames.goaways.pop(0))
            self._collect()
            if self._unsent_bytes > UNSENT_LIMIT:
                raise Http2Refused("it does not read what it asks for")

    def _events(self, data: bytes) -> list[events.Event]:
        try:
            return self._h2.receive_data(data)
        except TooManyStreamsError as error:
            raise Http2Refused("more streams than the limit") from error
        except DenialOfServiceError as error:
            raise Http2Refused("a list of fields that is too long") from error

    def _take(self, event: events.Event) -> None:
        match event:
            case events.RequestReceived():
                self._begin(int(event.stream_id or 0), _fields(event))
            case events.ResponseReceived() | events.InformationalResponseReceived():
                self._with(event, lambda stream: stream.take_head(_fields(event)))
            case events.TrailersReceived():
                self._with(event, lambda stream: stream.take_trailers(_fields(event)))
            case events.DataReceived():
                data, size = bytes(event.data or b""), event.flow_controlled_length or 0
                stream = self._streams.get(int(event.stream_id or 0))
                if stream is None:
                    self._acknowledge(int(event.stream_id or 0), size)
                else:
                    stream.take_data(data, size)
            case events.StreamEnded():
                self._with(event, lambda stream: stream.take_end())
            case events.StreamReset():
                code = int(event.error_code or 0)
                self._with(event, lambda stream: stream.fail(StreamReset(code)))
            case events.WindowUpdated():
                self._open_window(int(event.stream_id or 0))
            case events.RemoteSettingsChanged():
                self._has_settings = True
                self._limit_table()
                self._open_window(0)
                self._slot.set()

    def _limit_table(self) -> None:
        """Keep the table of sent fields small, and none of what a host is sent.

        The peer offers its size; a secret in it could be guessed by its effect.
        """
        limit = TABLE_LIMIT if self._is_server else 0
        offered = self._h2.remote_settings.header_table_size
        self._h2.encoder.header_table_size = min(limit, offered)

    def _with(self, event: Any, act: Callable[[Http2Stream], None]) -> None:
        stream = self._streams.get(int(event.stream_id or 0))
        if stream:
            act(stream)

    def _begin(self, number: int, fields: Fields) -> None:
        stream = self._streams[number] = Http2Stream(self, number)
        stream.take_head(fields)
        if self._on_stream:
            self._on_stream(stream)

    def _go_away(self, said: GoAway) -> None:
        self.is_draining = True
        self._slot.set()
        for number, stream in list(self._streams.items()):
            if number > said.last_stream and number % 2 == (
                0 if self._is_server else 1
            ):
                stream.fail(StreamReset(int(ErrorCodes.REFUSED_STREAM)))

    def _open_window(self, number: int) -> None:
        if number:
            stream = self._streams.get(number)
            if stream:
                stream.window_opened.set()
        else:
            for stream in self._streams.values():
                stream.window_opened.set()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, H2Error):
            error = OSError(f"it breaks the rules of HTTP/2: {error}")
        if self._failure is None:
            self._failure = error
        self.is_draining = True
        self._slot.set()
        self._has_room.set()
        for stream in list(self._streams.values()):
            stream.fail(self._failure)

    async def _say_why(self, error: Exception) -> None:
        """Send the last frame, with words for who reads them."""
        if isinstance(error, Http2Refused):
            with contextlib.suppress(H2Error):
                words = str(error).encode()
                self._h2.close_connection(ErrorCodes.ENHANCE_YOUR_CALM, words)
        await self._send_rest()

    async def end(self) -> None:
        """Tell the peer that the connection ends in order; then cancel `run`."""
        with contextlib.suppress(H2Error):
            self._h2.close_connection()
        await self._send_rest()

    async def _send_rest(self) -> None:
        self._collect()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._write_pieces(), CLOSING_SECONDS)

    async def open(self, fields: Fields, ended: bool) -> Http2Stream:
        """A new stream to the host with this head; waits while it takes no more.

        ConnectionLost if the connection takes none any more.
        """
        while not self.is_draining and self.open_streams >= self._slots():
            self._slot.clear()
            await self._slot.wait()
        if self.is_draining:
            raise ConnectionLost("the connection takes no more requests")
        number = self._h2.get_next_available_stream_id()
        stream = self._streams[number] = Http2Stream(self, number)
        # At once: the number is taken by its first frame, not by asking for it.
        stream.begin(fields, ended)
        return stream

    def _slots(self) -> int:
        if not self._has_settings:
            return STREAMS_BEFORE_SETTINGS
        return min(self._h2.remote_settings.max_concurrent_streams, STREAMS_HARD_LIMIT)

    def forget(self, stream: Http2Stream) -> None:
        """Nobody works on the stream any more; it is reset if it still runs."""
        if self._streams.pop(stream.number, None) is not None:
            self._slot.set()

    def send_head(self, number: int, fields: Fields, ended: bool) -> None:
        """Send fields; ConnectionLost or StreamReset if there is no stream for them."""
        self._require()
        try:
            self._h2.send_headers(number, fields, end_stream=ended)
        except H2Error as error:
            raise ConnectionLost("the stream has ended") from error
        self._collect()

    def reset(self, number: int, code: int) -> None:
        """End a stream at once."""
        with contextlib.suppress(H2Error):
            self._h2.reset_stream(number, code)
        self._collect()

    def send_piece(self, number: int, data: memoryview, ended: bool) -> int:
        """Send what the windows and the peer's reading allow; how many bytes."""
        self._require()
        try:
            window = self._h2.local_flow_control_window(number)
            size = max(0, min(window, len(data), PIECE_BYTES))
            if len(data) and not size:
                return 0
            is_last = ended and size == len(data)
            self._h2.send_data(number, bytes(data[:size]), end_stream=is_last)
        except H2Error as error:
            raise ConnectionLost("the stream has ended") from error
        self._frames.carried(size)
        self._collect()
        return size

    @property
    def has_room(self) -> bool:
        """True unless much waits for a peer that does not read."""
        return self._unsent_bytes <= UNSENT_FEW or self._failure is not None

    async def room(self) -> None:
        """Wait until the peer has read most of what was sent."""
        while not self.has_room:
            self._has_room.clear()
            await self._has_room.wait()

    def acknowledge(self, number: int, size: int) -> None:
        """Let the peer send so many bytes more: these were taken."""
        self._acknowledge(number, size)
        self._collect()

    def _acknowledge(self, number: int, size: int) -> None:
        if size and self._failure is None:
            with contextlib.suppress(H2Error):
                self._h2.acknowledge_received_data(size, number)

    def _require(self) -> None:
        if self._failure is not None:
            raise ConnectionLost("the connection ended") from self._failure

    def _collect(self) -> None:
        data = self._h2.data_to_send()
        if data:
            self._unsent.append(data)
            self._unsent_bytes += len(data)
            self._has_unsent.set()

    async def _write(self) -> None:
        while True:
            await self._has_unsent.wait()
            await self._write_pieces()

    async def _write_pieces(self) -> None:
        self._has_unsent.clear()
        pieces, self._unsent = self._unsent, []
        data = b"".join(pieces)
        await self._wire.send(data)
        self._unsent_bytes -= len(data)
        if self._unsent_bytes <= UNSENT_FEW:
            self._has_room.set()


def _settings(is_server: bool, stream_window: int, streams: int) -> Settings:
    values: dict[SettingCodes, int] = {
        SettingCodes.INITIAL_WINDOW_SIZE: stream_window,
        SettingCodes.MAX_HEADER_LIST_SIZE: FIELDS_LIMIT,
        SettingCodes.MAX_FRAME_SIZE: FRAME_LIMIT,
        SettingCodes.ENABLE_PUSH: 0,
    }
    if is_server:
        values[SettingCodes.MAX_CONCURRENT_STREAMS] = streams
    return Settings(client=not is_server, initial_values=values)


def _fields(event: Any) -> Fields:
    return [(bytes(key), bytes(value)) for key, value in event.headers or ()]
