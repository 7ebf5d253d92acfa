"""A frame comes out as it went in, and a malformed one is refused."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate import frames
from swarm.gate.frames import BadFrame, Kind


def read(data: bytes, limit: int = frames.PAYLOAD_LIMIT) -> tuple[Kind, bytes]:
    """The first frame of the bytes."""

    async def first() -> tuple[Kind, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await frames.read(reader, limit)

    return asyncio.run(first())


@given(st.sampled_from(Kind), st.binary(max_size=200), st.binary(max_size=20))
def test_a_frame_is_read_back(kind: Kind, payload: bytes, after: bytes) -> None:
    assert read(frames.encode(kind, payload) + after) == (kind, payload)


@given(st.binary(max_size=40))
def test_other_bytes_are_a_frame_or_refused(data: bytes) -> None:
    try:
        kind, payload = read(data, limit=30)
    except (BadFrame, asyncio.IncompleteReadError):
        return
    assert data.startswith(frames.encode(kind, payload))


def test_a_frame_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadFrame, match="a frame of 11 bytes"):
        read(frames.encode(Kind.LINE, bytes(11)), limit=10)
