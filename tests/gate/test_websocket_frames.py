"""A WebSocket's frames are found however they are cut, and nothing is collected."""

import struct

from hypothesis import given
from hypothesis import strategies as some

from swarm.gate import websocket_frames
from swarm.gate.websocket_frames import FrameReader


def frame(
    content: bytes, opcode: int = 2, final: bool = True, key: bytes = b""
) -> bytes:
    """One frame as RFC 6455 has it; with a client's key if one is given."""
    size = len(content)
    first = bytes([(0x80 if final else 0) | opcode])
    mask = 0x80 if key else 0
    if size < 126:
        head = first + bytes([mask | size])
    elif size < 1 << 16:
        head = first + bytes([mask | 126]) + struct.pack(">H", size)
    else:
        head = first + bytes([mask | 127]) + struct.pack(">Q", size)
    if key:
        content = bytes(byte ^ key[at % 4] for at, byte in enumerate(content))
    return head + key + content


FRAMES = some.lists(
    some.tuples(
        some.one_of(some.binary(max_size=8), some.binary(min_size=120, max_size=300)),
        some.sampled_from([b"", b"\1\2\3\4", b"\xff\0\xfe\7"]),
        some.booleans(),
    ),
    max_size=5,
)


@given(FRAMES, some.integers(1, 50))
def test_frames_are_the_same_however_they_are_cut(
    frames: list[tuple[bytes, bytes, bool]], size: int
) -> None:
    """Each content comes whole and without its key; each header as it was."""
    whole = b"".join(frame(content, 2, last, key) for content, key, last in frames)
    reader, pieces = FrameReader(), []
    for at in range(0, len(whole), size):
        pieces += reader.feed(whole[at : at + size])

    contents, heads = [b""], list[bytes]()
    for piece in pieces:
        if piece.begins:
            heads.append(piece.header.raw)
        contents[-1] += piece.plain()
        if piece.ends:
            contents.append(b"")
    assert contents == [*(content for content, _, _ in frames), b""]
    assert [head[:1] for head in heads] == [
        frame(b"", 2, last)[:1] for _, _, last in frames
    ]


def test_a_frame_of_ten_megabytes_is_passed_on_as_it_comes() -> None:
    """Its header tells a length, and nobody waits for so much."""
    reader, size = FrameReader(), 10 << 20
    (first,) = reader.feed(frame(b"", 2)[:1] + b"\x7f" + struct.pack(">Q", size))
    (second,) = reader.feed(b"x" * 1000)

    assert (first.header.size, first.content, first.ends) == (size, b"", False)
    assert (second.offset, len(second.content), second.ends) == (0, 1000, False)


def test_a_frame_that_closes_holds_a_reason() -> None:
    (piece,) = FrameReader().feed(websocket_frames.close(1008, "x" * 500))

    assert piece.header.is_control
    assert piece.ends
    assert piece.content == (1008).to_bytes(2) + b"x" * 123
