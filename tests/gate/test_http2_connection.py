"""Floods, stalls and odd frames end one connection, in words, and nothing else."""

import asyncio
import contextlib
import struct
from typing import Any

import pytest
from h2.exceptions import H2Error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.gate.http2_connection import Http2Connection
from swarm.gate.http2_frames import Http2Refused, Kind
from swarm.gate.http2_stream import Http2Stream
from swarm.policy.rules import Rule
from tests.gate.gate_harness import GateHarness
from tests.gate.http2_peers import Peer, Told, dial, echo, get, http2_server
from tests.gate.test_http2_frames import frame


async def hold(peer: Peer, told: Told) -> None:
    """Never answers."""
    await peer.ended.wait()


async def opened(gate: GateHarness, port: int, **more: Any) -> Peer:
    gate.allow(Rule("allow", "ok.example", (port,), methods=("GET", "POST")))
    return await dial(gate, port, **more)


ODD = {
    "an unknown frame": frame(0x77, b"x"),
    "server push": frame(Kind.PUSH_PROMISE, b"\0\0\0\2", 4, 1),
    "without content": frame(Kind.PING, b"12345678") * 20_000,
    "a frame of": b"\xff\xff\xff\0\0\0\0\0\1",
    "too many streams taken back": b"".join(
        frame(Kind.RST_STREAM, b"\0\0\0\x08", 0, 1) for _ in range(300)
    ),
    "too many frames": frame(Kind.HEADERS, b"", 0, 1)
    + frame(Kind.CONTINUATION, b"", 0, 1) * 30,
}


@pytest.mark.parametrize("words", ODD)
async def test_a_client_is_told_what_it_may_not_send(
    gate: GateHarness, words: str
) -> None:
    """In the last frame, and in the event with the host."""
    async with http2_server(echo, gate.web_ca) as port:
        client = await opened(gate, port)
        await client.whole(client.ask(get(port)))
        client.raw(ODD[words])
        async with asyncio.timeout(60):
            await client.ended.wait()
        other = await dial(gate, port)
        answer = await other.whole(other.ask(get(port)))

    assert client.goaway is not None
    assert words.encode() in (client.goaway.additional_data or b"")
    assert answer.status == 200
    (line,) = gate.said(phase="request", verdict="deny")
    assert line["reason"].startswith("http2-limit: ")
    assert words in line["reason"]
    assert line["host"] == "ok.example"


async def test_more_streams_than_the_limit_are_refused_in_words(
    gate: GateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those within it go on; the next fits once one of them has ended."""
    monkeypatch.setattr("swarm.gate.http2_session.STREAMS_LIMIT", 5)
    go_on = asyncio.Event()

    async def serve(peer: Peer, told: Told) -> None:
        await go_on.wait()
        peer.answer(told, [(":status", "204")], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        asked = [client.ask(get(port)) for _ in range(7)]
        refused = [await client.whole(one) for one in asked[5:]]
        go_on.set()
        passed = [await client.whole(one) for one in asked[:5]]
        later = await client.whole(client.ask(get(port)))

    assert [one.fields["x-swarm-deny"] for one in refused] == ["http2-limit"] * 2
    assert {one.status for one in [*passed, later]} == {204}
    assert gate.said(reason="http2-limit: more streams than the limit")


async def test_far_more_streams_end_the_connection(gate: GateHarness) -> None:
    async with http2_server(hold, gate.web_ca) as port:
        client = await opened(gate, port)
        client.h2.remote_settings.max_concurrent_streams = 1000
        await client.until(client.ask(get(port)), lambda _: client.asked.empty())
        client.h2.remote_settings.max_concurrent_streams = 1000
        for _ in range(300):
            client.h2.remote_settings.acknowledge()
            number = client.h2.get_next_available_stream_id()
            client.h2.send_headers(number, get(port, method="POST"))
        client.flush()
        async with asyncio.timeout(60):
            await client.ended.wait()

    assert gate.said(reason="http2-limit: more streams than the limit")


async def test_a_list_of_fields_is_bounded(gate: GateHarness) -> None:
    async with http2_server(echo, gate.web_ca) as port:
        client = await opened(gate, port)
        await client.whole(client.ask(get(port)))
        many = [(f"x-{number}", "y" * 4000) for number in range(20)]
        client.ask([*get(port), *many])
        async with asyncio.timeout(60):
            await client.ended.wait()

    assert gate.said(reason="http2-limit: a list of fields that is too long")


async def test_a_window_of_nothing_stalls_its_own_stream_alone(
    gate: GateHarness,
) -> None:
    """The stream ends after a while; another one is served meanwhile."""
    big = b"x" * 200_000

    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, [(":status", "200")])
        await peer.say(told, big if told.fields[":path"] == "/big" else b"small", True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port, takes_data=False)
        stalled = client.ask(get(port, "/big"))
        await client.until(stalled, lambda told: len(told.body) >= 65_535 - 16_384)
        client.h2.increment_flow_control_window(1000)
        client.flush()
        small = await client.whole(client.ask(get(port, "/small")))

    assert (small.status, small.body) == (200, b"small")
    assert not stalled.is_over


async def test_a_stream_that_is_not_read_ends(
    gate: GateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarm.gate.http2_stream.STALL_SECONDS", 0.2)

    async def serve(peer: Peer, told: Told) -> None:
        peer.answer(told, [(":status", "200")])
        await peer.say(told, b"x" * 200_000, ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port, takes_data=False)
        stalled = await client.whole(client.ask(get(port)))

    assert stalled.reset is not None
    assert gate.said(phase="request", how="broken")


async def test_what_waits_for_a_client_is_bounded(gate: GateHarness) -> None:
    """A host is not read faster than the client reads: windows hold it."""
    sent = 0

    async def serve(peer: Peer, told: Told) -> None:
        nonlocal sent
        peer.answer(told, [(":status", "200")])
        while True:
            await peer.say(told, b"x" * 16_384)
            sent += 16_384

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port, takes_data=False)
        asked = client.ask(get(port))
        await client.until(asked, lambda told: len(told.body) == 65_535)
        before = -1
        while before != sent:
            before = sent
            for _ in range(200):
                await asyncio.sleep(0)

        assert sent <= (1 << 20) + 65_535 + 16_384


HOST_FAULTS = {
    "server push": frame(Kind.PUSH_PROMISE, b"\0\0\0\2", 4, 1),
    "an unknown frame": frame(0x77, b"x"),
    "without content": frame(Kind.SETTINGS) * 20_000,
}


@pytest.mark.parametrize("words", HOST_FAULTS)
async def test_what_a_host_may_not_send_is_told_on_each_stream(
    gate: GateHarness, words: str
) -> None:
    """And the client's connection goes on, to a new one of the host's."""
    count = 0

    async def serve(peer: Peer, told: Told) -> None:
        nonlocal count
        count += 1
        if count == 1:
            peer.raw(HOST_FAULTS[words])
            await peer.ended.wait()
        peer.answer(told, [(":status", "204")], ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        refused = await client.whole(client.ask(get(port)))
        later = await client.whole(client.ask(get(port)))

    assert refused.fields["x-swarm-deny"] == "http2-limit"
    assert later.status == 204
    (line,) = gate.said(phase="request", verdict="deny")
    assert words in line["reason"]
    assert line["host"] == "ok.example"


async def test_a_host_that_goes_away_ends_what_it_has(gate: GateHarness) -> None:
    """Streams that it took are answered; new ones go to a new connection."""
    peers: list[Peer] = []
    go_on = asyncio.Event()

    async def serve(peer: Peer, told: Told) -> None:
        if peer not in peers:
            peers.append(peer)
            if len(peers) == 1:
                peer.raw(frame(Kind.GOAWAY, struct.pack(">II", told.number, 0)))
                await go_on.wait()
        peer.answer(told, [(":status", "200")])
        await peer.say(told, b"whole", ended=True)

    async with http2_server(serve, gate.web_ca) as port:
        client = await opened(gate, port)
        first = client.ask(get(port))
        await client.until(first, lambda _: True)
        async with asyncio.timeout(60):
            while not peers:
                await asyncio.sleep(0)
        later = client.ask(get(port))
        second = client.ask(get(port))
        go_on.set()
        answers = [await client.whole(one) for one in (first, later, second)]

    assert [one.body for one in answers] == [b"whole"] * 3
    assert len(peers) == 2


class Memory:
    """A wire whose other end is the test."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.sent = bytearray()

    async def recv(self) -> bytes:
        await asyncio.sleep(0)
        return self._pieces.pop(0) if self._pieces else b""

    def unread(self, data: bytes) -> None:
        self._pieces.insert(0, data)

    async def send(self, data: bytes) -> None:
        self.sent += data

    async def send_eof(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


KINDS = st.sampled_from([*Kind, 0x0A, 0x42])
FRAMES = st.builds(
    frame, KINDS, st.binary(max_size=40), st.integers(0, 255), st.integers(0, 9)
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(FRAMES, max_size=15), st.booleans())
async def test_any_sequence_of_frames_ends_in_order(
    frames: list[bytes], is_server: bool
) -> None:
    """It is read, refused or malformed: no other error, and every stream ends."""
    seen: list[Http2Stream] = []
    start = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" if is_server else b""
    wire = Memory([start + frame(Kind.SETTINGS), *frames])
    connection = Http2Connection(
        wire,
        is_server=is_server,
        window=1 << 17,
        stream_window=1 << 16,
        on_stream=seen.append,
    )
    with contextlib.suppress(Http2Refused, H2Error, OSError):
        await connection.run()

    assert all(stream.gone.done() for stream in seen)
