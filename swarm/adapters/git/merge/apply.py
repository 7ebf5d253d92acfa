"""Lands a prepared merge in the user's repository, and goes on after any crash."""

import shlex
from collections.abc import Iterator
from contextlib import suppress

from swarm.adapters.git.merge import fast_forward
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.process import Bounds, ask, git
from swarm.adapters.git.safe_fs.files import spoken
from swarm.adapters.git.settings import read_settings, relative_words
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, SwarmError, ToolError
from swarm.model.review import PreparedMerge
from swarm.model.safe_text import safe_line


def land(task: TaskGit, prepared: PreparedMerge) -> None:
    """Put the merge on its target, and bring the checkouts of it forward.

    Refused: nothing of the user's was changed. Call it again after a crash at any
    point: it goes on where it was, and does nothing where all is done. No hook runs,
    nothing like MERGE_HEAD is left, and files come out as the repository's owner's.
    """
    with spoken("merge"):
        for _ in stages(task, prepared):
            pass


def stages(task: TaskGit, prepared: PreparedMerge) -> Iterator[str]:
    """The stages of `land`, each named once it is done; a crash may fall between any.

    1. *objects* — the new objects are in the user's repository; nothing names them.
    2. *locked* — git's lock on each index is held and marked as ours, and the paths
       that the merge touches were found clean. A crash leaves the lock: the user's
       git refuses to write the index, `land` knows its mark and goes on.
    3. *files* — the files and a draft of the index are written; the index is not.
    4. *target* — the branch has moved, from the old commit or not at all.
    5. *done* — the draft took the index's place and the lock is gone.
    """
    repo, target = task.repo, prepared.target
    mark = f"swarm landing {prepared.new}\n"
    at = repo.tip(target)
    places = checkouts(repo, target)
    if at not in (prepared.old, prepared.new):
        raise _moved(target, [place for place in places if place.holds(mark)])
    if at == prepared.new:
        places = tuple(place for place in places if place.holds(mark))
        if not places:
            return
    _refuse_drivers(task, places, prepared.new)
    _transfer(task, prepared)
    yield "objects"
    fresh = _lock_all(task, places, mark, prepared)
    yield "locked"
    for place in places:
        _fill(place, prepared, fresh)
    yield "files"
    if at == prepared.old:
        _point(task, prepared)
    yield "target"
    for place in places:
        place.finish()
    yield "done"


def _moved(target: str, held: list[Checkout]) -> Refused:
    """The target stands where neither side put it; a lock of ours would only hinder."""
    for place in held:
        place.release()
    hint = "merge again: it is computed anew"
    if held:
        hint += "; `git status` shows which files the first attempt had written"
    return Refused(
        f"{safe_line(target)} has moved since the merge was computed", hint=hint
    )


def _lock_all(
    task: TaskGit, places: tuple[Checkout, ...], mark: str, prepared: PreparedMerge
) -> tuple[Checkout, ...]:
    """Lock and check each checkout; those that no earlier landing had locked."""
    fresh: list[Checkout] = []
    try:
        for place in places:
            if not place.take_lock(mark, task.repo.other_owner):
                fresh.append(place)
            place.start_draft()
            todo = fast_forward.steps(place, prepared.old, prepared.new)
            if place in fresh:
                fast_forward.refuse_dirty(place, prepared.old, todo)
            else:
                fast_forward.resume(place, prepared.new, todo)
    except (SwarmError, OSError):
        for place in fresh:
            place.release()
        raise
    return tuple(fresh)


def _fill(
    place: Checkout, prepared: PreparedMerge, fresh: tuple[Checkout, ...]
) -> None:
    try:
        fast_forward.move(place, prepared.old, prepared.new)
    except ToolError as error:
        todo = fast_forward.steps(place, prepared.old, prepared.new)
        if place in fresh and fast_forward.untouched(place, todo):
            for each in fresh:
                each.release()
            raise Refused(error.message, hint=error.hint) from error
        raise ToolError(
            f"{error.message}; some files of {safe_line(str(place.work_tree))} "
            "are written",
            hint="merge again to go on where it stopped",
        ) from error


def _point(task: TaskGit, prepared: PreparedMerge) -> None:
    ref = f"refs/heads/{prepared.target}"
    reason = f"swarm: merge task {task.task} ({prepared.strategy})"
    at = task.repo.door()
    git(at, "update-ref", "-m", reason, ref, prepared.new, prepared.old)


def _transfer(task: TaskGit, prepared: PreparedMerge) -> None:
    """Move the objects over, each of them checked once more on the way in."""
    home = task.repo.door()
    if ask(home, "cat-file", "-e", prepared.new, ok=(0, 1, 128)).code == 0:
        return
    asked = f"{prepared.new}\n^{prepared.old}\n".encode()
    words = ("pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset")
    bounds = Bounds(seconds=600, output=4 << 30)
    pack = git(task.review(), *words, stdin=asked, bounds=bounds)
    git(home, "index-pack", "--stdin", "--strict", stdin=pack, bounds=bounds)


def _refuse_drivers(task: TaskGit, places: tuple[Checkout, ...], new: str) -> None:
    """Refused where writing files would run a program that the branch brings along."""
    if not places:
        return
    for key, command in read_settings(task.repo.door(personal=True)).drivers():
        if relative_words(command) or _names_a_file(task, command, new):
            raise Refused(
                f"git's setting {safe_line(key)} runs {safe_line(command, 80)}, "
                "which lies in the repository: the merge could bring its own program "
                "and run it",
                hint=f"give `git config {safe_line(key)}` an absolute path, "
                "or merge to a branch that is not checked out",
            )


def _names_a_file(task: TaskGit, command: str, new: str) -> bool:
    """Whether an argument (not the program, which PATH finds) is a path of the tree."""
    words: list[str] = command.split()
    with suppress(ValueError):
        words = shlex.split(command)
    named = [word for word in words[1:] if not word.startswith("-")]
    if not named:
        return False
    listed = ("ls-tree", "--name-only", new, "--", *named)
    return bool(git(task.review(), *listed))
