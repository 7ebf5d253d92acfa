"""Puts a worktree back to a tree, following nothing that lies in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from swarm.adapters.git import diff
from swarm.adapters.git.process import Bounds, git
from swarm.adapters.git.safe_fs.files import spoken
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
    """What was done."""

    wrote: int
    removed: int
    aside: tuple[str, ...]
    """Where things are now that stood in the way, and that no tree held."""


def restore(
    task: TaskGit, present: str, wanted: str, owner: tuple[int, int] | None = None
) -> Restored:
    """Make the worktree hold the tree `wanted`; `present` is what it holds now.

    The agent must stand still. What neither tree holds stays where it is, and is
    renamed where it is in the way. `owner` is who the agent is, where we are root.
    Blocks for as long as writing takes; ToolError leaves it half done: call it again.
    """
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", present, wanted)
    found = [each for each in diff.parse(git(task.review(), *words)) if _is_file(each)]
    for change in found:
        _refuse_strange(change.path)
    gone = [each.path for each in found if not each.new_mode]
    fresh = [each for each in found if each.new_mode]
    with spoken("restore"), SafeWriter(task.worktree, owner) as hands:
        for path in gone:
            hands.remove(path)
        for change, content in _contents(task, fresh):
            hands.put(change.path, change.new_mode, content, known=change.old_mode != 0)
        return Restored(len(fresh), len(gone), tuple(hands.aside))


def _is_file(change: Change) -> bool:
    """A submodule's directory is no content of this repository's."""
    return _GITLINK not in (change.old_mode, change.new_mode)


def _refuse_strange(path: str) -> None:
    if any(part in ("", ".", "..") or is_git_name(part) for part in path.split("/")):
        raise Refused(f"a checkpoint holds the path {safe_line(path, 200)}")


def _contents(task: TaskGit, fresh: list[Change]) -> Iterator[tuple[Change, bytes]]:
    """Each file's bytes, a batch of git's at a time."""
    for batch in _batches(fresh, _sizes(task, {each.new for each in fresh})):
        asked = {each.new for each in batch}
        sizes = _sizes(task, asked)
        room = Bounds(output=sum(sizes.values()) + _HEADER * len(asked))
        stdin = "".join(f"{oid}\n" for oid in asked).encode()
        out = git(task.review(), "cat-file", "--batch", stdin=stdin, bounds=room)
        known = dict(_parsed(out))
        yield from ((each, known[each.new]) for each in batch)


def _batches(fresh: list[Change], sizes: dict[str, int]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    left = _BATCH
    for change in fresh:
        if batch and sizes[change.new] > left:
            yield batch
            batch, left = [], _BATCH
        batch.append(change)
        left -= sizes[change.new]
    if batch:
        yield batch


def _sizes(task: TaskGit, oids: set[str]) -> dict[str, int]:
    if not oids:
        return {}
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    out = git(task.review(), "cat-file", "--batch-check", stdin=stdin).decode()
    rows = [row.split() for row in out.splitlines()]
    if any(len(row) != 3 or row[1] != "blob" for row in rows):
        raise ToolError("git cat-file: a checkpoint's content is missing")
    return {oid: int(size) for oid, _, size in rows}


def _parsed(out: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        oid, _, size = out[at:end].decode().split(" ")
        start = end + 1
        at = start + int(size) + 1
        yield oid, out[start : at - 1]
