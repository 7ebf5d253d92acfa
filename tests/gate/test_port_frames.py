"""Frames of a pipe with many connections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate.port_frames import HEAD, LARGEST, BadFrame, Frame, FrameReader, Kind

NUMBER = st.integers(0, 0xFFFFFFFF)
FRAMES = st.one_of(
    st.builds(
        Frame,
        NUMBER,
        st.sampled_from([Kind.DATA, Kind.OPEN]),
        st.binary(max_size=40),
    ),
    st.builds(Frame, NUMBER, st.sampled_from([Kind.END, Kind.RESET])),
    st.builds(Frame, NUMBER, st.just(Kind.GRANT), st.binary(min_size=4, max_size=4)),
)


@given(st.lists(FRAMES, max_size=8), st.data())
def test_frames_may_be_cut_anywhere(frames: list[Frame], data: st.DataObject) -> None:
    text = b"".join(frame.encoded() for frame in frames)
    reader, read = FrameReader(), list[Frame]()
    while text:
        size = data.draw(st.integers(1, len(text)))
        read += reader.feed(text[:size])
        text = text[size:]

    assert read == frames


@pytest.mark.parametrize(
    ("kind", "length", "body"),
    [
        (Kind.DATA, LARGEST + 1, b""),
        (9, 0, b""),
        (0, 0, b""),
        (Kind.GRANT, 3, b"123"),
        (Kind.END, 1, b"x"),
        (Kind.RESET, 1, b"x"),
    ],
)
def test_what_is_no_frame_is_refused(kind: int, length: int, body: bytes) -> None:
    """Before its body is waited for."""
    with pytest.raises(BadFrame):
        list(FrameReader().feed(HEAD.pack(1, kind, length) + body))


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_refused(data: bytes) -> None:
    try:
        list(FrameReader().feed(data))
    except BadFrame:
        return
