"""Hands each stored wish to the function that carries it out."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from swarm.engine.context import EngineContext
from swarm.engine.egress import budget, grants, repository_bring, task_network
from swarm.engine.parts import EngineParts
from swarm.engine.review import acknowledgements, checkpoints, landing, merge, snapshot
from swarm.engine.side_channels import answers
from swarm.engine.tasks import (
    after_limit,
    base_clearing,
    cleanup,
    continuation,
    control,
    create,
    image_building,
    login,
    ports,
    removal,
    repository_moved,
    retry,
    service_restarts,
    setup_decision,
    shell,
)
from swarm.model import wishes
from swarm.model.wishes import TaskWish, Wish
from swarm.store.wish_queries import WishRecord

Result = dict[str, Any]
CarryOut = Callable[[EngineParts, Any, int], Result]
"""Carries out a wish, given its id; returns the answer for the front end."""
W = TypeVar("W", bound=Wish)


def _task(operation: Callable[[EngineContext, int], None]) -> CarryOut:
    """An operation that needs the task's id alone and answers nothing."""

    def carry_out(parts: EngineParts, wish: TaskWish, _wish_id: int) -> Result:
        operation(parts.context, wish.task)
        return {}

    return carry_out


def _task_with_parts(operation: Callable[[EngineParts, int], None]) -> CarryOut:
    def carry_out(parts: EngineParts, wish: TaskWish, _wish_id: int) -> Result:
        operation(parts, wish.task)
        return {}

    return carry_out


def _wish(operation: Callable[[EngineContext, W], Result]) -> CarryOut:
    """An operation that needs the whole wish, and returns the answer to it."""

    def carry_out(parts: EngineParts, wish: W, _wish_id: int) -> Result:
        return operation(parts.context, wish)

    return carry_out


def _wish_with_parts(operation: Callable[[EngineParts, W], Result]) -> CarryOut:
    def carry_out(parts: EngineParts, wish: W, _wish_id: int) -> Result:
        return operation(parts, wish)

    return carry_out


def _queue(operation: Callable[[EngineContext, W, int], Result]) -> CarryOut:
    """An operation that records the wish's id with the tasks that it queues."""

    def carry_out(parts: EngineParts, wish: W, wish_id: int) -> Result:
        return operation(parts.context, wish, wish_id)

    return carry_out


def _answer(parts: EngineParts, wish: wishes.AnswerQuestion, _wish_id: int) -> Result:
    return answers.answer(parts.context, parts.channels, wish)


OPERATIONS: dict[type[Wish], CarryOut] = {
    wishes.NewTasks: _queue(create.new),
    wishes.Retry: _queue(retry.retry),
    wishes.CancelBuild: _wish(image_building.cancel),
    wishes.Continue: _wish(continuation.continue_task),
    wishes.DecideSetup: _wish(setup_decision.decide),
    wishes.ForgetBases: _wish(base_clearing.forget),
    wishes.Stop: _task_with_parts(control.stop),
    wishes.Kill: _task_with_parts(control.kill),
    wishes.Pause: _task(control.pause),
    wishes.Resume: _task(control.resume),
    wishes.RestartServices: _wish_with_parts(service_restarts.restart),
    wishes.SendText: control.send,
    wishes.AnswerQuestion: _answer,
    wishes.OpenShell: _wish(shell.open_shell),
    wishes.SetBudget: _wish(budget.change),
    wishes.SetResumeAfterLimit: _wish(after_limit.choose),
    wishes.TakeSnapshot: _wish(snapshot.snapshot_wish),
    wishes.TakeCheckpoint: _wish(checkpoints.take_wish),
    wishes.RestoreCheckpoint: _wish(checkpoints.restore_wish),
    wishes.PlanLanding: _wish(landing.plan_wish),
    wishes.Merge: _wish(merge.merge),
    wishes.ForgetAcknowledged: _wish(acknowledgements.forget_wish),
    wishes.Discard: _task(cleanup.discard),
    wishes.Restore: _task(cleanup.restore),
    wishes.Remove: _task_with_parts(cleanup.remove),
    wishes.RemoveLater: removal.remove_later,
    wishes.TakeBack: _wish(removal.take_back),
    wishes.Cut: _task_with_parts(task_network.cut_by_human),
    wishes.Uncut: _task_with_parts(task_network.uncut),
    wishes.OpenPort: _wish_with_parts(ports.open_port),
    wishes.ClosePort: _wish_with_parts(ports.close_port),
    wishes.Panic: _wish_with_parts(grants.panic),
    wishes.MoveRepository: _wish(repository_moved.moved),
    wishes.CollectGarbage: _wish_with_parts(cleanup.gc),
    wishes.Grant: _wish_with_parts(grants.grant),
    wishes.AddService: _wish_with_parts(grants.add_service),
    wishes.Revoke: _wish_with_parts(grants.revoke),
    wishes.Trust: _wish_with_parts(grants.trust),
    wishes.AgreeToBrought: _wish(repository_bring.agreed),
    wishes.BeginLogin: _wish_with_parts(login.begin),
    wishes.EndLogin: _wish_with_parts(login.end),
    wishes.ImportLogin: _wish_with_parts(login.bring),
    wishes.Logout: _wish_with_parts(login.forget),
}
"""The function that carries out each type of wish."""


def may_build(record: WishRecord) -> bool:
    """True for one that may build images before it does what it asks: for minutes."""
    verbs = (wishes.NewTasks.verb, wishes.Retry.verb)
    return record.verb in verbs and bool(record.body.get("build"))


def ends_a_build(record: WishRecord) -> bool:
    """True for one that is carried out in no time, and must not wait."""
    return record.verb == wishes.CancelBuild.verb


def carry_out(parts: EngineParts, record: WishRecord) -> Result:
    """Do what the wish asks, holding its task's lock; SwarmError if it is refused."""
    wish = wishes.parse(record.verb, record.body)
    if isinstance(wish, wishes.NewTasks | wishes.Retry) and wish.build:
        image_building.build_missing(parts.context, wish)
    # A set-up holds the lock for minutes.
    ending = (
        parts.context.setups.stopping(wish.task)
        if isinstance(wish, wishes.Stop | wishes.Kill)
        else nullcontext()
    )
    lock = (
        parts.context.locks.of(wish.task)
        if isinstance(wish, TaskWish)
        else nullcontext()
    )
    with ending, lock:
        return OPERATIONS[type(wish)](parts, wish, record.id)
