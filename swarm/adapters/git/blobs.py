"""Reads many objects with few processes of git, however many an agent made."""

from collections.abc import Collection, Iterator, Mapping

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.errors import ToolError

_BATCH = 64 << 20
"""Bytes of content in memory at once, unless one object is larger."""
_HEADER = 128
"""Bytes that git writes around one content, at most."""


def sizes(git: Git, oids: Collection[str], kind: str = "blob") -> dict[str, int]:
    """The size of each object; ToolError if one is missing, or of another kind."""
    if not oids:
        return {}
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    answer: str = git.cat_file("--batch-check", "--buffer", istream=stdin)
    rows = [row.split() for row in answer.splitlines()]
    if any(len(row) != 3 or row[1] != kind for row in rows):
        raise ToolError(f"git cat-file: a {kind} is missing")
    return {oid: int(size) for oid, _, size in rows}


def contents(git: Git, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    """The id and the bytes of each object, given its size; one process for many.

    Those of a batch are in memory at once. ToolError if one is missing.
    """
    batch: dict[str, int] = {}
    room = _BATCH
    for oid, size in sizes.items():
        if batch and size > room:
            yield from _read(git, batch)
            batch, room = {}, _BATCH
        batch[oid] = size
        room -= size
    if batch:
        yield from _read(git, batch)


def _read(git: Git, batch: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    bounds = Bounds(output=sum(batch.values()) + _HEADER * len(batch))
    stdin = "".join(f"{oid}\n" for oid in batch).encode()
    words = ("--batch", "--buffer")
    answer: bytes = git.within(bounds).cat_file(*words, istream=stdin, **RAW)
    position = 0
    while position < len(answer):
        # A line of id, kind and size, the bytes, a newline.
        line_end = answer.index(b"\n", position)
        oid, *kind_and_size = answer[position:line_end].decode().split(" ")
        if len(kind_and_size) != 2:
            raise ToolError("git cat-file: an object is missing")
        start = line_end + 1
        position = start + int(kind_and_size[1]) + 1
        yield oid, answer[start : position - 1]
