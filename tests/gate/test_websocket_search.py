"""Secrets are masked in a WebSocket's frames; placeholders are seen through keys."""

import asyncio
import base64
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as some

from swarm.gate.secret_masker import SecretMasker
from swarm.gate.transport import SocketWire, Wire
from swarm.gate.websocket_frames import FrameReader
from swarm.gate.websocket_search import (
    SEARCHED_AT_ONCE,
    WAITING_LIMIT,
    AnswerSearch,
    searched_answers,
    watched_messages,
)
from tests.gate.test_websocket_frames import frame

VALUE = "sk-a-real-key-0123"
PING, CLOSE = 9, 8


def search(data: bytes, size: int = 1 << 20) -> tuple[bytes, AnswerSearch]:
    """What goes on of a server's bytes that come in parts of `size`."""
    searching = AnswerSearch(SecretMasker([VALUE]))
    output = b"".join(
        searching.feed(data[at : at + size]) for at in range(0, len(data), size)
    )
    return output + searching.finish(), searching


def message(data: bytes) -> bytes:
    """The content of all data frames."""
    pieces = FrameReader().feed(data)
    return b"".join(each.content for each in pieces if not each.header.is_control)


FORMS = {
    "plain": VALUE.encode(),
    "base64": base64.b64encode(VALUE.encode()),
    "base64, moved": base64.b64encode(b"xx" + VALUE.encode()),
    "hex": VALUE.encode().hex().encode(),
    "percent": "".join(f"%{ord(each):02X}" for each in VALUE).encode(),
    "json": "".join(f"\\u{ord(each):04x}" for each in VALUE).encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("step", [1, 3, 10, 1000])
@pytest.mark.parametrize("with_pings", [False, True])
def test_a_secret_over_the_borders_of_frames_is_masked(
    form: bytes, step: int, with_pings: bool
) -> None:
    """Every header stays true, because nothing changes its length."""
    said = b"you sent " + form + b", and more"
    parts = [said[at : at + step] for at in range(0, len(said), step)]
    sent = b""
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        sent += frame(part, 0 if number else 1, is_last)
        if with_pings and not is_last:
            sent += frame(form[:100], PING)
    for size in (1, 7, 10_000):
        output, searching = search(sent, size)

        assert not searching.refusal
        assert len(output) == len(sent)
        assert form not in output
        assert message(output) == SecretMasker([VALUE]).mask(said)
        heads = [each.header.raw for each in FrameReader().feed(output) if each.begins]
        assert heads == [x.header.raw for x in FrameReader().feed(sent) if x.begins]


@given(
    some.lists(
        some.lists(some.binary(max_size=30).map(lambda x: x.replace(b"s", b"sk-a-")))
    ),
    some.integers(1, 60),
)
def test_frames_without_a_secret_pass_unchanged(
    messages: list[list[bytes]], size: int
) -> None:
    """Beginnings of it are held back only while it may go on."""
    sent = b"".join(
        frame(part, 0 if number else 2, number == len(parts) - 1)
        for parts in messages
        for number, part in enumerate(parts)
    )

    assert search(sent, size)[0] == sent


@pytest.mark.parametrize("said", [b"yes", b"task", b"sk-a-real-key", b"", b"s"])
def test_nothing_of_a_whole_message_is_held_back(said: bytes) -> None:
    """Else who waits for an answer that ends as a secret begins waits for ever."""
    searching = AnswerSearch(SecretMasker([VALUE]))

    assert searching.feed(frame(said, 1)) == frame(said, 1)
    assert searching.feed(frame(said, PING)) == frame(said, PING)


def test_ten_megabytes_pass_in_bounded_memory() -> None:
    """In one frame: what has not gone on is shorter than the secret's longest form."""
    searching, size = AnswerSearch(SecretMasker([VALUE])), 10 << 20
    piece = (b"sk-a-real-ke" + b"x" * 100) * 150
    went_on = len(searching.feed(frame(b"x" * size, 2)[:10]))
    came = 10
    while came < size + 10:
        part = piece[: size + 10 - came]
        came += len(part)
        went_on += len(searching.feed(part))
        assert came - went_on < 6 * len(VALUE)

    assert came == went_on


def test_frames_without_content_do_not_pile_up() -> None:
    """They stand behind a byte that is held back, and are refused in the end."""
    searching = AnswerSearch(SecretMasker([VALUE]))
    output = searching.feed(frame(b"s", 2, final=False))
    for _ in range(WAITING_LIMIT):
        output += searching.feed(frame(b"", 0, final=False))

    assert "without content" in searching.refusal
    assert len(output) < 2 * WAITING_LIMIT


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (b"\xc1\x05" + b"hello", "compressed"),
        (b"\x91\x05" + b"hello", "compressed"),
        (frame(b"hello", 1, key=b"abcd"), "key"),
        (frame(b"hello", 3), "malformed"),
        (frame(b"hello", 0), "malformed"),
        (frame(b"hello", 11), "malformed"),
        (frame(b"", PING, final=False), "malformed"),
        (b"\x8a\x7e\x01\x00" + b"x" * 256, "malformed"),
        (b"\x82\x7f" + b"\xff" * 8, "malformed"),
        (frame(b"a", 1, final=False) + frame(b"b", 1), "malformed"),
    ],
)
def test_what_cannot_be_searched_is_closed_with_a_reason(bad: bytes, word: str) -> None:
    """Frames before it pass; of it and of what follows nothing does."""
    good = frame(b"good", 1)
    output, searching = search(good + bad + frame(VALUE.encode(), 1))

    pieces = FrameReader().feed(output)
    assert word in searching.refusal
    assert pieces[0].content == b"good"
    assert pieces[-1].header.opcode == CLOSE
    assert word in pieces[-1].content[2:].decode()
    assert VALUE.encode() not in output
    assert searching.feed(good) == b""


class _Pipe:
    """A wire that gives what it was made with."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)

    async def recv(self) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    def unread(self, data: bytes) -> None:
        self._parts.insert(0, data)

    async def send(self, data: bytes) -> None: ...

    async def send_eof(self) -> None: ...

    def close(self) -> None: ...


async def test_messages_are_seen_through_the_clients_key() -> None:
    """And go on as they came."""
    seen = list[bytes]()
    sent = frame(b"a placeholder", 1, key=b"\x9a\x01\x7f\xc3")
    wire = watched_messages(_Pipe(sent[:9], sent[9:]), seen.append)

    came = [await wire.recv(), await wire.recv(), await wire.recv()]

    assert b"".join(came) == sent
    assert b"".join(seen) == b"a placeholder"


@pytest.mark.parametrize("is_answer", [False, True])
async def test_others_have_their_turn_while_many_frames_are_searched(
    is_answer: bool,
) -> None:
    """Each frame costs, and a piece from the kernel holds many of two bytes."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    wires = [SocketWire(end) for end in ends]
    sent = frame(b"", 2) * (SEARCHED_AT_ONCE * 2)
    turns = [0]

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(others())
    wires[1].unread(sent)  # as one piece, whatever the kernel's buffers are
    searched: Wire = (
        searched_answers(wires[1], SecretMasker([VALUE]))
        if is_answer
        else watched_messages(wires[1], lambda _content: None)
    )
    came = b""
    while len(came) < len(sent):
        came += await searched.recv()
    beside.cancel()
    for wire in wires:
        wire.close()

    assert came == sent
    assert turns[0] >= len(sent) // SEARCHED_AT_ONCE - 1
