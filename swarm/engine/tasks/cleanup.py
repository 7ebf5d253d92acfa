"""Discard, restore, remove and gc: how a task's things go, and how they come back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.keep import keep_work
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import disk_room, orphans
from swarm.engine.parts import EngineParts
from swarm.engine.review import snapshot
from swarm.engine.tasks import (
    base_clearing,
    build_output,
    disk_limit,
    homes,
    services,
    shared_login,
)
from swarm.engine.tasks.base_clearing import DAY_SECONDS
from swarm.errors import IllegalMove, NoRoom, SwarmError
from swarm.model import ended_by_you, events
from swarm.model.format import size
from swarm.model.task import SETTLED, State, Task
from swarm.model.wishes import CollectGarbage
from swarm.plan.naming import kept_ref

DISCARD_SECONDS = 7 * DAY_SECONDS
"""How long `gc` leaves a discarded task restorable."""


def discard(context: EngineContext, task_id: int) -> None:
    """Give the work up; it stays on disk until `rm` or `gc`, so it can be restored."""
    context.journal.record(task_id, events.TaskRejected(ended_by_you.DISCARDED))


def restore(context: EngineContext, task_id: int) -> None:
    """Take a discard back."""
    task = context.read().tasks.get(task_id)
    if task.removed or not context.worktree(task).exists():
        raise IllegalMove(
            f"task {task_id} has nothing left to restore",
            hint=f"`git branch NAME {task.kept_ref}` brings its work back"
            if task.kept_ref
            else f"start it anew: `swarm retry {task_id}`",
        )
    context.journal.record(task_id, _restored(context, task_id))
    snapshot.snapshot(context, task_id)


def _restored(context: EngineContext, task_id: int) -> events.TaskRestored:
    """The event with the reason for which the task had ended."""
    read = context.read().events
    if stopped := read.last(events.TaskStopped, task_id):
        return events.TaskRestored(stopped.reason, stopped.hint)
    if failed := read.last(events.TaskFailed, task_id):
        return events.TaskRestored(failed.reason, failed.hint)
    lost = read.last(events.TaskLost, task_id)
    return events.TaskRestored(lost.what if lost else "")


def remove(parts: EngineParts, task_id: int) -> None:
    """Remove container, volume, pane, worktree and branch; a ref keeps the work.

    IllegalMove where that would destroy work that is neither merged nor discarded.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.removed:
        return
    if task.state not in SETTLED:
        raise IllegalMove(
            f"task {task_id} is {task.state}; removing it would destroy its work",
            hint=f"merge it, or `swarm discard {task_id}` first",
        )
    names = context.names(task_id, task.name)
    context.panes.close(names.pane)
    # Its home may hold a refresh token that could not be taken back at its end.
    shared_login.take_back_quietly(parts, task)
    homes.remove_boxes(context, task_id)
    services.remove(context, task_id)
    task_network.drop(parts, task)
    disk_limit.end(context, task)
    homes.remove(context, task_id)
    _keep_work(context, task)
    _remove_worktree(context, task)
    erase(context.paths.editor(task_id))
    context.journal.record(task_id, events.TaskRemoved())


def _keep_work(context: EngineContext, task: Task) -> None:
    """Have a ref keep what a removal would lose; a failure is told and loses nothing.

    Work that the person gave up goes even if there is no room to keep it, or no
    repository; that is told as well.
    """
    if not context.paths.review_git(task.id).is_dir():
        return
    try:
        commit = _kept_commit(context, task)
    except (SwarmError, OSError) as error:
        told = disk_room.explained(error, context.paths.home)
        reason = f"its work is not kept: {told.message}"
        context.journal.record(task.id, events.Trouble("rm", reason))
        return
    if commit:
        ref = kept_ref(context.paths.tag, task.id)
        context.journal.record(task.id, events.WorkKept(ref, commit))


def _kept_commit(context: EngineContext, task: Task) -> str:
    tree = task.review.tree or snapshot.take(context, task).tree
    return keep_work(context.task_git(task), tree, task.review.head)


def give_up_old(parts: EngineParts) -> None:
    """Remove the tasks that ended longer ago than the settings' `keep_days`.

    Called by the keeper now and then. One of which the work cannot be kept stays, and
    that is told once.
    """
    context = parts.context
    days = context.config().keep_days
    if not days:
        return
    for task in context.read().tasks.all():
        is_ended = task.state in (State.MERGED, State.REJECTED)
        if is_ended and context.clock() - task.changed > days * DAY_SECONDS:
            with context.locks.of(task.id):
                _give_up(parts, task)


def _give_up(parts: EngineParts, task: Task) -> None:
    context = parts.context
    try:
        if context.paths.review_git(task.id).is_dir():
            _kept_commit(context, task)
        remove(parts, task.id)
    except SwarmError as error:
        reason = f"it stays although it is old: {error.message}"
        trouble = events.Trouble("aging", reason)
        if not any(
            record.event == trouble
            for record in context.read().events.after(task=task.id, limit=1_000_000)
        ):
            context.journal.record(task.id, trouble)


def _remove_worktree(context: EngineContext, task: Task) -> None:
    """If the repository itself is gone, only our own folders go, and that is told."""
    try:
        of = context.task_git(task)
    except SwarmError as error:
        kept = f"{error.message}; a branch {task.branch} there stays as it is"
        context.journal.record(task.id, events.Trouble("rm", kept))
        erase(context.worktree(task))
        erase(context.paths.task(task.id))
        return
    try:
        create.remove_worktree(of)
    except SwarmError as error:
        told = disk_room.explained(error, context.paths.home)
        if not isinstance(told, NoRoom):
            raise
        # What lies in the home goes in any case: that is what makes room.
        erase(context.worktree(task))
        erase(context.paths.task(task.id))
        kept = f"{told.message}; the repository keeps the branch {task.branch}"
        context.journal.record(task.id, events.Trouble("rm", kept))


def gc(parts: EngineParts, wish: CollectGarbage) -> dict[str, Any]:
    """Remove what can be made again, then ended tasks' things, and what no task knows.

    That is build output of ended tasks and unused warm bases. With `dry_run` it only
    names all. Answers `found`, `removed` and `failed`, each a list of words in that
    order, and bytes of `outputs` and `bases` before and after; one that fails keeps
    none of the others.
    """
    context = parts.context
    removals: dict[str, Callable[[], None]] = {}
    tasks = context.read().tasks.all()
    going = [task for task in tasks if _is_garbage(context, task, wish.tasks)]
    staying = [task for task in tasks if task not in going]
    outputs = list(build_output.of_ended(context, staying, DAY_SECONDS))
    for output in outputs:
        removals[str(output)] = partial(build_output.remove, context, output)
    before = base_clearing.total(context)
    for base, taken in base_clearing.unused(context, DAY_SECONDS):
        name = f"warm base {base} ({size(taken)})"
        removals[name] = partial(base_clearing.drop, context, base)
    for task in going:
        name = f"task {task.id} {task.name} ({task.state})"
        removals[name] = partial(_remove_locked, parts, task.id)
    task_ids = {task.id for task in tasks}
    for box in orphans.find_containers(context.paths, context.containers, task_ids):
        removals[f"container {box}"] = partial(context.containers.remove, box)
    removed, failed = [], []
    for name, removal in () if wish.dry_run else removals.items():
        try:
            removal()
            removed.append(name)
        except SwarmError as error:
            failed.append(f"{name}: {error.message}")
    return {
        "found": list(removals),
        "removed": removed,
        "failed": failed,
        "outputs": {
            "before": sum(output.bytes for output in outputs),
            "after": sum(o.bytes for o in outputs if str(o) not in removed),
        },
        "bases": {"before": before, "after": base_clearing.total(context)},
    }


def _remove_locked(parts: EngineParts, task_id: int) -> None:
    with parts.context.locks.of(task_id):
        remove(parts, task_id)


def _is_garbage(
    context: EngineContext, task: Task, chosen: tuple[int, ...] | None
) -> bool:
    if chosen is not None:
        return task.id in chosen and task.state in SETTLED
    if task.state is State.REJECTED:
        return context.clock() - task.changed > DISCARD_SECONDS
    return task.state is State.MERGED
