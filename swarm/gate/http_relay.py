"""Carries one message's body across, and picks the fields that go with it."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import h11

from swarm.gate.denied import Denied
from swarm.gate.llm_usage import LlmResponseReader
from swarm.gate.masked_decoder import parts
from swarm.gate.mcp_calls import CallReader
from swarm.gate.secret_masker import SecretMasker
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import Wire
from swarm.gate.websocket_models import ModelTurns
from swarm.policy.hosts import Host
from swarm.policy.reasons import Reason
from swarm.policy.rules import Rule

Fields = list[tuple[bytes, bytes]]
Headers = Any
"""h11's own sequence, which it does not export."""

PARTS_FIELDS = {
    b"range",
    b"if-range",
    b"sec-websocket-extensions",
    b"grpc-accept-encoding",
    b"connect-accept-encoding",
}
"""Fields that ask for an answer in parts, or in a coding of its own."""
ASKED_HEAD = 4096
"""Bytes of a request's body that are kept to read the model's name in."""
ERRORS = 400
"""The least status of an error."""
CRUMBS_LIMIT = 20_000
"""Pieces of one body after which their mean size counts."""
LEAST_PIECE = 8
"""Bytes; a stream of a model's words has some hundred in each piece."""
TOGETHER = 1 << 14
"""Bytes that are gathered before they go on."""
HOP_BY_HOP = frozenset({
    b"connection",
    b"expect",
    b"keep-alive",
    b"te",
    b"trailer",
    b"upgrade",
})  # fmt: skip


OF_PROXIES = b"proxy-"
"""Fields for the next proxy, which may be the user's: the gate writes these itself."""


def is_of_one_hop(name: bytes) -> bool:
    """True for a field, in lower case, that the gate does not carry on."""
    return name in HOP_BY_HOP or name.startswith(OF_PROXIES)


class BodyFilter(Protocol):
    """Changes a body on its way."""

    def feed(self, data: bytes) -> bytes:
        """The bytes that may go on now."""

    def finish(self) -> bytes:
        """The rest, once the body has ended."""


class TransferMeter:
    """Counts a request's bytes, holds them to the limits, and looks for leaks."""

    def __init__(
        self,
        net: TaskNet,
        host: Host,
        rule: Rule | None,
        others: tuple[str, ...] = (),
        *,
        is_model: bool = False,
    ) -> None:
        """`others` are secrets that go along without being the task's own.

        Tokens are counted if `is_model`.
        """
        self._net = net
        self._host = host
        self._rule = rule
        self._tail = b""
        self.up = 0
        self.down = 0
        self.status = 0
        self.asked_head = b""
        """The beginning of a request to a model, in which it is named."""
        self.answer_fields: Fields = []
        """Those of a model's answer that is an error; empty for all others."""
        self.masker = net.masker(host, others)
        """Searches the answer for the secrets that may go to the host."""
        self.reader = LlmResponseReader() if is_model else None
        self.turns: ModelTurns | None = None
        """What is asked of a model in a WebSocket, if the connection becomes one."""
        self._calls = CallReader()

    def count_request_body(self, data: bytes) -> None:
        """Count bytes of the request's body; Denied for a leak or too many bytes."""
        self._calls.feed(data)
        if self.reader and len(self.asked_head) < ASKED_HEAD:
            self.asked_head += data[:ASKED_HEAD]
        self.count_upload(len(data))
        self.look_for_leak(data)

    @property
    def looks_for_leaks(self) -> bool:
        """True if the task holds placeholders at all."""
        return self._net.longest_placeholder > 0

    def look_for_leak(self, data: bytes) -> None:
        """Denied if a placeholder in these bytes, or begun before, goes elsewhere."""
        keep = self._net.longest_placeholder
        if keep:
            window = self._tail + data
            if self._net.leaked(window, self._host):
                raise Denied(Reason.SECRET_ELSEWHERE, self._rule)
            self._tail = window[-keep:]

    def count_upload(self, size: int) -> None:
        """Count bytes towards the rule's limit and the task's; Denied over either."""
        self.up += size
        self._net.count_upload(size)
        if self._rule and 0 < self._rule.max_upload < self.up:
            raise Denied(Reason.TOO_MUCH_UPLOAD, self._rule)

    def note_answer(self, status: int, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Note the head of the answer."""
        self.status = status
        if self.reader and status >= ERRORS:
            self.answer_fields = list(fields)

    def count_answer_body(self, data: bytes) -> None:
        """Count and read bytes of the answer's body."""
        self.down += len(data)
        if self.reader:
            self.reader.feed(data)

    def facts(self) -> dict[str, object]:
        """The facts for the audit's line."""
        return {
            "status": self.status or None,
            "up": self.up,
            "down": self.down,
            "tool": self._calls.tools() or None,
        }


class BodyPieces:
    """Ends a body that comes in pieces of a few bytes: each costs as a large one."""

    def __init__(self) -> None:
        self._number = self._size = 0

    def count(self, size: int) -> None:
        """One more piece of so many bytes; ConnectionResetError if they are crumbs."""
        self._number, self._size = self._number + 1, self._size + size
        if self._number > CRUMBS_LIMIT and self._size < self._number * LEAST_PIECE:
            raise ConnectionResetError("a body in crumbs")


async def relay_body(  # noqa: PLR0913 - two sides, each a wire and its reader
    source: Wire,
    read: h11.Connection,
    sink: Wire,
    write: h11.Connection,
    on_data: Callable[[bytes], None],
    change: BodyFilter | None = None,
    head: bytes = b"",
) -> None:
    """Carry one body to its end; what `on_data` raises ends it.

    `on_data` sees the bytes as they go on, after `change` had them. `head` goes before
    them, in one piece with what is there already: each piece costs a TLS record and a
    call of the kernel's on this side and on the other.

    ConnectionResetError if it comes in crumbs: each costs as much as a kilobyte.
    """
    pieces = BodyPieces()
    ready = head
    while True:
        event = read.next_event()
        if event is h11.NEED_DATA:
            # What waits goes before a wait of any kind.
            await sink.send(ready)
            ready = b""
            if read.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                await source.send(read.send(go_on) or b"")
            read.receive_data(await source.recv())
        elif isinstance(event, h11.Data):
            pieces.count(len(event.data))
            for part in parts(bytes(event.data), change):
                try:
                    data = change.feed(part) if change else part
                except OSError:
                    await sink.send(ready)  # it is known to the client who answered
                    raise
                ready += _framed(data, write, on_data)
                if len(ready) > TOGETHER:
                    await sink.send(ready)
                    ready = b""
        elif isinstance(event, h11.EndOfMessage):
            ready += _framed(change.finish() if change else b"", write, on_data)
            await sink.send(ready + (write.send(h11.EndOfMessage()) or b""))
            return
        elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            await sink.send(ready)
            return


def _framed(
    data: bytes, write: h11.Connection, on_data: Callable[[bytes], None]
) -> bytes:
    if not data:
        return b""
    on_data(data)
    return write.send(h11.Data(data=data)) or b""


def forward_fields(
    request: h11.Request,
    injected: tuple[bytes, bytes] | None,
    uncompressed: bool = False,
    searched: bool = False,
) -> Fields:
    """The request's fields as they go on: none of the hop, the secret in its place.

    `uncompressed` asks for an answer that can be read on its way, `searched` for one
    that is whole and that no extension of WebSockets compresses.
    """
    upgrades = _wants_websocket(request.headers)
    fields = _end_to_end_fields(request.headers)
    fields = chosen_fields(fields, injected, uncompressed, searched)
    if upgrades:
        # What is read must not be compressed by an extension.
        unread = PARTS_FIELDS if uncompressed else set()
        fields = [field for field in fields if field[0].lower() not in unread]
        fields += [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
    return fields


def chosen_fields(
    fields: Fields,
    injected: tuple[bytes, bytes] | None,
    uncompressed: bool = False,
    searched: bool = False,
) -> Fields:
    """A request's fields with those that the gate sets, in any version of HTTP."""
    own_fields = [injected] if injected else []
    own_fields += [(b"Accept-Encoding", b"identity")] if uncompressed else []
    own_names = {key.lower() for key, _ in own_fields}
    own_names |= PARTS_FIELDS if searched else set()
    return [
        (key, value) for key, value in fields if key.lower() not in own_names
    ] + own_fields


def reply_fields(
    answer: h11.Response | h11.InformationalResponse,
    upgrade: bool = False,
    masker: SecretMasker | None = None,
) -> Fields:
    """The answer's fields as they go back, without secrets."""
    fields = _end_to_end_fields(answer.headers)
    if masker:
        fields = [(masker.mask(key), masker.mask(value)) for key, value in fields]
    if upgrade:
        fields += [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
    return fields


def is_upgrade(event: object) -> bool:
    """True if the server changes to another protocol."""
    return isinstance(event, h11.InformationalResponse) and event.status_code == 101


def _end_to_end_fields(headers: Headers) -> Fields:
    connection_options = {
        token.strip().lower()
        for key, value in headers
        if key.lower() == b"connection"
        for token in value.split(b",")
    }
    framing = {b"content-length", b"transfer-encoding", b"host"}
    drop = connection_options - framing
    return [
        (key, value)
        for key, value in headers.raw_items()
        if key.lower() not in drop and not is_of_one_hop(key.lower())
    ]


def _wants_websocket(headers: Headers) -> bool:
    return any(
        key.lower() == b"upgrade" and value.lower() == b"websocket"
        for key, value in headers
    )
