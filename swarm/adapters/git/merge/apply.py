"""Applies a prepared merge to the user's repository, and goes on after any crash."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from swarm.adapters.git.merge import drivers, fast_forward, index_lock, obstacles
from swarm.adapters.git.merge.checkout import Checkout, checkouts, holds
from swarm.adapters.git.merge.index_lock import IndexLock
from swarm.adapters.git.merge.record import Record, Stamp
from swarm.adapters.git.merge.recovery import recover
from swarm.adapters.git.merge.steps import Step, steps
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, SwarmError, ToolError, Unfinished
from swarm.model.review import PreparedMerge
from swarm.model.safe_text import safe_line


def apply(task: TaskGit, prepared: PreparedMerge) -> None:
    """Put the merge on its target, and bring the checkouts of it forward.

    SwarmError: nothing of the user's was changed, or it is as it was again; if even
    that failed, the error says so. Unfinished: the branch has moved all the same.

    Call it again after a crash at any point: what was cut short is finished or taken
    back first, and nothing is done twice. No hook runs, nothing like MERGE_HEAD is
    left, and files come out as the repository's owner's.
    """
    with disk_errors_as("merge"):
        for _ in stages(task, prepared):
            pass


def stages(task: TaskGit, prepared: PreparedMerge) -> Iterator[str]:
    """The stages of `apply`, each named once it is done; a crash may fall between any.

    1. *objects* — the new objects are in the user's repository; nothing names them.
    2. *locked* — git's lock on each index is held and marked as ours; under it the
       target, the checkouts and the paths were looked at and found fit.
    3. *written* — the merge's files lie beside the checkout, a draft beside the index.
    4. *files* — the files are in their places; the old ones are aside.
    5. *target* — the branch has moved, from the old commit or not at all.
    6. *done* — the draft took the index's place, what was aside and the lock are gone.

    Up to *files* a crash is taken back by `recover`, later it is finished.
    """
    repository, target = task.repo, prepared.target
    recover(repository)
    if _tip(repository, target, prepared) == prepared.new:
        return
    for checkout in checkouts(repository, target):
        # Each is written under its own settings.
        own = replace(task, repo=repository.as_in(checkout.git_dir))
        drivers.refuse(own, prepared.new)
    _transfer_objects(task, prepared)
    yield "objects"
    with ExitStack() as locks:
        landings = _Landings(task, prepared, locks)
        try:
            landings.lock()
            yield "locked"
            landings.write()
            yield "written"
            landings.place()
            yield "files"
            landings.move_target()
        except (SwarmError, OSError) as error:
            landings.take_back(error)
            if not _has(repository, prepared.new):
                raise _gone() from error
            raise _with_way_out(error) from error
        yield "target"
        try:
            landings.finish()
        except (SwarmError, OSError) as error:
            raise _unfinished(target, error) from error
    yield "done"


class _Landings:
    """The checkouts of one merge: all of them land, or none."""

    def __init__(
        self, task: TaskGit, prepared: PreparedMerge, open_locks: ExitStack
    ) -> None:
        self._task, self._prepared, self._open_locks = task, prepared, open_locks
        self._owner = task.repo.other_owner
        self._locks: list[IndexLock] = []
        self._records: dict[Checkout, Record] = {}
        self._stamps: dict[Checkout, dict[str, Stamp]] = {}
        self._steps: tuple[Step, ...] = ()

    def lock(self) -> None:
        """Lock every checkout, then look: what is seen now stays so for git."""
        repository, prepared = self._task.repo, self._prepared
        for checkout in checkouts(repository, prepared.target):
            lock = index_lock.take(checkout, self._owner)
            self._locks.append(lock)
            self._open_locks.callback(lock.close)
        self._refuse_other_checkouts()
        # Not the user's git: it would read their index too, which may be broken.
        git = self._task.review.git
        self._steps = steps(git, prepared.old, prepared.new)
        if _tip(repository, prepared.target, prepared) == prepared.new:
            raise _moved(prepared.target)
        for checkout in self._checkouts:
            self._stamps[checkout] = fast_forward.stamps(checkout, self._steps)
            refused = obstacles.of_checkout(
                git, checkout, prepared.old, prepared.new, self._steps
            )
            for item in refused:
                raise Refused(item.sentence, hint=item.hint)

    def write(self) -> None:
        """Have git write the files aside."""
        prepared = self._prepared
        landing = Record(
            task=self._task.task,
            target=prepared.target,
            old=prepared.old,
            new=prepared.new,
            staging=Path(),
            index_digest="",
        )
        for checkout in self._checkouts:
            begun = fast_forward.begin(checkout, landing, self._owner)
            fast_forward.write_files(checkout, begun)
            self._records[checkout] = fast_forward.decide(
                checkout, begun, self._steps, self._stamps[checkout]
            )

    def place(self) -> None:
        """Give the files their places."""
        for checkout in self._checkouts:
            fast_forward.place(checkout, self._records[checkout], self._owner)

    def move_target(self) -> None:
        """Move the branch, unless it or a checkout of it is another meanwhile."""
        prepared = self._prepared
        self._refuse_other_checkouts()
        for checkout in self._checkouts:
            fast_forward.refuse_changed_aside(self._records[checkout])
        ref = f"refs/heads/{prepared.target}"
        reason = f"swarm: merge task {self._task.task} ({prepared.strategy})"
        git = self._task.repo.git
        try:
            git.update_ref("-m", reason, ref, prepared.new, prepared.old)
        except ToolError as error:
            if self._task.repo.tip(prepared.target) != prepared.old:
                raise _moved(prepared.target) from error
            raise

    def finish(self) -> None:
        """Make each draft the index; a checkout that left for older work goes back."""
        for lock in self._locks:
            landing = self._records[lock.checkout]
            if holds(lock.checkout, landing.new):
                fast_forward.finish(lock.checkout, landing)
            else:
                fast_forward.take_back(lock.checkout, landing, self._owner)
            lock.release()

    def take_back(self, error: SwarmError | OSError) -> None:
        """Give every checkout its old files again, and let go of its index.

        ToolError if that fails too: the lock stays then, so that the user's git
        commits no mixture, and the next attempt goes on.
        """
        for lock in self._locks:
            place = safe_line(str(lock.checkout.work_tree))
            try:
                fast_forward.undo(lock.checkout, self._owner)
                lock.release()
            except (SwarmError, OSError) as second:
                raise ToolError(
                    f"{_reason(error)}; and what is written in {place} cannot be taken "
                    f"back: {_reason(second)}",
                    hint="mend that, then merge again: it goes on from there",
                ) from error

    @property
    def _checkouts(self) -> tuple[Checkout, ...]:
        return tuple(lock.checkout for lock in self._locks)

    def _refuse_other_checkouts(self) -> None:
        """Refused if a checkout left the target, or came to it, since it was locked."""
        target = self._prepared.target
        if checkouts(self._task.repo, target) != self._checkouts:
            raise Refused(
                f"another checkout has {safe_line(target)} since the merge began",
                hint="merge again: it is computed anew",
            )
        if not all(lock.holds for lock in self._locks):
            raise Refused(
                "somebody removed the lock on the index while the merge was landing",
                hint="merge again",
            )


def _tip(repository: Repository, target: str, prepared: PreparedMerge) -> str:
    """The target's commit: the old or the new one; Refused if it is a third."""
    tip = repository.tip(target)
    if not tip:
        raise Refused(
            f"there is no branch {safe_line(target)} any more",
            hint=f"make it again, `git branch {safe_line(target)}`, and merge again",
        )
    if tip not in (prepared.old, prepared.new):
        raise _moved(target)
    return tip


def _unfinished(target: str, error: SwarmError | OSError) -> Unfinished:
    return Unfinished(
        f"{safe_line(target)} holds the merge, but not every checkout of it could be "
        f"brought along: {_reason(error)}",
        hint="mend that, then start swarm again: it goes on from there",
    )


def _moved(target: str) -> Refused:
    return Refused(
        f"{safe_line(target)} has moved since the merge was computed",
        hint="merge again: it is computed anew",
    )


def _has(repository: Repository, commit: str) -> bool:
    words = ("-e", commit)
    git = repository.git.accepting(1, 128)
    return bool(git.cat_file(*words, with_extended_output=True)[0] == 0)


def _gone() -> Refused:
    return Refused(
        "the merge's objects are gone from the repository again: something removed "
        "what no branch names, as `git gc --prune=now` does",
        hint="your checkout is as it was; merge again",
    )


def _with_way_out(error: SwarmError | OSError) -> SwarmError:
    if isinstance(error, SwarmError) and error.hint:
        return error
    hint = "your checkout is as it was; mend that, then merge again"
    if isinstance(error, Refused):
        return Refused(error.message, hint=hint)
    return ToolError(
        error.message if isinstance(error, SwarmError) else f"merge: {_reason(error)}",
        hint=hint,
    )


def _reason(error: SwarmError | OSError) -> str:
    if isinstance(error, SwarmError):
        return error.message
    return f"{error.strerror or 'unknown error'}" + (
        f" at {safe_line(str(error.filename))}" if error.filename else ""
    )


def _transfer_objects(task: TaskGit, prepared: PreparedMerge) -> None:
    """Copy the objects over, each of them checked once more on the way in."""
    bounds = Bounds(seconds=600, output=4 << 30)
    git = task.repo.git.within(bounds)
    if _has(task.repo, prepared.new):
        return
    # A search for similar objects takes longer than all the rest.
    words = ("--revs", "--stdout", "-q", "--delta-base-offset", "--window=0")
    stdin = f"{prepared.new}\n^{prepared.old}\n".encode()
    pack = task.review.git.within(bounds).pack_objects(*words, istream=stdin, **RAW)
    git.index_pack("--stdin", "--strict", istream=pack)
