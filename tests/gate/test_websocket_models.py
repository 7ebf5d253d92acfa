"""A model's turns in a WebSocket are seen as requests are: asked, answered, limited."""

import asyncio
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate import websocket_models
from swarm.gate.websocket_frames import PING
from swarm.gate.websocket_models import (
    ASKED_LIMIT,
    EMPTY_LIMIT,
    Message,
    MessageReader,
    ModelTurns,
    Turn,
)
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness, Serve, server
from tests.gate.test_http_forward import UPGRADE
from tests.gate.test_websocket_frames import frame

ASKS = b'{"type":"response.create","model":"gpt-5.5","instructions":"be brief"}'
KEY = b"\1\2\3\4"
USAGE = {"input_tokens": 70, "output_tokens": 9}
DONE = {"type": "response.completed", "response": {"model": "m", "usage": USAGE}}
LIMIT = {
    "type": "error",
    "status": 429,
    "error": {"type": "usage_limit_reached", "message": "try later", "plan": "plus"},
    "headers": {"retry-after": "90"},
}


def said(event: dict[str, Any]) -> bytes:
    """One message of the service's."""
    return frame(json.dumps(event).encode(), 1)


class Seen:
    """What is told of one connection."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answered: list[Turn] = []
        self.turns = ModelTurns(
            lambda turn: self.asked.append(turn.head), self.answered.append
        )

    def tokens_out(self) -> int:
        """The sum of what was counted."""
        return sum(
            turn.reader.done(turn.asked, turn.is_whole).tokens_out
            for turn in self.answered
        )

    def outcome(self) -> list[tuple[Any, ...]]:
        """Of each turn what counts."""
        return [
            (turn.head, turn.status, turn.is_whole, turn.reader.error, turn.fields)
            for turn in self.answered
        ]


def test_a_turn_is_asked_and_answered_with_its_tokens() -> None:
    seen = Seen()
    for number in range(3):
        seen.turns.client_said(frame(ASKS, 1, key=KEY))
        seen.turns.server_said(said({"type": "response.created"}) + said(DONE))
        assert len(seen.answered) == len(seen.asked) == number + 1

    usage = seen.answered[0].reader.done()
    assert (usage.tokens_in, usage.tokens_out, usage.model) == (70, 9, "m")
    assert all(turn.is_whole for turn in seen.answered)


def test_a_limit_is_read_with_its_status_and_fields() -> None:
    """Also one that comes before anything was asked."""
    seen = Seen()
    seen.turns.server_said(said(LIMIT))

    (turn,) = seen.answered
    assert turn.status == 429
    assert turn.fields == [(b"retry-after", b"90")]
    assert turn.reader.error
    assert turn.reader.error["type"] == "usage_limit_reached"


@pytest.mark.parametrize(
    "data",
    [
        frame(b'{"type":"response.cancel"}', 1, key=KEY),
        frame(b'{"type":"session.update","x":"response.create"}', 1, key=KEY),
        frame(ASKS, 1, False, key=KEY),
        frame(ASKS, PING, key=KEY),
        frame(b"", 1, key=KEY),
    ],
    ids=["another", "with its word", "open", "a ping", "empty"],
)
def test_what_asks_nothing_is_no_turn(data: bytes) -> None:
    seen = Seen()
    seen.turns.client_said(data)
    seen.turns.finish()

    assert seen.asked == []


SPELLINGS = {
    "plain": frame(ASKS, 1, key=KEY),
    "late": frame(b'{"instructions":"%s",' % (b"x" * 5000) + ASKS[1:], 1, key=KEY),
    "too long": frame(b" " * ASKED_LIMIT + ASKS, 1, key=KEY),
    "escaped": frame(ASKS.replace(b".", rb"\u002e"), 1, key=KEY),
    "binary": frame(ASKS, 2, key=KEY),
    "of no kind": frame(ASKS, 5, key=KEY),
    "compressed": b"\xc1" + frame(ASKS, 1, key=KEY)[1:],
    "twice": frame(b'{"type":"response.cancel",' + ASKS[1:], 1, key=KEY),
    "in capitals": frame(b'{"Type":"response.create"}', 1, key=KEY),
    "wrapped": frame(b'[{"type":"response.create"}]', 1, key=KEY),
    "spaced": frame(b'{ "type"\n:\t"response.create"}', 1, key=KEY),
    "unknown": frame(b'{"type":"response.append"}', 1, key=KEY),
    "a list": frame(b'{"type":["response.cancel"]}', 1, key=KEY),
    "in frames": frame(ASKS[:9], 1, False, key=KEY)
    + frame(b"", PING, key=KEY)
    + frame(b"", 0, False, key=KEY)
    + frame(ASKS[9:], 0, key=KEY),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_whatever_may_ask_opens_a_turn(spelling: str) -> None:
    """Cut off before a word came, it is estimated by all of its bytes."""
    seen = Seen()
    seen.turns.client_said(SPELLINGS[spelling])
    seen.turns.finish()

    (turn,) = seen.answered
    assert not turn.is_whole
    assert turn.reader.done(turn.asked, is_whole=False).tokens_in >= turn.asked / 4 > 0


@pytest.mark.parametrize("opcode", [1, 2])
def test_what_the_service_tells_is_counted_without_a_question(opcode: int) -> None:
    seen = Seen()
    events: list[dict[str, Any]]
    events = [{"type": "response.created"}, DONE, DONE, {"usage": USAGE}]
    for event in events:
        seen.turns.server_said(frame(json.dumps(event).encode(), opcode))

    assert len(seen.asked) == len(seen.answered) == 3
    assert seen.tokens_out() == 27


def test_turns_at_once_are_answered_in_their_order() -> None:
    seen = Seen()
    seen.turns.client_said(SPELLINGS["plain"] + SPELLINGS["unknown"])
    assert len(seen.asked) == 2
    seen.turns.server_said(said(DONE))
    assert [turn.head for turn in seen.answered] == [ASKS]
    seen.turns.server_said(said(DONE))

    assert [turn.is_whole for turn in seen.answered] == [True, True]
    assert seen.tokens_out() == 18


def test_turns_without_number_are_bounded_and_counted() -> None:
    seen, number = Seen(), websocket_models.OPEN_LIMIT * 3
    for _ in range(number):
        seen.turns.client_said(SPELLINGS["plain"])
    assert len(seen.asked) == websocket_models.OPEN_LIMIT
    for _ in range(number):
        seen.turns.server_said(said(DONE))

    assert sum(turn.asked for turn in seen.answered) == number * len(ASKS)
    assert seen.tokens_out() == number * 9


QUIET = [
    frame(b"", PING, key=KEY),
    frame(b"", 1, key=KEY),
    frame(b'{"type":"response.cancel"}', 1, key=KEY),
]
STEPS = st.lists(
    st.sampled_from([*SPELLINGS.values(), *QUIET])
    | st.tuples(
        st.sampled_from(["completed", "incomplete", "failed", "done"]),
        st.integers(1, 1000),
        st.integers(1, 1000),
        st.booleans(),
    ),
    max_size=12,
)


@given(STEPS, st.integers(1, 9000), st.integers(1, 99), st.integers(1, 99))
def test_the_sum_counted_is_the_sum_that_the_service_tells(
    steps: list[Any], client_cut: int, server_cut: int, rest: int
) -> None:
    """However a turn is asked for, cut to pieces, and with others before its answer."""
    seen, unanswered, total = Seen(), 0, [0, 0]
    spellings = set(SPELLINGS.values())
    steps = [*steps, *[("completed", rest, rest, True)] * len(steps)]
    for step in steps:
        if isinstance(step, bytes):
            unanswered += step in spellings
            for at in range(0, len(step), client_cut):
                seen.turns.client_said(step[at : at + client_cut])
            continue
        if step[1:] == (rest, rest, True) and not unanswered:
            continue
        how, tokens_in, tokens_out, tells = step
        counts = {"input_tokens": tokens_in, "output_tokens": tokens_out}
        unanswered = max(0, unanswered - 1)
        total = [total[0] + tokens_in, total[1] + tokens_out]
        event = {"type": f"response.{how}", "response": {"usage": counts}}
        words = {"type": "response.output_text.delta", "delta": "word " * 9}
        created = {"type": "response.created"}
        events: list[dict[str, Any]]
        events = [created, words, event] if tells else [event]
        data = b"".join(map(said, events))
        for at in range(0, len(data), server_cut):
            seen.turns.server_said(data[at : at + server_cut])
    seen.turns.finish()

    usages = [turn.reader.done(turn.asked, turn.is_whole) for turn in seen.answered]
    assert [sum(each.tokens_in for each in usages), seen.tokens_out()] == total
    assert len(seen.asked) == len(seen.answered)


def test_a_turn_that_is_cut_off_is_told_once() -> None:
    seen = Seen()
    seen.turns.client_said(frame(ASKS, 1, key=KEY))
    seen.turns.client_said(frame(ASKS, 1, key=KEY))
    seen.turns.finish()
    seen.turns.finish()

    assert [turn.is_whole for turn in seen.answered] == [False, False]


def test_a_message_of_a_hundred_megabytes_is_not_kept() -> None:
    """And what follows it is read."""
    limit, chunk = 1 << 21, b"x" * (1 << 20)
    reader = MessageReader(limit)
    size = 100 << 20
    head = b"\x81\x7f" + size.to_bytes(8)
    assert reader.feed(head) == []
    for _ in range(100):
        told = reader.feed(chunk)
        assert len(reader._kept) <= limit

    assert [(len(each.beginning), each.size) for each in told] == [(limit, size)]
    assert reader.feed(frame(b"yes", 1)) == [Message(b"yes", 3)]


@pytest.mark.parametrize("opcode", [0, 1], ids=["continuations", "messages"])
def test_a_flood_of_frames_without_content_ends_the_connection(opcode: int) -> None:
    """None of them is kept; some, between others, are no flood."""
    seen, some = Seen(), frame(b"", opcode, opcode == 1) * (EMPTY_LIMIT - 1)
    for _ in range(3):
        seen.turns.client_said(frame(b"x", 1, False) + some)
        seen.turns.server_said(frame(b"x", 1, False) + some)
    for say in (seen.turns.client_said, seen.turns.server_said):
        with pytest.raises(ConnectionResetError, match="without content"):
            say(some)


def test_frames_of_a_byte_are_kept_as_bytes() -> None:
    """And those without any not at all."""
    reader = MessageReader(1 << 16)
    reader.feed(b"\x01\x00" + b"\x00\x00\x00\x01x" * 100_000)

    assert sys.getsizeof(reader._kept) < 1 << 18


@pytest.mark.parametrize(
    "event",
    [
        {**LIMIT, "status": 10**400},
        {**LIMIT, "status": "429"},
        {**LIMIT, "status": True, "headers": ["x"]},
        {**LIMIT, "headers": {"x" * 999: "1", "y": {"z": 1}, "retry-after": None}},
        {**LIMIT, "headers": {str(n): "v" for n in range(10_000)}},
        {"type": "error", "error": {"resets_at": 10**400}},
        {"type": "error", "error": []},
        {"type": ["error"]},
    ],
    ids=lambda event: str(event)[:60],
)
def test_garbage_in_an_error_is_bounded(event: dict[str, Any]) -> None:
    seen = Seen()
    seen.turns.client_said(frame(ASKS, 1, key=KEY))
    seen.turns.server_said(said(event))
    seen.turns.server_said(frame(b"[" * 100_000, 1))
    seen.turns.server_said(frame(b"\xff\xfe", 1))
    seen.turns.finish()

    (turn,) = seen.answered
    assert len(turn.fields) <= websocket_models.FIELDS_LIMIT


MESSAGES = st.sampled_from(
    [ASKS, *(json.dumps(each).encode() for each in (DONE, LIMIT)), b"{", b""]
)
FRAMES = st.builds(
    frame, MESSAGES, st.integers(0, 10), st.booleans(), key=st.sampled_from([b"", KEY])
)


@given(st.lists(FRAMES | st.binary(max_size=40)), st.integers(1, 9))
def test_pieces_of_any_size_tell_the_same(frames: list[bytes], size: int) -> None:
    """Whatever comes; and as many turns end as begin."""
    data, whole, pieces = b"".join(frames), Seen(), Seen()
    for seen, step in ((whole, max(1, len(data))), (pieces, size)):
        for at in range(0, len(data), step):
            seen.turns.client_said(data[at : at + step])
        for at in range(0, len(data), step):
            seen.turns.server_said(data[at : at + step])
        seen.turns.finish()
        assert len(seen.asked) == len(seen.answered)

    assert whole.outcome() == pieces.outcome()


def model(*events: dict[str, Any]) -> Serve:
    """A service that upgrades and answers each message with these events."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"sec-websocket-extensions" not in head.lower()
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n"
        )
        while await reader.read(65_536):
            writer.write(b"".join(said(event) for event in events))
            await writer.drain()

    return serve


@pytest.mark.parametrize("event", [DONE, LIMIT], ids=["answered", "limited"])
async def test_the_gate_tells_of_turns_in_a_websocket(
    gate: GateHarness, event: dict[str, Any]
) -> None:
    """Each as a request of its own, while the connection stays."""
    async with server(model(event), gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,), model="openai"))
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.gate_ca, "ok.example")
        head = f"GET /codex/responses HTTP/1.1\r\nHost: ok.example:{port}\r\n{UPGRADE}"
        more = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
        await client.send((head + more).encode())
        await client.head()
        async with asyncio.timeout(30):
            for number in range(2):
                await client.send(frame(ASKS, 1, key=KEY))
                came = await client.reader.readexactly(len(said(event)))
                assert came == said(event)
                while len(gate.said(phase="answer")) <= number:
                    await asyncio.sleep(0)

    assert len(gate.said(phase="model")) == 2
    for line in gate.said(phase="answer"):
        assert line["asked"] == "gpt-5.5"
        assert line["status"] == (429 if event is LIMIT else 200)
        assert line.get("tokens_out", 0) == (0 if event is LIMIT else 9)
    limits = gate.said(phase="limit")
    assert bool(limits) is (event is LIMIT)
    for line in limits:
        assert (line["kind"], line["model"]) == ("usage", "gpt-5.5")
        assert line["until"]


async def test_the_gate_ends_a_flood_of_frames_without_content(
    gate: GateHarness,
) -> None:
    async with server(model(DONE), gate.web_ca, "ok.example") as port:
        gate.allow(Rule("allow", "ok.example", (port,), model="openai"))
        client = await gate.connect(f"ok.example:{port}")
        await client.tls(gate.gate_ca, "ok.example")
        head = f"GET /codex/responses HTTP/1.1\r\nHost: ok.example:{port}\r\n{UPGRADE}"
        await client.send(f"{head}\r\n".encode())
        await client.head()
        await client.send(frame(b"", 0, False, key=KEY) * EMPTY_LIMIT)
        await client.send(frame(b"", 0, False, key=KEY))
        async with asyncio.timeout(30):
            assert await client.rest() == b""
