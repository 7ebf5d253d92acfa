"""The chain over a file of the sensor's lines: what was taken in cannot change unseen.

Each line's value covers the line and every line before it. All values lie beside the
lines, so that the first broken one can be named; the last one is in the database, so
that lines and values cannot both be rewritten without it. Who can write all three can
forge all three: this shows damage and meddling with files, not a thief of the account.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = 16
"""Bytes of one value."""
_BEGIN = b"swarm audit 1"
_READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at one file came to."""

    file: Path
    lines: int
    """Those that were taken in."""
    fault: str = ""
    """What is wrong, with the line's number; empty where all is well."""


def begin(container: str, part: int, before: bytes) -> bytes:
    """The value before a file's first line; it goes on from the part before it."""
    name = f"{container}.{part}".encode()
    return hashlib.blake2b(_BEGIN + name + b"\0" + before, digest_size=SIZE).digest()


def extend(head: bytes, lines: list[bytes]) -> list[bytes]:
    """The value after each of these lines; without their newlines."""
    values = []
    for line in lines:
        head = hashlib.blake2b(head + line, digest_size=SIZE).digest()
        values.append(head)
    return values


def beside(file: Path) -> Path:
    """Where the values of a file's lines are."""
    return file.with_name(f"{file.name}.chain")


def append(file: Path, known: int, values: list[bytes]) -> None:
    """Write values behind the first `known` ones; what a dead keeper left is cut."""
    with beside(file).open("ab") as chain:
        if chain.tell() != known * SIZE:
            chain.truncate(known * SIZE)
        chain.write(b"".join(values))
        chain.flush()


def verify(file: Path, first: bytes, head: bytes, lines: int) -> Verification:
    """Go over a file's first `lines` lines; reads all of it, blocks for a second a GB.

    `first` is the value before its first line, `head` the one in the database.
    """
    try:
        return Verification(file, lines, _fault(file, first, head, lines))
    except OSError as error:
        return Verification(file, lines, f"cannot be read: {error.strerror}")


def _fault(file: Path, first: bytes, head: bytes, lines: int) -> str:
    value, number, broken = first, 0, 0
    with file.open("rb") as text, beside(file).open("rb") as chain:
        for line in _lines(text.read, lines):
            number += 1
            value = hashlib.blake2b(value + line, digest_size=SIZE).digest()
            if chain.read(SIZE) != value and not broken:
                broken = number
    if number < lines:
        return f"line {number + 1} is missing, and all after it: {lines} were there"
    if value == head:
        return f"its chain was changed at line {broken}; the lines are whole" * (
            broken > 0
        )
    if broken:
        return f"line {broken} is not what was recorded"
    return "lines and chain were both rewritten: the database knows another end"


def _lines(read: Callable[[int], bytes], limit: int) -> Iterator[bytes]:
    rest, count = b"", 0
    while count < limit and (data := read(_READ)):
        *whole, rest = (rest + data).split(b"\n")
        yield from whole[: limit - count]
        count += len(whole)
