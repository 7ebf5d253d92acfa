"""Makes the covers of a worktree: what an agent may read only, or not even see.

Nothing of the worktree is ever mounted, for an agent could swap it meanwhile: what
lies over a covered path is a copy of the host's own, or an empty file or directory.
"""

import shutil
import stat
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from swarm.adapters.git import tree_at
from swarm.adapters.git.repo import Git
from swarm.adapters.git.safe_fs.files import disk_errors_as, erase, write_new
from swarm.adapters.git.safe_fs.writer import SafeWriter
from swarm.adapters.git.snapshot import cover_record
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.covers import Cover, Stands, Wanted, reduced
from swarm.model.safe_text import safe_line

_EMPTY_FILE, _EMPTY_DIRECTORY = "empty-file", "empty-directory"
_KINDS: dict[str, Stands] = {
    "040000": "directory",
    "120000": "link",
    "160000": "submodule",
}


def resolve(git: Git, base: str, wanted: Wanted) -> tuple[Cover, ...]:
    """The covers that a task needs, with what its base has at each path.

    Refused for a path behind a link or in a submodule: nothing there is this tree's.
    """
    covers = reduced(wanted)
    if not covers:
        return ()
    protected = [cover.path for cover in covers if cover.kind == "protect"]
    hidden = [cover.path for cover in covers if cover.kind == "hide"]
    parents = {
        parent for path in (*protected, *hidden) for parent in tree_at.parents_of(path)
    }
    # Apart: of a path and one below it in one question, git names the lower alone.
    entries = {
        path: entry
        for paths in (sorted(parents), protected, hidden)
        if paths
        for path, entry in tree_at.named(git, base, paths).items()
    }
    stands = {path: _KINDS.get(entry.mode, "file") for path, entry in entries.items()}
    for cover in covers:
        _refuse_behind(cover, stands)
    return tuple(
        replace(cover, stands=stands.get(cover.path, "nothing")) for cover in covers
    )


def _refuse_behind(cover: Cover, stands: dict[str, Stands]) -> None:
    for parent in tree_at.parents_of(cover.path):
        kind = stands.get(parent, "nothing")
        if kind in ("link", "submodule"):
            raise Refused(
                f"{cover.kind}: {safe_line(cover.path, 200)} is behind the {kind} "
                f"{safe_line(parent, 200)}",
                hint=f"name {safe_line(parent, 200)} itself, or where it leads to"
                if kind == "link"
                else f"name the submodule itself: {safe_line(parent, 200)}",
            )


def make(task: TaskGit, covers: tuple[Cover, ...]) -> tuple[Cover, ...]:
    """Make what will be mounted, and its places in a fresh worktree; record both.

    The worktree is the base's, without hidden files, and no agent was in it yet.
    """
    erase(task.covers)
    task.covers.mkdir(parents=True, mode=0o755)
    write_new(task.covers / _EMPTY_FILE, b"")
    (task.covers / _EMPTY_FILE).chmod(0o444)
    (task.covers / _EMPTY_DIRECTORY).mkdir(mode=0o555)
    with SafeWriter(task.worktree, None) as writer:
        for cover in covers:
            if cover.kind == "hide":
                _empty_place(writer, cover)
    held = tuple(_with_source(task, n, cover) for n, cover in enumerate(covers))
    cover_record.save(task, held)
    return held


def _empty_place(writer: SafeWriter, cover: Cover) -> None:
    if cover.stands == "file":
        writer.put(cover.path, stat.S_IFREG | 0o644, b"", replace=False)
    elif cover.stands in ("directory", "submodule"):
        writer.make_directory(cover.path)


def _with_source(task: TaskGit, number: int, cover: Cover) -> Cover:
    """The cover with what is mounted over it; a copy is made of what is protected."""
    if cover.stands in ("link", "nothing"):
        return cover
    source = _EMPTY_FILE if cover.stands == "file" else _EMPTY_DIRECTORY
    if cover.kind == "protect":
        source = f"p{number}"
        _copy(task.worktree / cover.path, task.covers / source)
    placed = replace(cover, source=source)
    inode = cover_record.inode_of(task, placed)
    if not inode:
        path = safe_line(cover.path, 200)
        raise ToolError(f"{cover.kind}: {path} is not in the worktree as in the base")
    return replace(placed, inode=inode)


def _copy(place: Path, copy: Path) -> None:
    """Copy a file or directory of ours, for any user to read; times stay."""
    if place.is_dir():
        shutil.copytree(place, copy, symlinks=True)
        for each in (copy, *copy.rglob("*")):
            _open_for_reading(each)
    else:
        shutil.copy2(place, copy)
        _open_for_reading(copy)


def _open_for_reading(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISLNK(status.st_mode):
        bits = 0o555 if status.st_mode & 0o100 else 0o444
        path.chmod(stat.S_IMODE(status.st_mode) | bits)


def put_back(
    task: TaskGit, owner: tuple[int, int] | None = None
) -> tuple[tuple[Cover, ...], tuple[str, ...]]:
    """Have every cover's place be there again, for a new sandbox over the worktree.

    No agent may run in it. Answers the covers, and the new names of what stood in the
    way. ToolError if what is to be mounted is gone.
    """
    covers = cover_record.load(task)
    for cover in covers:
        if cover.source and not (task.covers / cover.source).exists():
            path = safe_line(cover.path, 200)
            raise ToolError(
                f"what was to lie over {path} is gone from swarm's home",
                hint=f"start it anew: `swarm retry {task.task}`",
            )
    if all(not c.source or cover_record.is_in_place(task, c) for c in covers):
        return covers, ()
    with disk_errors_as("worktree"), SafeWriter(task.worktree, owner) as writer:
        mounted = [cover for cover in covers if cover.source]
        for cover in mounted:
            came_with_outer = _is_inside(cover, mounted) and cover_record.inode_of(
                task, cover
            )
            if not came_with_outer and not cover_record.is_in_place(task, cover):
                _put_one(task, writer, cover)
        held = tuple(
            replace(cover, inode=cover_record.inode_of(task, cover))
            if cover.source
            else cover
            for cover in covers
        )
        cover_record.save(task, held)
        return held, tuple(writer.aside)


def _is_inside(cover: Cover, others: Collection[Cover]) -> bool:
    return any(cover.path.startswith(f"{other.path}/") for other in others)


def _put_one(task: TaskGit, writer: SafeWriter, cover: Cover) -> None:
    writer.set_aside(cover.path)
    source = task.covers / cover.source
    if cover.stands == "file":
        content = source.read_bytes()
        writer.put(cover.path, source.stat().st_mode, content, replace=False)
        return
    writer.make_directory(cover.path)
    for each in sorted(source.rglob("*")):
        path = f"{cover.path}/{each.relative_to(source)}"
        status = each.lstat()
        if stat.S_ISDIR(status.st_mode):
            writer.make_directory(path)
        elif stat.S_ISLNK(status.st_mode):
            target = bytes(each.readlink())
            writer.put(path, status.st_mode, target, replace=False)
        else:
            writer.put(path, status.st_mode, each.read_bytes(), replace=False)


def require_in_place(task: TaskGit) -> None:
    """Refused while a cover's place was moved: what is written could uncover it."""
    for cover in cover_record.load(task):
        if cover.source and not cover_record.is_in_place(task, cover):
            raise Refused(
                f"the agent moved what holds {safe_line(cover.path, 200)}, which it "
                "may not write or see",
                hint=f"`swarm stop {task.task}` first: then it is put back",
            )
