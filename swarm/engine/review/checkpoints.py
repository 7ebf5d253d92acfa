"""Keeps what live tasks have in their worktrees, and puts it back when it is ruined."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from swarm.adapters.git.checkpoint import refs
from swarm.adapters.git.checkpoint import restore as restoring
from swarm.adapters.git.checkpoint.restore import Restored
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import covers
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.engine.review import snapshot
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.agent_state import DONE
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import RestoreCheckpoint, TakeCheckpoint
from swarm.plan import specs

DONE_SECONDS = 5.0
"""The least between two of a task, however often its agent says that it is done."""
SHOWN = 20
"""Names of what was set aside that a wish's answer holds."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """When a task's turn came last."""

    at: float
    """On the monotonic clock."""
    turn: float
    """The time since which its agent had done its work then; 0 if it was at work."""


class CheckpointSchedule:
    """Whose turn it is: who worked for one round's time, and whose agent is done.

    The latter is what a human looks at next: how much it changed is known then.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    def due(
        self, live: Collection[Task], now: float, config: Callable[[], Config]
    ) -> list[int]:
        """Those of the live tasks that it is time for; no setting is read for none."""
        self._kept = {
            task.id: self._kept.get(task.id, _Kept(now, 0.0)) for task in live
        }
        waiting = [
            task for task in live if now - self._kept[task.id].at >= DONE_SECONDS
        ]
        if not waiting:
            return []
        seconds = config().checkpoint.minutes * 60
        if not seconds:
            return []
        found = [task for task in waiting if self._is_due(task, now, seconds)]
        self._kept.update({task.id: _Kept(now, _done_since(task)) for task in found})
        return [task.id for task in found]

    def _is_due(self, task: Task, now: float, seconds: float) -> bool:
        kept, done = self._kept[task.id], _done_since(task)
        return now - kept.at >= seconds or bool(done and done != kept.turn)


def take_wish(context: EngineContext, wish: TakeCheckpoint) -> dict[str, Any]:
    """Answer the number of a checkpoint of what is there now, and whether it is new."""
    before = _newest(context, wish.task)
    number = take(context, wish.task, "by you")
    return {"number": number, "new": number != before}


def restore_wish(context: EngineContext, wish: RestoreCheckpoint) -> dict[str, Any]:
    """Go back to a checkpoint; answers what was done, and the way back."""
    if wish.number < 0:
        raise PlanError(
            f"{wish.number} is no checkpoint's number",
            hint=f"see `swarm checkpoint ls {wish.task}`",
        )
    before, done = restore(context, wish.task, wish.number)
    return {
        "number": wish.number,
        "before": before,
        "wrote": done.wrote,
        "removed": done.removed,
        "aside": [safe_line(path, 200) for path in done.aside[:SHOWN]],
    }


def each_round(context: EngineContext, task_id: int) -> None:
    """Take one of a task that may have ended meanwhile, and give the oldest up."""
    task = context.read().tasks.get(task_id)
    if task.state is State.LIVE:
        take(context, task_id, "its turn ended" if _done_since(task) else "")
        _give_up(context, context.read().tasks.get(task_id))


def take(context: EngineContext, task_id: int, why: str) -> int:
    """Keep what the worktree holds now; the newest's number where it is the same."""
    return _take(
        context, snapshot.task_with_worktree(context, task_id, "to go back in"), why
    )[0]


def restore(context: EngineContext, task_id: int, number: int) -> tuple[int, Restored]:
    """Make the worktree what it was; the number of what it was before that, too.

    A live task stands still meanwhile. Its commits stay as they are, and so do the
    files that git ignores. Refused where there is no such checkpoint.
    """
    task = snapshot.task_with_worktree(context, task_id, "to go back in")
    of = context.task_git(task)
    wanted = refs.tree_of(of, number)
    owner = specs.from_json(context.read().tasks.plan(task_id)).owner
    if task.state is State.LIVE:
        covers.require_in_place(of)
    with _halted(context, task):
        uncovered = _keep_covers(of, task, owner)
        before, present = _take(context, task, f"before going back to {number}")
        done = restoring.restore(of, present, wanted, owner)
    counts = (done.wrote, done.removed, len(done.aside))
    context.journal.record(task_id, events.CheckpointRestored(number, before, *counts))
    if uncovered:
        names = ", ".join(safe_line(path, 100) for path in uncovered[:5])
        reason = (
            "what it may not write was put back; what stood there is in checkpoint "
            f"{before} as {names}"
        )
        context.journal.record(task_id, events.Trouble("covers", reason))
    return before, done


def _keep_covers(
    of: TaskGit, task: Task, owner: tuple[int, int] | None
) -> tuple[str, ...]:
    """The new names of what stood where a cover belongs, which is put back.

    Refused where writing could uncover, for a live agent, what is covered. The mounts
    of a live sandbox lie over the places themselves, wherever these were moved to;
    nothing can put them back before it ends.
    """
    if task.state is State.LIVE:
        covers.require_in_place(of)
        return ()
    return covers.put_back(of, owner)[1]


@contextmanager
def _halted(context: EngineContext, task: Task) -> Iterator[None]:
    """A keeper that dies inside leaves the task paused, which the next one tells."""
    box = context.names(task.id).sandbox
    halts = task.state is State.LIVE and not task.paused
    if halts:
        context.containers.pause(box)
    try:
        yield
    finally:
        if halts:
            context.containers.resume(box)


def _take(context: EngineContext, task: Task, why: str) -> tuple[int, str]:
    """The number and the tree; nothing is kept twice in a row."""
    of = context.task_git(task)
    taken = snapshot.take(context, task)
    last = _newest(context, task.id)
    if taken.tree == refs.tree_of(of, last):
        return last, taken.tree
    refs.add_ref(of, last + 1, taken.tree)
    context.journal.record(
        task.id,
        events.CheckpointTaken(number=last + 1, why=why, **snapshot.counts(taken)),
    )
    return last + 1, taken.tree


def _done_since(task: Task) -> float:
    """The time since which its agent has done its work; 0 for one at work."""
    status = task.agent_status
    return status.since if status and status.state in DONE else 0.0


def _newest(context: EngineContext, task_id: int) -> int:
    known = context.read().events.checkpoints(task_id)
    return known[-1].number if known else 0


def _give_up(context: EngineContext, task: Task) -> None:
    """Blobs of commits that came home could be the same: only names go then."""
    known = [one.number for one in context.read().events.checkpoints(task.id)]
    old = known[: -context.config().checkpoint.keep]
    if not old:
        return
    of = context.task_git(task)
    if task.state is State.LIVE and not task.review.head:
        refs.drop_with_objects(of, old, context.read().events.trees(task.id))
    else:
        refs.drop_refs(of, old)
    context.journal.record(task.id, events.CheckpointsDropped(old[-1]))
