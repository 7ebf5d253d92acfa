"""The changes between two trees, computed with nobody's attributes in force.

Git's answer is parsed here and not by GitPython: its `diff()` loses changes whose names
are not UTF-8 and cuts names at a newline (see `swarm.adapters.git.repo`).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from swarm.adapters.git import blobs, cover_changes, neighbours
from swarm.adapters.git.checkout_bytes import record
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model import risk
from swarm.model.review import Change, CheckoutBytes, Kind

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
_SEARCHED_FOR_ZERO = 8000
"""Bytes in which a zero makes a file binary to git."""
_MEMORY = 2 << 30
_RENAMES = Bounds(seconds=20, memory=_MEMORY)
_LINES = Bounds(seconds=60, memory=_MEMORY)


@dataclass(slots=True)
class ReadContents:
    """What is known of contents that were just read, so that git is not asked."""

    sizes: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    """By id, the target that a symlink of this content has."""
    lines: dict[str, int | None] = field(default_factory=dict)
    """By id, the lines that git counts in it; None if git takes it for binary."""

    def add(self, oid: str, content: bytes, is_link: bool) -> None:
        """Keep the size of a content, its lines, and a symlink's target."""
        self.sizes[oid] = len(content)
        is_binary = b"\0" in content[:_SEARCHED_FOR_ZERO]
        ends_within = bool(content) and not content.endswith(b"\n")
        self.lines[oid] = None if is_binary else content.count(b"\n") + ends_within
        if is_link and len(content) <= _LINK_LIMIT:
            self.links[oid] = os.fsdecode(content)


def changes(task: TaskGit, old: str, new: str) -> tuple[Change, ...]:
    """Every path that differs, with its numbers and its flags, in git's order.

    What a checkout would write is as it was recorded when the snapshot was taken.
    """
    plain = unflagged(task, old, new)
    return flagged(task, old, new, plain, record.load(task, new).files)


def unflagged(
    task: TaskGit, old: str, new: str, known: ReadContents | None = None
) -> tuple[Change, ...]:
    """Every path that differs, with its numbers alone.

    If looking for renames takes too much time or memory, a renamed file is one that was
    added and one that was deleted. ToolError if counting lines takes too much, too.
    Git opens each file to count lines; where nothing is gone, so that nothing can be
    renamed, it does so for no added file whose lines are `known`.
    """
    if known and known.lines:
        counted = _with_known_lines(task, old, new, known)
        if counted is not None:
            return counted
    words = ("-r", "-z", "--raw", "--numstat", *_HONEST)
    git = task.review.git
    try:
        answer: bytes = git.within(_RENAMES).diff_tree(*words, old, new, **RAW)
    except ToolError:
        whole = (*words, "--no-renames")
        answer = git.within(_LINES).diff_tree(*whole, old, new, **RAW)
    return tuple(parse(answer))


def _with_known_lines(
    task: TaskGit, old: str, new: str, known: ReadContents
) -> tuple[Change, ...] | None:
    """The same, if no file is gone and the lines of each new one are known; or None."""
    words = ("-r", "-z", "--raw", *_HONEST, "--no-renames")
    git = task.review.git.within(_LINES)
    plain = tuple(parse(git.diff_tree(*words, old, new, **RAW), known.lines))
    if any(
        change.kind == "deleted"
        or (change.kind == "added" and change.new not in known.lines)
        for change in plain
    ):
        return None
    changed = {}
    if any(change.kind != "added" for change in plain):
        counting = (*words, "--numstat", "--diff-filter=a")
        answer: bytes = git.diff_tree(*counting, old, new, **RAW)
        changed = {change.path: change for change in parse(answer)}
    return tuple(changed.get(change.path, change) for change in plain)


def flagged(
    task: TaskGit,
    old: str,
    new: str,
    unflagged: tuple[Change, ...],
    checkout: Mapping[str, CheckoutBytes],
    known: ReadContents | None = None,
) -> tuple[Change, ...]:
    """The changes with their flags, and with the bytes of a checkout by path."""
    unflagged = tuple(
        replace(c, checkout=checkout[c.path]) if c.path in checkout else c
        for c in unflagged
    )
    sizes, links = _contents(task, unflagged, known or ReadContents())
    repository = task.repo
    x0 = repository.settings.read_from(repository.work_tree, repository.git_dir)
    collisions = neighbours.colliding(task, new, unflagged)
    gone = neighbours.gone_directories(task, old, new, unflagged)
    covers = cover_changes.by_path(task.review.git, unflagged)

    def facts(change: Change) -> risk.Facts:
        return risk.Facts(
            link=links.get(change.new),
            size=sizes.get(change.new, 0),
            x0=x0,
            collides=collisions.get(change.path, ""),
            gone_directory=gone.get(change.path, ""),
            covers=covers.get(change.path, ()),
        )

    return tuple(c.with_flags(risk.flags(c, facts(c))) for c in unflagged)


def unified(
    task: TaskGit,
    old: str,
    new: str,
    change: Change | None = None,
    limit: int = 8 << 20,
) -> bytes:
    """The raw bytes of the unified diff of two trees, or of one change in it.

    ToolError if it would be more than `limit` bytes.
    """
    words = ("-r", "-p", "--no-color", "--full-index", *_HONEST)
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    paths = [path for path in (change.old_path, change.path) if path] if change else []
    pathspec = ("--", *paths) if paths else ()
    git = task.review.git.within(replace(_LINES, output=limit))
    text: bytes = git.diff_tree(*words, *prefixes, old, new, *pathspec, **RAW)
    return text


def in_a_checkout(
    task: TaskGit, tree: str, path: str = "", limit: int = 8 << 20
) -> bytes:
    """The diff from a tree's bytes to those that a checkout writes; empty if none.

    Of one path, or of all. All is shown as text. Files of which only line ends or
    `$Id$` differ are left out. ToolError if it would be more than `limit` bytes.
    """
    recorded = record.load(task, tree)
    if not recorded.written:
        return b""
    words = ("-r", "-p", "--text", "--no-color", *_HONEST)
    prefixes = ("--src-prefix=repository/", "--dst-prefix=checkout/")
    pathspec = ("--", path) if path else ()
    git = task.review.git.within(Bounds(output=limit))
    trees = (recorded.stored, recorded.written)
    text: bytes = git.diff_tree(*words, *prefixes, *trees, *pathspec, **RAW)
    return text


def blob(task: TaskGit, oid: str, limit: int = 8 << 20) -> bytes:
    """A file's content by its id; ToolError if it is more than `limit` bytes."""
    git = task.review.git.within(Bounds(output=limit))
    content: bytes = git.cat_file("blob", oid, **RAW)
    return content


def parse(
    out: bytes, lines: Mapping[str, int | None] | None = None
) -> Iterator[Change]:
    """Git's raw records, then its numbers, NUL-separated; ToolError on a surprise.

    A record without numbers adds the `lines` of its new content, if they are known.
    """
    words = iter(os.fsdecode(out).split("\0"))
    try:
        changes_by_path = {change.path: change for change in _records(words, lines)}
    except (ValueError, KeyError) as error:
        raise ToolError("git diff-tree: its answer is not understood") from error
    yield from changes_by_path.values()


def _records(
    words: Iterator[str], lines: Mapping[str, int | None] | None
) -> Iterator[Change]:
    """The raw records come first, then the numbers; each change is made once."""
    raw: dict[str, tuple[str, str, str]] = {}
    for word in words:
        if word.startswith(":"):
            first = _following(words)
            is_renamed = word.rpartition(" ")[2].startswith("R")
            path = _following(words) if is_renamed else first
            raw[path] = (word, path, first if is_renamed else "")
        elif word:
            added, deleted, path = word.split("\t", 2)
            if not path:
                _, path = _following(words), _following(words)
            yield _change(*raw.pop(path), added, deleted)
    for left in raw.values():
        count = lines.get(left[0].split(" ")[3], 0) if lines else 0
        yield _change(*left, "-" if count is None else str(count), "0")


def _change(head: str, path: str, old_path: str, added: str, deleted: str) -> Change:
    """One raw record with its numbers, which are dashes for a binary file."""
    old_mode, new_mode, old, new, status = head[1:].split(" ")
    is_binary = added == "-"
    return Change(
        path=path,
        kind=_KINDS[status[0]],
        old_mode=int(old_mode, 8),
        new_mode=int(new_mode, 8),
        old=old,
        new=new,
        added=0 if is_binary else int(added),
        deleted=0 if is_binary else int(deleted),
        binary=is_binary,
        old_path=old_path,
    )


def _following(words: Iterator[str]) -> str:
    # A StopIteration would be another error by the time that it leaves a generator.
    word = next(words, None)
    if word is None:
        raise ValueError("a record is cut short")
    return word


def _contents(
    task: TaskGit, all_changes: tuple[Change, ...], known: ReadContents
) -> tuple[dict[str, int], dict[str, str]]:
    """Sizes of the new contents by id, and the targets of the new symlinks."""
    oids = {c.new: None for c in all_changes if c.new_mode not in (0, _GITLINK)}
    git = task.review.git
    sizes = known.sizes | blobs.sizes(git, oids.keys() - known.sizes.keys())
    links = {
        change.new: sizes[change.new]
        for change in all_changes
        if change.new_mode == _SYMLINK
        and change.new not in known.links
        and sizes[change.new] <= _LINK_LIMIT
    }
    targets = {oid: os.fsdecode(link) for oid, link in blobs.contents(git, links)}
    return sizes, known.links | targets
