"""The frames between the supervisor and a worker: a kind, a length, a payload."""

import asyncio
from enum import IntEnum

HEAD_BYTES = 5
PAYLOAD_LIMIT = 32 << 20
"""Bytes; a policy with its secrets is the longest that the supervisor sends."""
LINE_LIMIT = 64 << 10
"""Bytes of one line of a worker's."""


class Kind(IntEnum):
    """The kinds, and who sends them."""

    BEGIN = 1
    """To the worker, first: policy, secrets, memory, whether the task is cut."""
    POLICY = 2
    """To the worker: another policy with its secrets; answered by REPLY."""
    CUT = 3
    """To the worker: end every connection; answered by REPLY."""
    LINE = 10
    """To the supervisor: a line for the audit."""
    KEPT_LINE = 11
    """To the supervisor: a line that must not be shed."""
    REPLY = 12
    """To the supervisor: how many connections the last command ended, 4 bytes."""
    IDLE = 13
    """To the supervisor, last: nothing is open, the worker goes."""


class BadFrame(ValueError):
    """The other side does not speak this protocol."""


def encode(kind: Kind, payload: bytes = b"") -> bytes:
    """The bytes of one frame."""
    return bytes([kind]) + len(payload).to_bytes(4, "big") + payload


async def read(
    reader: asyncio.StreamReader, limit: int = PAYLOAD_LIMIT
) -> tuple[Kind, bytes]:
    """The next frame.

    BadFrame if it is malformed or over the limit, asyncio.IncompleteReadError at the
    end, OSError if the connection breaks.
    """
    head = await reader.readexactly(HEAD_BYTES)
    size = int.from_bytes(head[1:], "big")
    if size > limit:
        raise BadFrame(f"a frame of {size} bytes")
    try:
        kind = Kind(head[0])
    except ValueError as error:
        raise BadFrame(f"a frame of kind {head[0]}") from error
    return kind, await reader.readexactly(size)
