"""From a stored wish to the function that carries it out."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from swarm.engine.context import EngineContext
from swarm.engine.egress import budget, grants, task_network
from swarm.engine.review import checkpoints, merge, snapshot
from swarm.engine.tasks import cleanup, control, create
from swarm.model import wishes
from swarm.model.wishes import TaskWish, Wish
from swarm.store.wish_queries import WishRecord

Result = dict[str, Any]
Carry = Callable[[EngineContext, Any, int], Result]
"""Carries out a wish of one type, given its id; answers what the front end shows."""
W = TypeVar("W", bound=Wish)


def _on_task(verb: Callable[[EngineContext, int], None]) -> Carry:
    """A verb that needs only the task, and answers nothing but done."""

    def carry(context: EngineContext, wish: TaskWish, _wish_id: int) -> Result:
        verb(context, wish.task)
        return {}

    return carry


def _on_wish(verb: Callable[[EngineContext, W], Result]) -> Carry:
    def carry(context: EngineContext, wish: W, _wish_id: int) -> Result:
        return verb(context, wish)

    return carry


VERBS: dict[type[Wish], Carry] = {
    wishes.NewTasks: create.new,
    wishes.Retry: create.retry,
    wishes.Stop: _on_task(control.stop),
    wishes.Kill: _on_task(control.kill),
    wishes.Pause: _on_task(control.pause),
    wishes.Resume: _on_task(control.resume),
    wishes.SendText: _on_wish(control.send),
    wishes.SetBudget: _on_wish(budget.change),
    wishes.TakeSnapshot: _on_wish(snapshot.snapshot_wish),
    wishes.TakeCheckpoint: _on_wish(checkpoints.take_wish),
    wishes.RestoreCheckpoint: _on_wish(checkpoints.restore_wish),
    wishes.Merge: _on_wish(merge.merge),
    wishes.Discard: _on_task(cleanup.discard),
    wishes.Restore: _on_task(cleanup.restore),
    wishes.Remove: _on_task(cleanup.remove),
    wishes.Cut: _on_task(task_network.cut_by_human),
    wishes.Uncut: _on_task(task_network.uncut),
    wishes.Panic: _on_wish(grants.panic),
    wishes.CollectGarbage: _on_wish(cleanup.gc),
    wishes.Grant: _on_wish(grants.grant),
    wishes.Revoke: _on_wish(grants.revoke),
    wishes.Trust: _on_wish(grants.trust),
}
"""What carries out each type of wish."""


def carry_out(context: EngineContext, record: WishRecord) -> Result:
    """Do what the wish asks, holding its task's lock; SwarmError if it is refused."""
    wish = wishes.parse(record.verb, record.body)
    lock = context.locks.of(wish.task) if isinstance(wish, TaskWish) else nullcontext()
    with lock:
        return VERBS[type(wish)](context, wish, record.id)
