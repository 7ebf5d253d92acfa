"""What differs between two trees, computed where nobody's attributes are in force."""

import os
from collections.abc import Iterator
from dataclasses import replace

from swarm.adapters.git.process import Bounds, git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model import risk
from swarm.model.review import Change, Kind

_KINDS: dict[str, Kind] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "T": "retyped",
}
_HONEST = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "-M", "-l1000")
_SYMLINK, _GITLINK = 0o120000, 0o160000
_LINK_LIMIT = 4096


def changes(task: TaskGit, old: str, new: str) -> tuple[Change, ...]:
    """Every path that differs, with its numbers and its flags, in git's order."""
    words = ("diff-tree", "-r", "-z", "--raw", "--numstat", *_HONEST, old, new)
    found = list(parse(git(task.review(), *words)))
    sizes, links = _contents(task, found)
    repo = task.repo
    x0 = repo.settings.read_from(repo.work_tree, repo.git_dir)
    return tuple(
        replace(
            each,
            flags=risk.flags(
                each,
                risk.Facts(links.get(each.new), sizes.get(each.new, 0), x0=x0),
            ),
        )
        for each in found
    )


def unified(
    task: TaskGit, old: str, new: str, of: Change | None = None, limit: int = 8 << 20
) -> bytes:
    """The unified diff of two trees, of one change where one is given; the raw bytes.

    ToolError where it would be more than `limit` bytes.
    """
    words = ("diff-tree", "-r", "-p", "--no-color", "--full-index", *_HONEST)
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    paths = [path for path in (of.old_path, of.path) if path] if of else []
    only = ("--", *paths) if paths else ()
    bounds = Bounds(output=limit)
    return git(task.review(), *words, *prefixes, old, new, *only, bounds=bounds)


def blob(task: TaskGit, oid: str, limit: int = 8 << 20) -> bytes:
    """A file's content by its id; ToolError where it is more than `limit` bytes."""
    return git(task.review(), "cat-file", "blob", oid, bounds=Bounds(output=limit))


def parse(out: bytes) -> Iterator[Change]:
    """Git's raw records, then its numbers, NUL-separated; ToolError on a surprise."""
    words = iter(os.fsdecode(out).split("\0"))
    try:
        found = {change.path: change for change in _records(words)}
    except (ValueError, KeyError, StopIteration) as error:
        raise ToolError("git diff-tree: its answer is not understood") from error
    yield from found.values()


def _records(words: Iterator[str]) -> Iterator[Change]:
    raw: dict[str, Change] = {}
    for word in words:
        if word.startswith(":"):
            change = _record(word, words)
            raw[change.path] = change
        elif word:
            added, deleted, path = word.split("\t", 2)
            if not path:
                _, path = next(words), next(words)
            yield _counted(raw.pop(path), added, deleted)
    yield from raw.values()


def _record(head: str, words: Iterator[str]) -> Change:
    old_mode, new_mode, old, new, status = head[1:].split(" ")
    first = next(words)
    renamed = status[0] == "R"
    return Change(
        path=next(words) if renamed else first,
        kind=_KINDS[status[0]],
        old_mode=int(old_mode, 8),
        new_mode=int(new_mode, 8),
        old=old,
        new=new,
        old_path=first if renamed else "",
    )


def _counted(change: Change, added: str, deleted: str) -> Change:
    if added == "-":
        return replace(change, binary=True)
    return replace(change, added=int(added), deleted=int(deleted))


def _contents(
    task: TaskGit, found: list[Change]
) -> tuple[dict[str, int], dict[str, str]]:
    """Sizes of the new contents, and where the new symlinks lead."""
    there = {c.new: c for c in found if c.new_mode not in (0, _GITLINK)}
    if not there:
        return {}, {}
    asked = "".join(f"{oid}\n" for oid in there).encode()
    out = git(task.review(), "cat-file", "--batch-check", stdin=asked)
    lines = (row.split() for row in out.decode().splitlines())
    sizes = {oid: int(size) for oid, _, size in lines}
    links = {}
    for change in found:
        oid = change.new
        if change.new_mode == _SYMLINK and sizes[oid] <= _LINK_LIMIT:
            links[oid] = os.fsdecode(blob(task, oid, _LINK_LIMIT))
    return sizes, links
