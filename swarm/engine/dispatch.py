"""From a wish's verb to the function that carries it out."""

from collections.abc import Callable
from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.egress import budget, grants, task_network
from swarm.engine.review import checkpoints, merge, snapshot
from swarm.engine.tasks import cleanup, control, create
from swarm.errors import SwarmError
from swarm.store.wish_queries import WishRecord

Result = dict[str, Any]

FLEET: dict[str, Callable[[EngineContext, dict[str, Any]], Result]] = {
    "new": create.new,
    "gc": cleanup.gc,
    "grant": grants.grant,
    "revoke": grants.revoke,
    "trust": grants.trust,
    "panic": grants.panic,
}
"""Wishes that concern no task that exists."""

PLAIN: dict[str, Callable[[EngineContext, int], None]] = {
    "stop": control.stop,
    "kill": control.kill,
    "pause": control.pause,
    "resume": control.resume,
    "discard": cleanup.discard,
    "restore": cleanup.restore,
    "rm": cleanup.remove,
    "cut": task_network.cut_by_human,
    "mend": task_network.mend,
}
"""Wishes that take a task and answer nothing but done."""

TASK: dict[str, Callable[[EngineContext, int, dict[str, Any]], Result]] = {
    "send": control.send,
    "retry": create.retry,
    "snapshot": snapshot.snapshot_wish,
    "merge": merge.merge,
    "budget": budget.change,
    "checkpoint": checkpoints.take_wish,
    "go_back": checkpoints.restore_wish,
}
"""Wishes that take a task and more."""


def carry_out(context: EngineContext, wish: WishRecord) -> Result:
    """Do what the wish asks, holding its task's lock; SwarmError where refused."""
    body = {**wish.body, "wish": wish.id}
    if wish.verb in FLEET:
        return FLEET[wish.verb](context, body)
    task_id = wish.body.get("task")
    if not isinstance(task_id, int):
        raise SwarmError(f"the wish {wish.verb!r} names no task")
    with context.locks.of(task_id):
        if wish.verb in PLAIN:
            PLAIN[wish.verb](context, task_id)
            return {}
        if wish.verb in TASK:
            return TASK[wish.verb](context, task_id, body)
    raise SwarmError(f"there is no wish {wish.verb!r}", hint="update swarm")
