"""What a peer sends is bounded before the library reads it."""

import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.gate import http2_frames
from swarm.gate.http2_frames import PREFACE, FrameReader, GoAway, Http2Refused, Kind


def frame(kind: int, content: bytes = b"", flags: int = 0, stream: int = 0) -> bytes:
    head = struct.pack(">I", len(content))[1:] + bytes([kind, flags])
    return head + struct.pack(">I", stream) + content


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_carried_passes_unchanged() -> None:
    data = PREFACE + frame(Kind.SETTINGS) + frame(Kind.DATA, b"x" * 16384, stream=1)

    assert FrameReader(is_server=True).feed(data) == data


@pytest.mark.parametrize(
    "dropped",
    [
        frame(Kind.PRIORITY, b"\0\0\0\0\1", stream=1),
        frame(0x0A, b"\0\0x"),
        frame(0x0C, b"origin"),
        frame(0x10, b"\0\0\0\1u=1"),
        frame(0x0B, b"grease"),
        frame(0x0B + 0x1F * 3, b"grease"),
    ],
)
def test_what_is_for_the_next_hop_is_dropped(dropped: bytes) -> None:
    """Browsers and large hosts send these; the gate is where they end."""
    kept = frame(Kind.PING, b"12345678")

    assert FrameReader(is_server=False).feed(kept + dropped + kept) == kept + kept


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (frame(Kind.PUSH_PROMISE, b"\0\0\0\2"), "server push"),
        (frame(0x20, b""), "an unknown frame, of type 0x20"),
        (frame(0x0E, b"x"), "an unknown frame, of type 0x0e"),
        (b"\xff\xff\xff\0\0\0\0\0\1", "a frame of 16777215 bytes"),
        (b"\0\x40\1\0\0\0\0\0\1", "a frame of 16385 bytes"),
        (frame(Kind.CONTINUATION, stream=1) * 17, "a list of fields in too many"),
    ],
)
def test_what_is_not_carried_is_refused_at_its_head(data: bytes, words: str) -> None:
    with pytest.raises(Http2Refused, match=words):
        FrameReader(is_server=False).feed(data)


FLOODS = {
    "ping": frame(Kind.PING, b"12345678"),
    "settings": frame(Kind.SETTINGS),
    "acknowledged settings": frame(Kind.SETTINGS, flags=1),
    "priority": frame(Kind.PRIORITY, b"\0\0\0\0\1", stream=3),
    "window": frame(Kind.WINDOW_UPDATE, b"\0\0\0\1"),
    "empty data": frame(Kind.DATA, stream=1),
    "grease": frame(0x0B),
    "origin": frame(0x0C),
    "goaway": frame(Kind.GOAWAY, b"\0\0\0\0\0\0\0\0"),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_frames_that_carry_nothing_are_counted(kind: str) -> None:
    clock = Clock()
    reader = FrameReader(is_server=False, clock=clock)
    reader.feed(FLOODS[kind] * http2_frames.NOISE_BURST)
    clock.now = 1.0
    reader.feed(FLOODS[kind] * http2_frames.NOISE_PER_SECOND)

    with pytest.raises(Http2Refused, match="without content"):
        reader.feed(FLOODS[kind] * 2)


def test_streams_taken_back_are_counted_for_clients() -> None:
    """The rapid reset: each stream has cost a decision and a request."""
    reset = frame(Kind.RST_STREAM, b"\0\0\0\x08", stream=1)
    reader = FrameReader(is_server=True, clock=Clock())
    reader.feed(PREFACE + reset * http2_frames.RESETS_BURST)

    with pytest.raises(Http2Refused, match="taken back"):
        reader.feed(reset)


def test_a_download_earns_its_window_updates() -> None:
    """Two for each frame of content, as the most careful clients send."""
    reader = FrameReader(is_server=True, clock=Clock())
    reader.feed(PREFACE)
    for _ in range(10 * http2_frames.NOISE_BURST):
        reader.carried(1 << 14)
        reader.feed(frame(Kind.WINDOW_UPDATE, b"\0\0\0\1") * 2)


def test_a_goaway_is_kept_from_the_library() -> None:
    """It would read no answer after one; hosts send it while streams go on."""
    reader = FrameReader(is_server=False)
    said = frame(Kind.GOAWAY, struct.pack(">II", 7, 11) + b"why")
    passed = b"".join(reader.feed(bytes([byte])) for byte in said)

    assert (passed, reader.goaways) == (b"", [GoAway(7, 11)])


FRAMES = st.builds(
    frame,
    st.sampled_from([*(set(Kind) - {Kind.PUSH_PROMISE}), 0x0A, 0x0B, 0x10]),
    st.binary(max_size=60),
    st.integers(0, 255),
    st.integers(0, 2**31 - 1),
)


@settings(max_examples=200)
@given(st.lists(FRAMES, max_size=12), st.data())
def test_pieces_change_nothing(frames: list[bytes], data: st.DataObject) -> None:
    """However a sequence is cut, the same bytes pass."""
    whole = b"".join(frames)
    at_once = FrameReader(is_server=False, clock=Clock())
    in_pieces = FrameReader(is_server=False, clock=Clock())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]

    passed = at_once.feed(whole)

    assert b"".join(in_pieces.feed(piece) for piece in pieces) == passed
    assert in_pieces.goaways == at_once.goaways
    kept = [f for f in frames if f[3] in set(Kind) - {Kind.GOAWAY, Kind.PRIORITY}]
    assert passed == b"".join(kept)
