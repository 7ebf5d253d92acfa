"""A hash chain over a file of the sensor's lines: a recorded line cannot change unseen.

Each hash covers its line and every line before it. The hashes are stored in a file next
to the lines, so that the first changed line can be named. The last hash is also in the
database, so that lines and hashes cannot both be rewritten without it. The chain
detects changed files; it cannot detect someone who controls the user account.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = 16
"""Bytes of one hash."""
_SEED = b"swarm audit 1"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying one file."""

    file: Path
    lines: int
    """Lines that were recorded."""
    fault: str = ""
    """The fault, with the line's number; empty if there is none."""


def begin(container: str, part: int, previous: bytes) -> bytes:
    """The hash before a file's first line; it continues the previous part's chain."""
    name = f"{container}.{part}".encode()
    return hashlib.blake2b(_SEED + name + b"\0" + previous, digest_size=SIZE).digest()


def extend(head: bytes, lines: list[bytes]) -> list[bytes]:
    """The hash after each of these lines, which have no newline."""
    hashes = []
    for line in lines:
        head = hashlib.blake2b(head + line, digest_size=SIZE).digest()
        hashes.append(head)
    return hashes


def chain_file(file: Path) -> Path:
    """The file with the hashes of a file's lines."""
    return file.with_name(f"{file.name}.chain")


def append(file: Path, recorded: int, hashes: list[bytes]) -> None:
    """Write hashes after the first `recorded` ones.

    Cuts what a killed keeper wrote without recording it.
    """
    with chain_file(file).open("ab") as chain:
        if chain.tell() != recorded * SIZE:
            chain.truncate(recorded * SIZE)
        chain.write(b"".join(hashes))
        chain.flush()


def verify(file: Path, first: bytes, head: bytes, lines: int) -> Verification:
    """Verify a file's first `lines` lines; blocks for about a second per GB.

    `first` is the hash before its first line, `head` the one in the database.
    """
    try:
        return Verification(file, lines, _fault(file, first, head, lines))
    except OSError as error:
        return Verification(file, lines, f"cannot be read: {error.strerror}")


def _fault(file: Path, first: bytes, head: bytes, lines: int) -> str:
    current, number, changed = first, 0, 0
    with file.open("rb") as text, chain_file(file).open("rb") as chain:
        for line in _lines(text.read, lines):
            number += 1
            current = hashlib.blake2b(current + line, digest_size=SIZE).digest()
            if chain.read(SIZE) != current and not changed:
                changed = number
    if number < lines:
        return f"line {number + 1} is missing, and all after it: {lines} were there"
    if current == head and not changed:
        return ""
    if current == head:
        return f"its chain was changed at line {changed}; the lines are whole"
    if changed:
        return f"line {changed} is not what was recorded"
    return "lines and chain were both rewritten: the database has another last hash"


def _lines(read: Callable[[int], bytes], limit: int) -> Iterator[bytes]:
    rest, count = b"", 0
    while count < limit and (data := read(_CHUNK)):
        *whole, rest = (rest + data).split(b"\n")
        yield from whole[: limit - count]
        count += len(whole)
