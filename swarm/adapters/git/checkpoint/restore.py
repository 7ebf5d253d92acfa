"""Puts a worktree back to a tree, following nothing that lies in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from swarm.adapters.git import blobs, diff
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.safe_fs.writer import SafeWriter
from swarm.adapters.git.snapshot import filled
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import lfs
from swarm.errors import Refused
from swarm.model.review import Change
from swarm.model.risk import is_git_name
from swarm.model.safe_text import safe_line

_GITLINK = 0o160000


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
        filling = filled.load(task)
        for change, content in _contents(task, writes):
            in_tree = change.old_mode != 0
            held = _as_filled(task, filling, change) or content
            writer.put(change.path, change.new_mode, held, replace=in_tree)
        return Restored(len(writes), len(removals), tuple(writer.aside))


def _is_file(change: Change) -> bool:
    """A submodule's directory is no content of this repository's."""
    return _GITLINK not in (change.old_mode, change.new_mode)


def _as_filled(task: TaskGit, filling: filled.Filled, change: Change) -> bytes | None:
    """The content that the worktree was given in the place of an LFS pointer."""
    file = filling.lfs.get(change.path)
    is_pointer = file is not None and file.pointer == change.new
    return lfs.content(task, file) if file and is_pointer else None


def _refuse_strange(path: str) -> None:
    if any(part in ("", ".", "..") or is_git_name(part) for part in path.split("/")):
        raise Refused(f"a checkpoint holds the path {safe_line(path, 200)}")


def _contents(task: TaskGit, writes: list[Change]) -> Iterator[tuple[Change, bytes]]:
    """Each file's bytes; of files with the same bytes, one after the other."""
    git = task.review.git
    changes_by_oid: dict[str, list[Change]] = {}
    for change in writes:
        changes_by_oid.setdefault(change.new, []).append(change)
    sizes = blobs.sizes(git, changes_by_oid.keys())
    for oid, content in blobs.contents(git, sizes):
        for change in changes_by_oid[oid]:
            yield change, content
