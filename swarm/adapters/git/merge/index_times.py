"""Gives an index the times of files that were renamed after git had written them.

A rename changes a file's change time and nothing else. Git would read each such file
again, through the user's filters; the time is entered instead, and only if all else
that git compares is as it had noted.
"""

import hashlib
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

_HEADER_SIZE = 12
_HASHES = {20: hashlib.sha1, 32: hashlib.sha256}


def enter(index: Path, files: Mapping[bytes, os.stat_result], hash_size: int) -> None:
    """Enter change times; does nothing to an index of a kind it does not know.

    The index keeps its own time: git doubts what is as young as its index.
    """
    content = bytearray(index.read_bytes())
    if len(content) < _HEADER_SIZE + hash_size:
        return
    status = index.stat()
    trailer = bytes(content[-hash_size:])
    body_end = len(content) - hash_size
    if any(trailer) and trailer != _digest(content[:body_end], hash_size):
        return
    for position, name in _entries(content, hash_size):
        file = files.get(name)
        if file and _fits(content, position, file):
            seconds, nanoseconds = divmod(file.st_ctime_ns, 1_000_000_000)
            if not any(content[position + 12 : position + 16]):
                nanoseconds = 0  # a git that notes whole seconds
            struct.pack_into(
                ">II", content, position, seconds & 0xFFFFFFFF, nanoseconds
            )
    if any(trailer):
        content[body_end:] = _digest(content[:body_end], hash_size)
    with index.open("r+b") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    os.utime(index, ns=(status.st_atime_ns, status.st_mtime_ns))


def _digest(content: bytearray, hash_size: int) -> bytes:
    return _HASHES[hash_size](content, usedforsecurity=False).digest()


def _fits(content: bytearray, position: int, file: os.stat_result) -> bool:
    fields = struct.unpack_from(">10I", content, position)
    seconds, nanoseconds = divmod(file.st_mtime_ns, 1_000_000_000)
    return (
        fields[2] == seconds & 0xFFFFFFFF
        and fields[3] in (nanoseconds, 0)
        and fields[5] == file.st_ino & 0xFFFFFFFF
        and fields[9] == file.st_size & 0xFFFFFFFF
    )


def _entries(content: bytearray, hash_size: int) -> Iterator[tuple[int, bytes]]:
    """The position and the name of each entry."""
    signature, version, count = struct.unpack_from(">4sII", content)
    if signature != b"DIRC" or version not in (2, 3, 4):
        return
    position, name = _HEADER_SIZE, b""
    for _ in range(count):
        at = position + 40 + hash_size
        (flags,) = struct.unpack_from(">H", content, at)
        at += 4 if version > 2 and flags & 0x4000 else 2
        if version == 4:
            dropped, at = _variable_length(content, at)
            end = content.index(0, at)
            name = name[: len(name) - dropped] + bytes(content[at:end])
            following = end + 1
        else:
            end = content.index(0, at)
            name = bytes(content[at:end])
            following = position + ((end - position + 8) & ~7)
        yield position, name
        position = following


def _variable_length(content: bytearray, at: int) -> tuple[int, int]:
    """A number as git packs it, and the position behind it."""
    byte = content[at]
    value = byte & 127
    at += 1
    while byte & 128:
        byte = content[at]
        value = ((value + 1) << 7) + (byte & 127)
        at += 1
    return value, at
