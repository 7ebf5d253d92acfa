"""Everything of the user's that a merge would write over, found before it writes.

The rule: whatever is not in the old tree is the user's, whether git ignores it or not,
and none of it is removed, replaced or written through. Nothing here is a promise about
the next moment: `fast_forward` names each file without replacing another.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.merge import folding, submodules
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.merge.folding import Folding
from swarm.adapters.git.merge.steps import GITLINK, Step, parents, steps
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line

_PATHS_SHOWN = 5
_SCRATCH = re.compile(r"\S*/swarm-index-[^/\s]+/index")
_MOST_PATHS = 1000
"""Paths that an item holds; one directory of a user's may have millions."""

Probe = Callable[[Checkout], Folding]


def items(task: TaskGit, target: str, old: str, new: str) -> tuple[LandingItem, ...]:
    """What a merge from `old` to `new` would meet in the target's checkouts, now.

    Reads the checkouts and changes nothing of them. Refused items name paths of the
    user's; named ones are pointers of submodules.
    """
    path_steps = steps(task.review.git, old, new)
    try:
        target_checkouts = checkouts(task.repo, target)
    except Refused as error:
        return (
            LandingItem(
                Subject.IN_THE_WAY,
                Verdict.REFUSED,
                "operation",
                error.message,
                hint=error.hint,
            ),
        )
    found = [
        item
        for checkout in target_checkouts
        for item in of_checkout(task.review.git, checkout, old, new, path_steps)
    ]
    return (*found, *submodules.pointers(path_steps))


def of_checkout(
    git: Git,
    checkout: Checkout,
    old: str,
    new: str,
    path_steps: tuple[Step, ...],
    probe: Probe = folding.probe,
) -> Iterator[LandingItem]:
    """The refused items of one checkout; `git` knows both trees."""
    place = safe_line(str(checkout.work_tree))
    if not checkout.work_tree.is_dir():
        yield _item(checkout, "gone", f"the checkout {place} is not there", set(), "")
        return
    folds = probe(checkout)
    yield from _names(git, checkout, folds, new, path_steps)
    try:
        dirty = changed(checkout, old, path_steps)
    except (ToolError, OSError) as error:
        yield _unreadable(checkout, error)
        return
    if dirty:
        sentence = f"{place} has changes of yours that the merge would overwrite"
        hint = "commit, stash or move them, then merge again"
        yield _item(checkout, "changes", sentence, dirty, hint)
    blocking = in_the_way(checkout.work_tree, path_steps, folds) - dirty
    if blocking:
        sentence = (
            f"{place} has files of yours, which git does not track, where the merge "
            "would write"
        )
        hint = "move them away, then merge again"
        yield _item(checkout, "untracked", sentence, blocking, hint)
    yield from submodules.items(checkout, path_steps)


def changed(checkout: Checkout, old: str, path_steps: tuple[Step, ...]) -> set[str]:
    """Paths that the merge touches and the user changed, in the index or the files.

    What is marked as `assume-unchanged` or `skip-worktree` is looked at all the same.
    """
    touched = {step.path for step in path_steps}
    with checkout.scratch_index() as index:
        checkout.copy_index(index)
        git = checkout.git_on(index)
        tags, unmerged = _entries(git)
        staged = _paths(git.diff_index("--cached", "-z", "--name-only", old, **RAW))
        files = _doubt_marks(git, checkout, path_steps, tags)
    above = {directory for path in touched for directory in parents(path)}
    beside = {
        path
        for path in staged - touched
        if path in above or not touched.isdisjoint(parents(path))
    }
    return unmerged | (staged & touched) | (files & touched) | beside


def _entries(git: Git) -> tuple[dict[str, str], set[str]]:
    """What git marks each path of the index with, and the paths that are unmerged."""
    listing = os.fsdecode(git.ls_files("-v", "-s", "-z", **RAW)).split("\0")
    tags, unmerged = {}, set()
    for entry in listing[:-1]:
        head, _, path = entry.partition("\t")
        tags[path] = entry[0]
        if not head.endswith(" 0"):
            unmerged.add(path)
    return tags, unmerged


def _doubt_marks(
    git: Git,
    checkout: Checkout,
    path_steps: tuple[Step, ...],
    tags: Mapping[str, str],
) -> set[str]:
    """Paths whose file is not what the index says, whatever the user told git."""
    tracked = [step.path for step in path_steps if step.leaves_file]
    doubted = [path for path in tracked if tags.get(path, "H") != "H"]
    absent = {
        path
        for path in doubted
        if tags[path] in "Ss" and not os.path.lexists(checkout.work_tree / path)
    }
    if doubted:
        names = os.fsencode("".join(f"{path}\0" for path in doubted))
        for mark in ("--no-assume-unchanged", "--no-skip-worktree"):
            git.update_index(mark, "-z", "--stdin", istream=names)
        git.accepting(1).update_index("-q", "--refresh")
    words = ("-z", "--name-only", "--ignore-submodules=all")
    return _paths(git.diff_files(*words, **RAW)) - absent


def in_the_way(
    work_tree: Path, path_steps: tuple[Step, ...], folds: Folding
) -> set[str]:
    """Paths of the user's, outside the old tree, where the merge would write."""
    look = _Look(work_tree, folds)
    leaving = {folds.fold(step.path) for step in path_steps if step.old_mode}
    # A file or a link of the user's may stand where a submodule was.
    leaving_files = {folds.fold(s.path) for s in path_steps if s.leaves_file}
    leaving_above = {directory for path in leaving for directory in parents(path)}
    blocking: set[str] = set()
    for step in path_steps:
        if not step.new_mode:
            continue
        blocking |= set(_blocks(look, step, leaving, leaving_files, leaving_above))
    return blocking


def _blocks(
    look: "_Look",
    step: Step,
    leaving: set[str],
    leaving_files: set[str],
    leaving_above: set[str],
) -> Iterator[str]:
    for directory in parents(step.path):
        entry = look.at(directory)
        if not entry:
            return
        if entry.is_directory and not entry.is_foreign_repository:
            continue
        going = leaving if entry.is_directory else leaving_files
        if look.folds.fold(entry.path) not in going:
            yield entry.path
        # What is left of the path has to be made.
        return
    entry = look.at(step.path)
    fold = look.folds.fold(step.path)
    if not entry or (fold in leaving_files and not entry.is_directory):
        return
    if not entry.is_directory:
        yield entry.path
    elif step.new_mode == GITLINK and not look.names(entry.path):
        return
    elif fold in leaving_above:
        yield from look.foreign(entry.path, leaving, leaving_above)
    elif fold not in leaving:
        yield entry.path


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something in the work tree, by its own name."""

    path: str
    is_directory: bool
    is_foreign_repository: bool = False


class _Look:
    """Looks at a work tree as its file system does, and follows no link."""

    def __init__(self, work_tree: Path, folds: Folding) -> None:
        self._work_tree = work_tree
        self._root = str(work_tree)
        self.folds = folds
        self._entries: dict[str, _Entry | None] = {}

    def at(self, path: str) -> _Entry | None:
        """The entry that a path leads to, maybe by another spelling; None if none.

        The directories above have been asked for before.
        """
        if path not in self._entries:
            self._entries[path] = self._entry(path)
        return self._entries[path]

    def names(self, directory: str) -> list[str]:
        """The names in a directory; none if it cannot be read."""
        try:
            return [path.name for path in (self._work_tree / directory).iterdir()]
        except OSError:
            return []

    def foreign(
        self, directory: str, leaving: set[str], leaving_above: set[str]
    ) -> Iterator[str]:
        """Whatever is below a directory and not of the old tree."""
        for name in self.names(directory):
            path = f"{directory}/{name}"
            fold = self.folds.fold(path)
            if fold in leaving:
                continue
            if fold not in leaving_above:
                yield path
            else:
                yield from self.foreign(path, leaving, leaving_above)

    def _entry(self, path: str) -> _Entry | None:
        spelling = self._spelling(path)
        if not spelling:
            return None
        # Not by `Path`, which takes longer than the kernel for each of many files.
        place = f"{self._root}/{spelling}"
        try:
            status = os.lstat(place)
        except OSError:
            return None
        is_directory = stat.S_ISDIR(status.st_mode)
        is_repository = is_directory and os.path.lexists(f"{place}/.git")
        return _Entry(spelling, is_directory, is_repository)

    def _spelling(self, path: str) -> str:
        """The name by which the file system shows what a path leads to."""
        if not self.folds:
            return path
        directory, _, name = path.rpartition("/")
        if directory:
            above = self.at(directory)
            if not above or not above.is_directory:
                return ""
            directory = above.path
        folded = self.folds.fold(name)
        names = [n for n in self.names(directory) if self.folds.fold(n) == folded]
        if not names:
            return ""
        spelling = name if name in names else names[0]
        return f"{directory}/{spelling}" if directory else spelling


def _names(
    git: Git,
    checkout: Checkout,
    folds: Folding,
    new: str,
    path_steps: tuple[Step, ...],
) -> Iterator[LandingItem]:
    if not folds:
        return
    words = ("-r", "-z", "--name-only", "--full-tree", new)
    listing = git.within(Bounds(output=1 << 30)).ls_tree(*words, **RAW)
    arriving = {step.path for step in path_steps if step.new_mode}
    collisions = folds.collisions(_paths(listing), arriving)
    if collisions:
        sentence = (
            f"the file system of {safe_line(str(checkout.work_tree))} takes names of "
            "the merge for one"
        )
        hint = "ask the agent to rename them"
        yield _item(checkout, "names", sentence, collisions, hint, Subject.NAMES)


def _unreadable(checkout: Checkout, error: ToolError | OSError) -> LandingItem:
    place = safe_line(str(checkout.work_tree))
    words = f"{error.strerror}" if isinstance(error, OSError) else error.message
    # Git speaks of the copy that it was given.
    words = _SCRATCH.sub(lambda _: str(checkout.index), words)
    sentence = f"git cannot tell what you changed in {place}: {safe_line(words, 400)}"
    hint = "mend that until `git status` works there, then merge again"
    return _item(checkout, "index", sentence, set(), hint)


def _item(
    checkout: Checkout,
    kind: str,
    sentence: str,
    paths: set[str],
    hint: str,
    subject: Subject = Subject.IN_THE_WAY,
) -> LandingItem:
    ordered = sorted(paths)
    first = ", ".join(safe_line(path, 80) for path in ordered[:_PATHS_SHOWN])
    more = (
        f" and {len(ordered) - _PATHS_SHOWN} more"
        if len(ordered) > _PATHS_SHOWN
        else ""
    )
    return LandingItem(
        subject,
        Verdict.REFUSED,
        f"{kind} in {checkout.work_tree}",
        f"{sentence}: {first}{more}" if ordered else sentence,
        tuple(ordered[:_MOST_PATHS]),
        hint,
    )


def _paths(listing: bytes) -> set[str]:
    return {entry for entry in os.fsdecode(listing).split("\0") if entry}
