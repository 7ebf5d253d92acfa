"""Puts a worktree back to a tree, following nothing that lies in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from swarm.adapters.git import diff
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.safe_fs.writer import SafeWriter
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.review import Change
from swarm.model.risk import is_git_name
from swarm.model.safe_text import safe_line

_GITLINK = 0o160000
_BATCH = 64 << 20
"""Bytes of content in memory at once, unless one file is larger."""
_HEADER = 128
"""Bytes that git writes around one content, at most."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of putting a worktree back."""

    wrote: int
    removed: int
    aside: tuple[str, ...]
    """The new paths of what stood in the way and no tree held."""


def restore(
    task: TaskGit, present: str, target: str, owner: tuple[int, int] | None = None
) -> Restored:
    """Make the worktree hold the tree `target`; `present` is the tree it holds now.

    The agent must stand still. What neither tree holds stays where it is, and is
    renamed if it is in the way. `owner` is the agent's uid and gid, if we are root.
    Blocks for as long as writing takes; ToolError leaves it half done: call it again.
    """
    words = ("-r", "-z", "--raw", "--no-renames", present, target)
    answer: bytes = task.review.git.diff_tree(*words, **RAW)
    changes = [change for change in diff.parse(answer) if _is_file(change)]
    for change in changes:
        _refuse_strange(change.path)
    removals = [change.path for change in changes if not change.new_mode]
    writes = [change for change in changes if change.new_mode]
    with disk_errors_as("restore"), SafeWriter(task.worktree, owner) as writer:
        for path in removals:
            writer.remove(path)
        for change, content in _contents(task, writes):
            in_tree = change.old_mode != 0
            writer.put(change.path, change.new_mode, content, replace=in_tree)
        return Restored(len(writes), len(removals), tuple(writer.aside))


def _is_file(change: Change) -> bool:
    """A submodule's directory is no content of this repository's."""
    return _GITLINK not in (change.old_mode, change.new_mode)


def _refuse_strange(path: str) -> None:
    if any(part in ("", ".", "..") or is_git_name(part) for part in path.split("/")):
        raise Refused(f"a checkpoint holds the path {safe_line(path, 200)}")


def _contents(task: TaskGit, writes: list[Change]) -> Iterator[tuple[Change, bytes]]:
    """Each file's bytes, a batch of git's at a time."""
    for batch in _batches(writes, _sizes(task, {change.new for change in writes})):
        oids = {change.new for change in batch}
        sizes = _sizes(task, oids)
        bounds = Bounds(output=sum(sizes.values()) + _HEADER * len(oids))
        stdin = "".join(f"{oid}\n" for oid in oids).encode()
        git = task.review.git.within(bounds)
        contents = dict(_parse_batch(git.cat_file("--batch", istream=stdin, **RAW)))
        yield from ((change, contents[change.new]) for change in batch)


def _batches(writes: list[Change], sizes: dict[str, int]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    room = _BATCH
    for change in writes:
        if batch and sizes[change.new] > room:
            yield batch
            batch, room = [], _BATCH
        batch.append(change)
        room -= sizes[change.new]
    if batch:
        yield batch


def _sizes(task: TaskGit, oids: set[str]) -> dict[str, int]:
    if not oids:
        return {}
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    answer: str = task.review.git.cat_file("--batch-check", istream=stdin)
    rows = [row.split() for row in answer.splitlines()]
    if any(len(row) != 3 or row[1] != "blob" for row in rows):
        raise ToolError("git cat-file: a checkpoint's content is missing")
    return {oid: int(size) for oid, _, size in rows}


def _parse_batch(answer: bytes) -> Iterator[tuple[str, bytes]]:
    """Git's contents by id: a line of id, kind and size, the bytes, a newline."""
    position = 0
    while position < len(answer):
        line_end = answer.index(b"\n", position)
        oid, _, size = answer[position:line_end].decode().split(" ")
        start = line_end + 1
        position = start + int(size) + 1
        yield oid, answer[start : position - 1]
