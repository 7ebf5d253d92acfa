"""Writes into an index that files are as they should be, whatever their content is.

Git compares a file's size and times with the index before it reads the file. With
those of an LFS file's content beside the pointer's id, git finds the file unchanged, as
it does after a checkout with LFS.
"""

import hashlib
import os
import struct
from collections.abc import Mapping

_STAT = struct.Struct(">10I")
_HEADER = struct.Struct(">4sII")
_EXTENDED = 0x4000
_LONG_NAME = 0xFFF


def with_stats(
    index: bytes, stats: Mapping[bytes, os.stat_result], object_format: str
) -> bytes:
    """The index with these files' sizes, times and owners in their entries.

    Unchanged if it is of a version whose names are compressed.
    """
    signature, version, count = _HEADER.unpack_from(index)
    if signature != b"DIRC" or version not in (2, 3):
        return index
    digest_size = hashlib.new(object_format, usedforsecurity=False).digest_size
    body = bytearray(index[:-digest_size])
    position, remaining = _HEADER.size, len(stats)
    for _ in range(count):
        if not remaining:
            break
        name_at = position + _STAT.size + digest_size + 2
        (flags,) = struct.unpack_from(">H", index, name_at - 2)
        if version == 3 and flags & _EXTENDED:
            name_at += 2
        size = flags & _LONG_NAME
        end = name_at + size
        if size == _LONG_NAME:
            end = index.index(b"\0", name_at)
        status = stats.get(index[name_at:end])
        if status:
            remaining -= 1
            _STAT.pack_into(body, position, *_fields(index, position, status))
        position += (end - position + 8) & ~7
    checksum = hashlib.new(object_format, body, usedforsecurity=False).digest()
    return bytes(body) + checksum


def _fields(index: bytes, position: int, status: os.stat_result) -> list[int]:
    """The ten numbers of an entry; the mode is git's and stays."""
    mode = _STAT.unpack_from(index, position)[6]
    numbers = (
        *divmod(status.st_ctime_ns, 10**9),
        *divmod(status.st_mtime_ns, 10**9),
        status.st_dev,
        status.st_ino,
        mode,
        status.st_uid,
        status.st_gid,
        status.st_size,
    )
    return [number & 0xFFFFFFFF for number in numbers]
