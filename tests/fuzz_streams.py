"""The readers of streams under fuzzing: what they do must not depend on the pieces.

Each is fed with an input whole and in pieces; the first byte says how long those are.
"""

import asyncio
import gzip
import zlib
from collections.abc import Coroutine, Iterator
from typing import Any

import h2.connection
import h2.exceptions
import hpack

from swarm.gate import frames, http2_frames, parent_proxy, websocket_frames
from swarm.gate.audit_log import AuditLog
from swarm.gate.frames import BadFrame, Kind
from swarm.gate.http2_connection import Http2Connection
from swarm.gate.http2_frames import Http2Refused
from swarm.gate.listeners import Listeners
from swarm.gate.masked_decoder import MaskedDecoder
from swarm.gate.parent_proxy import BadAnswer
from swarm.gate.secret_masker import SecretMasker
from swarm.gate.task_net import TaskNet
from swarm.gate.websocket_models import ModelTurns, Turn
from swarm.gate.worker_memory import WorkerMemory
from swarm.policy.rules import Policy, Rule
from tests.fuzz_target import Broken, Target

KEY = "sk-key+of/4711 with a <word>"
LOOP = asyncio.new_event_loop()


def pieces(data: bytes) -> Iterator[bytes]:
    """The input but its first byte, in pieces of a length that this byte says."""
    size, rest = data[0] % 16 + 1 if data else 1, data[1:]
    for begin in range(0, len(rest), size):
        yield rest[begin : begin + size]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of what never has to wait."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise Broken("it waits, though all has come")


class Pieces:
    """A wire that receives an input in pieces, then its end."""

    def __init__(self, data: bytes) -> None:
        self._pieces = list(pieces(data))
        self.sent = 0

    async def recv(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def unread(self, data: bytes) -> None:
        self._pieces[:0] = [data] if data else []

    async def send(self, data: bytes) -> None:
        self.sent += len(data)

    async def send_eof(self) -> None:
        """Nobody notices."""

    def close(self) -> None:
        """Nobody notices."""


MASKER = SecretMasker([KEY])


def _masked(data: bytes) -> bool:
    whole, cut = MASKER.fresh(), MASKER.fresh()
    once = whole.feed(data[1:]) + whole.finish()
    apart = b"".join(map(cut.feed, pieces(data))) + cut.finish()
    if once != apart or len(once) != len(data[1:]):
        raise Broken(f"masked otherwise in pieces: {data!r}")
    if KEY.encode() in once:
        raise Broken(f"not masked: {data!r}")
    return whole.count > 0


def _decoded(coding: str, data: bytes) -> bool:
    decoder = MaskedDecoder(coding, MASKER.fresh())
    try:
        plain = b"".join(map(decoder.feed, pieces(data))) + decoder.finish()
    except ConnectionResetError:
        return False
    if KEY.encode() in plain:
        raise Broken(f"not masked in {coding}: {data!r}")
    return bool(plain)


def _frame(data: bytes) -> bool:
    reader = asyncio.StreamReader(loop=LOOP)
    reader.feed_data(data)
    reader.feed_eof()
    taken = 0
    try:
        while True:
            kind, content = run(frames.read(reader, frames.LINE_LIMIT))
            if frames.encode(kind, content) not in data:
                raise Broken(f"{kind} {content!r} is not in {data!r}")
            taken += 1
    except (BadFrame, asyncio.IncompleteReadError):
        return taken > 0


RULE = Rule("tcp", "good.test", (443,), rate=3, uses=2)


def _memory(data: bytes) -> bool:
    """What a worker noted comes from the gate alone, but for names: any text."""
    kept: dict[str, str] = {}
    memory = WorkerMemory(note=kept.__setitem__)
    net = TaskNet(Policy(rules=(RULE,)), AuditLog(lambda _line: None), memory)
    names = data.decode("latin-1").split("\n")[:20]
    given = {name: net.names.address(name) for name in names}
    for number, name in enumerate(names):
        memory.note_name(number, name)
    memory.note_uses(RULE, len(data))
    memory.note_request(RULE, float(len(data)))
    again = WorkerMemory(kept)
    if list(again.names()) != names or again.uses(RULE) != len(data):
        raise Broken(f"remembered otherwise: {data!r}")
    return any(given.values())


class _Names:
    """The listeners' side of names, over TCP, for one net."""

    def __init__(self) -> None:
        lines: list[str] = []
        net = TaskNet(Policy(), AuditLog(lines.append))
        self.served = Listeners.__new__(Listeners)
        self.served._net = net


def _dns_tcp(data: bytes) -> bool:
    wire = Pieces(data)
    run(_Names().served._answer_over_tcp(wire))
    if wire.sent > 4096:
        raise Broken(f"amplified: {data!r}")
    return wire.sent > 0


def _parent(data: bytes) -> bool:
    try:
        whole = parent_proxy.parse_answer(data[1:])
    except BadAnswer:
        return False
    so_far, answer = b"", None
    for piece in pieces(data):
        so_far += piece
        try:
            answer = parent_proxy.parse_answer(so_far)
        except BadAnswer as bad:
            raise Broken(f"refused in pieces: {data!r}") from bad
        if answer:
            break
    if answer != whole:
        raise Broken(f"another answer in pieces: {data!r}")
    return whole is not None


def _http2_pieces(is_server: bool, data: bytes) -> bool:
    results = []
    for each in ([data[1:]], pieces(data)):
        reader = http2_frames.FrameReader(is_server, clock=lambda: 0.0)
        passed, refusal = b"", ""
        try:
            for piece in each:
                passed += reader.feed(piece)
        except Http2Refused as refused:
            refusal = str(refused)
        results.append((passed if not refusal else b"", refusal, reader.goaways))
    if results[0] != results[1]:
        raise Broken(f"another reading in pieces: {data!r}: {results}")
    return bool(results[0][0])


def _http2(is_server: bool, data: bytes) -> bool:
    streams: list[object] = []

    async def whole() -> None:
        connection = Http2Connection(
            Pieces(data),
            is_server=is_server,
            window=65_535,
            stream_window=65_535,
            on_stream=streams.append,
        )
        try:
            await connection.run()
        except (Http2Refused, h2.exceptions.H2Error, OSError):
            return

    LOOP.run_until_complete(whole())
    return bool(streams) or not is_server


def _websocket(data: bytes) -> bool:
    reader, whole = websocket_frames.FrameReader(), 0
    carried = b""
    for each in pieces(data):
        for piece in reader.feed(each):
            carried += (piece.header.raw if piece.begins else b"") + piece.content
            whole += piece.ends
            if len(piece.plain()) != len(piece.content):
                raise Broken(f"another length: {data!r}")
    if not data[1:].startswith(carried):
        raise Broken(f"not what came: {data!r}")
    if len(data[1:]) - len(carried) > websocket_frames.HEADER_BYTES:
        raise Broken(f"held back: {data!r}")
    return whole > 0


def _turns(data: bytes) -> bool:
    """Both sides of a model's WebSocket get the input; what is asked is answered."""
    outcomes = []
    for parts in ([data[1:]], list(pieces(data))):
        asked: list[Turn] = []
        answered: list[Turn] = []
        turns = ModelTurns(asked.append, answered.append)
        for part in parts:
            turns.client_said(part)
        for part in parts:
            turns.server_said(part)
        turns.finish()
        if len(asked) != len(answered):
            raise Broken(f"a turn without an end: {data!r}")
        outcomes.append([(turn.head, turn.status, turn.fields) for turn in answered])
    if outcomes[0] != outcomes[1]:
        raise Broken(f"by pieces it is another: {data!r}")
    return bool(outcomes[0])


def _gzipped(data: bytes) -> bool:
    return _decoded("gzip", data)


def _deflated(data: bytes) -> bool:
    return _decoded("deflate", data)


def _client(data: bytes) -> bool:
    return _http2_pieces(True, data)


def _client_connection(data: bytes) -> bool:
    return _http2(True, data)


def _host_connection(data: bytes) -> bool:
    return _http2(False, data)


def _http2_seed() -> bytes:
    made = h2.connection.H2Connection()
    made.initiate_connection()
    fields = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "good.test"),
        (":path", "/v1/x"),
    ]
    made.send_headers(1, fields)
    made.send_data(1, b"hello", end_stream=True)
    made.ping(b"12345678")
    made.reset_stream(1)
    made.close_connection()
    return bytes(made.data_to_send())


def _host_seed() -> bytes:
    """What a host sends first: settings, then an answer to a stream that nobody has."""
    fields = hpack.Encoder().encode([(":status", "200"), ("server", "x")])
    head = len(fields).to_bytes(3, "big") + b"\1\4\0\0\0\1" + fields
    return b"\0\0\0\4\0\0\0\0\0" + head + b"\0\0\2\0\1\0\0\0\1ok"


QUERY = b"\0\7\1\0\0\1\0\0\0\0\0\0\4good\4test\0\0\1\0\1"
ECHO = f'{{"said": "{KEY}", "again": "{KEY.encode().hex()}"}}'.encode()
MASKED = b"\x81\x85\1\2\3\4" + bytes(
    c ^ k for c, k in zip(b"hello", b"\1\2\3\4\1", strict=True)
)
_ASKED = b'{"type":"response.create"}'
ASKED = bytes([0x81, len(_ASKED)]) + _ASKED
_LIMITED = b'{"type":"error","status":429,"headers":{"retry-after":"9"}}'
LIMITED = bytes([0x81, len(_LIMITED)]) + _LIMITED
TARGETS = (
    Target("masker", (b"\3" + ECHO, b"\x0fx" + KEY.encode()), _masked),
    Target("gzipped", (b"\3" + gzip.compress(ECHO, mtime=0),), _gzipped),
    Target("deflated", (b"\5" + zlib.compress(ECHO),), _deflated),
    Target(
        "frames",
        (
            frames.encode(Kind.LINE, b'{"phase": "x"}') + frames.encode(Kind.IDLE),
            frames.encode(Kind.REPLY, b"\0\0\0\1"),
        ),
        _frame,
    ),
    Target("memory", (b"good.test\nother.test", b"\xff\n\nname 0"), _memory),
    Target("dns-tcp", (b"\7" + len(QUERY).to_bytes(2, "big") + QUERY,), _dns_tcp),
    Target(
        "parent",
        (
            b"\3HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n\x16\3\1",
            b"\x0fHTTP/1.0 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n",
        ),
        _parent,
    ),
    Target("h2-frames", (b"\x0d" + _http2_seed(),), _client),
    Target("h2-client", (b"\x0f" + _http2_seed(),), _client_connection),
    Target("h2-host", (b"\x0f" + _host_seed(),), _host_connection),
    Target("turns", (b"\3" + ASKED + LIMITED, b"\7" + LIMITED), _turns),
    Target("websocket", (b"\2" + MASKED, b"\7\x82\x7e\0\2ok\x88\0"), _websocket),
)
