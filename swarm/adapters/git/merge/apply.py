"""Applies a prepared merge to the user's repository, and goes on after any crash."""

from collections.abc import Iterator

from swarm.adapters.git.merge import drivers, fast_forward
from swarm.adapters.git.merge.checkout import Checkout, checkouts
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, SwarmError, ToolError
from swarm.model.review import PreparedMerge
from swarm.model.safe_text import safe_line


def apply(task: TaskGit, prepared: PreparedMerge) -> None:
    """Put the merge on its target, and bring the checkouts of it forward.

    Refused: nothing of the user's was changed. Call it again after a crash at any
    point: it goes on where it stopped, and does nothing if all is done. No hook runs,
    nothing like MERGE_HEAD is left, and files come out as the repository's owner's.
    """
    with disk_errors_as("merge"):
        for _ in stages(task, prepared):
            pass


def stages(task: TaskGit, prepared: PreparedMerge) -> Iterator[str]:
    """The stages of `apply`, each named once it is done; a crash may fall between any.

    1. *objects* — the new objects are in the user's repository; nothing names them.
    2. *locked* — git's lock on each index is held and marked as ours, and the paths
       that the merge touches were found clean. A crash leaves the lock: the user's
       git refuses to write the index, `apply` knows its mark and goes on.
    3. *files* — the files and a draft of the index are written; the index is not.
    4. *target* — the branch has moved, from the old commit or not at all.
    5. *done* — the draft took the index's place and the lock is gone.
    """
    repository, target = task.repo, prepared.target
    mark = f"swarm landing {prepared.new}\n"
    tip = repository.tip(target)
    target_checkouts = checkouts(repository, target)
    ours = tuple(each for each in target_checkouts if each.is_locked_with(mark))
    if tip not in (prepared.old, prepared.new):
        raise _moved(target, ours)
    if tip == prepared.new:
        target_checkouts = ours
        if not ours:
            return
    if target_checkouts:
        drivers.refuse(task, prepared.new)
    _transfer_objects(task, prepared)
    yield "objects"
    newly_locked = _lock_all(task, target_checkouts, mark, prepared)
    yield "locked"
    for checkout in target_checkouts:
        _write_files(checkout, prepared, newly_locked)
    yield "files"
    if tip == prepared.old:
        _move_target(task, prepared)
    yield "target"
    for checkout in target_checkouts:
        checkout.finish()
    yield "done"


def _moved(target: str, ours: tuple[Checkout, ...]) -> Refused:
    """The target is at a third commit: nothing can go on, so our locks are released."""
    for checkout in ours:
        checkout.release()
    hint = "merge again: it is computed anew"
    if ours:
        hint += "; `git status` shows which files the first attempt had written"
    return Refused(
        f"{safe_line(target)} has moved since the merge was computed", hint=hint
    )


def _lock_all(
    task: TaskGit,
    target_checkouts: tuple[Checkout, ...],
    mark: str,
    prepared: PreparedMerge,
) -> tuple[Checkout, ...]:
    """Lock and check each checkout; those that no earlier attempt had locked."""
    newly_locked: list[Checkout] = []
    try:
        for checkout in target_checkouts:
            if not checkout.take_lock(mark, task.repo.other_owner):
                newly_locked.append(checkout)
            checkout.start_draft()
            steps = fast_forward.steps(checkout, prepared.old, prepared.new)
            if checkout in newly_locked:
                fast_forward.refuse_dirty(checkout, prepared.old, steps)
            else:
                fast_forward.resume(checkout, prepared.new, steps)
    except (SwarmError, OSError):
        for checkout in newly_locked:
            checkout.release()
        raise
    return tuple(newly_locked)


def _write_files(
    checkout: Checkout, prepared: PreparedMerge, newly_locked: tuple[Checkout, ...]
) -> None:
    try:
        fast_forward.move(checkout, prepared.old, prepared.new)
    except ToolError as error:
        steps = fast_forward.steps(checkout, prepared.old, prepared.new)
        if checkout in newly_locked and fast_forward.is_untouched(checkout, steps):
            for each in newly_locked:
                each.release()
            raise Refused(error.message, hint=error.hint) from error
        raise ToolError(
            f"{error.message}; some files of {safe_line(str(checkout.work_tree))} "
            "are written",
            hint="merge again to go on where it stopped",
        ) from error


def _move_target(task: TaskGit, prepared: PreparedMerge) -> None:
    ref = f"refs/heads/{prepared.target}"
    reason = f"swarm: merge task {task.task} ({prepared.strategy})"
    task.repo.git.update_ref("-m", reason, ref, prepared.new, prepared.old)


def _transfer_objects(task: TaskGit, prepared: PreparedMerge) -> None:
    """Copy the objects over, each of them checked once more on the way in."""
    bounds = Bounds(seconds=600, output=4 << 30)
    git = task.repo.git.within(bounds)
    status, _, _ = git.accepting(1, 128).cat_file(
        "-e", prepared.new, with_extended_output=True
    )
    if status == 0:
        return
    words = ("--revs", "--stdout", "-q", "--delta-base-offset")
    stdin = f"{prepared.new}\n^{prepared.old}\n".encode()
    pack = task.review.git.within(bounds).pack_objects(*words, istream=stdin, **RAW)
    git.index_pack("--stdin", "--strict", istream=pack)
