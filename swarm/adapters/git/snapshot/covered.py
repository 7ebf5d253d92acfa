"""Keeps covered paths in a snapshot as the base has them, whatever a worktree holds.

An agent cannot write below a cover. It can move a directory above one, and make
another with the same names: what it puts there is told, and is not taken.
"""

import stat
from collections.abc import Mapping

from swarm.adapters.git import tree_at
from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.safe_fs.walk import WorktreeFiles
from swarm.adapters.git.snapshot import cover_record
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.task_git import TaskGit
from swarm.model.covers import Cover, topmost_of
from swarm.model.review import Hidden
from swarm.model.risk import folded

PROTECTED = "at a path that the agent may not write: it stays as the base has it"
HIDDEN = "at a path that is hidden from the agent: it stays as the base has it"
MOVED = "the agent moved what was here: it stays as the base has it"
IN_THE_WAY = "in the place of a directory with a path that the agent may not write"

_SYMLINK = "120000"
_LONGEST_LINK = 4096


def keep_as_in_base(
    task: TaskGit, files: WorktreeFiles, base: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """Take covered paths out of what was walked; the entries that stand for them.

    What an agent put in their place is hidden. So is, and blocks a merge, what some
    file system would take for a covered path, and what no tree can hold beside one.
    """
    covers = {cover.path: cover for cover in cover_record.load(task)}
    if not covers:
        return {}
    pinned = {
        path: entry
        for path, entry in base.items()
        if topmost_of(path, covers) is not None
    }
    in_place = {path for path, cover in covers.items() if _is_whole(task, cover)}
    placed = {path: covers[path] for path in in_place}
    _forget(files, {path for path in files.walked if _is_below(path, placed)})
    _forget(files, _unchanged_links(task, files, covers, base))
    for path in [path for path in files.by_path if _is_below(path, covers)]:
        top = topmost_of(path, covers)
        assert top is not None
        _hide(files, path, PROTECTED if covers[top].kind == "protect" else HIDDEN)
    _tell_moved(files, covers, in_place)
    _hide_look_alikes(files, covers, base)
    for path in {parent for each in pinned for parent in tree_at.parents_of(each)}:
        if path in files.by_path:
            _hide(files, path, IN_THE_WAY, blocks=True)
    return pinned


def _is_whole(task: TaskGit, cover: Cover) -> bool:
    """True if nothing at or below this path can be the agent's."""
    return bool(cover.source) and cover_record.is_in_place(task, cover)


def _unchanged_links(
    task: TaskGit,
    files: WorktreeFiles,
    covers: Mapping[str, Cover],
    base: Mapping[str, tuple[str, str]],
) -> set[str]:
    """Links of the base that are covered; nothing can be mounted over a link."""
    links = [
        path
        for path, cover in covers.items()
        if cover.stands == "link"
        and path in files.by_path
        and stat.S_ISLNK(files.by_path[path].st_mode)
    ]
    unchanged = set[str]()
    with SafeReader(task.worktree) as reader:
        for path in links:
            target = reader.content(path, stat.S_IFLNK, _LONGEST_LINK) or b""
            oid = blob_id(target, task.repo.object_format)
            if base.get(path) == (_SYMLINK, oid):
                unchanged.add(path)
    return unchanged


def _forget(files: WorktreeFiles, paths: set[str]) -> None:
    files.walked[:] = [path for path in files.walked if path not in paths]
    files.hidden[:] = [entry for entry in files.hidden if entry.path not in paths]
    for path in paths & files.by_path.keys():
        del files.by_path[path]


def _hide(
    files: WorktreeFiles, path: str, reason: str, *, blocks: bool = False
) -> None:
    status = files.by_path.pop(path)
    size, mode = status.st_size, status.st_mode
    files.hidden.append(Hidden(path, reason, size, mode, blocks=blocks))


def _tell_moved(
    files: WorktreeFiles, covers: Mapping[str, Cover], in_place: set[str]
) -> None:
    walked = set(files.walked)
    for path, cover in covers.items():
        outer = topmost_of(path, covers)
        if outer == path and cover.source and path not in in_place | walked:
            files.hidden.append(Hidden(path, MOVED))
            files.walked.append(path)


def _hide_look_alikes(
    files: WorktreeFiles,
    covers: Mapping[str, Cover],
    base: Mapping[str, tuple[str, str]],
) -> None:
    names = {folded(path): path for path in covers}
    for path in [path for path in files.by_path if path not in base]:
        top = topmost_of(folded(path), names)
        if top is not None:
            reason = f"a name that some systems take for the covered {names[top]}"
            _hide(files, path, reason, blocks=True)


def _is_below(path: str, covers: Mapping[str, Cover]) -> bool:
    return topmost_of(path.rstrip("/"), covers) is not None
