"""Starts a fresh sandbox over the files, the home and the conversation of a task.

Nothing of the task's work is made or undone here: a step that fails leaves worktree
and home as they were.
"""

from contextlib import ExitStack

from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import image_check
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import (
    covers,
    homes,
    launch,
    own_caches,
    services,
    warm_start,
)
from swarm.engine.tasks.launch_steps import Steps
from swarm.errors import SwarmError, ToolError
from swarm.model import events
from swarm.model.task import State, Task


def relaunch(parts: EngineParts, task_id: int) -> None:
    """Start a queued task that goes on; a failure is recorded, and it is stopped again.

    Blocks until the agent runs.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.state is not State.QUEUED or not task.resumes:
        return
    names = context.names(task.id)
    try:
        # While it is queued: a keeper that dies later finds no sandbox of before.
        context.containers.remove(names.sandbox)
        services.end(context, task.id)
        context.panes.close(names.pane)
    except SwarmError as error:
        failed = events.ContinueFailed("sandbox", error.message, error.hint)
        context.journal.record(task_id, failed)
        return
    context.journal.record(task_id, events.TaskProvisioning())
    launch.carry_out_steps(parts, task, _carry_out, events.ContinueFailed)


def go_on_after_setup(parts: EngineParts, task_id: int) -> None:
    """Go on with a launch whose set-up failed, as its human chose; with a fresh box.

    Blocks until the agent runs, or until the set-up failed again.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.state is not State.QUEUED or not task.setup:
        return
    try:
        undo(parts, task)
    except SwarmError as error:
        failed = events.TaskFailed("sandbox", error.message, error.hint)
        context.journal.record(task_id, failed)
        return
    context.journal.record(task_id, events.TaskProvisioning())
    launch.carry_out_steps(parts, task, _carry_out_first, events.TaskFailed)


def _carry_out_first(
    parts: EngineParts, task: Task, steps: Steps, cleanup: ExitStack
) -> None:
    """The rest of a first launch: no agent has worked, so nothing of it is kept."""
    cleanup.callback(
        launch.clean_up,
        parts.context,
        task.id,
        lambda: launch.undo_launch(parts, task),
    )
    _carry_out(parts, task, steps, cleanup)


def undo(parts: EngineParts, task: Task) -> None:
    """Take back what a relaunch that was cut short made; files and home stay."""
    context = parts.context
    names = context.names(task.id)
    context.panes.close(names.pane)
    homes.remove_boxes(context, task.id)
    services.end(context, task.id)
    task_network.drop(parts, task)


def _carry_out(
    parts: EngineParts, task: Task, steps: Steps, cleanup: ExitStack
) -> None:
    context = parts.context
    names = context.names(task.id)
    plan = context.plan(task)
    with steps.step("base"):
        _require_kept(context, task)
        stand = image_check.stand_of(plan)
        seen = image_check.look(context.containers, context.paths, stand)
        covers.put_back(context, task, plan)
        plan = covers.with_covers(context, task, plan)
        plan = own_caches.still_there(context, task, plan)
    with steps.step("net"):
        net = parts.nets.take()
        cleanup.callback(
            launch.clean_up, context, task.id, lambda: launch.drop_net(parts, net)
        )
        task = task_network.claim(parts, task, net)
    if plan.project.service_container:
        with steps.step("services"):
            services.begin_again(parts, task, plan, cleanup, steps.note)
    if not task.resumes:
        task = warm_start.carry_out(parts, task, plan, steps, seen)
    with steps.step("sandbox"):
        if task.warm_base:
            warm_start.renew(context, task)
        launch.create_over_home(parts, task, plan, cleanup)
    with steps.step("start"):
        launch.start_with_retry(parts, task, plan, cleanup)
    live = context.journal.record(task.id, events.TaskLive(names.sandbox, names.pane))
    # One that ended before was not the end of a live task's.
    services.compare(context, live or task)


def _require_kept(context: EngineContext, task: Task) -> None:
    """ToolError if the files or the home are gone: there is nothing to go on with."""
    again = f"start it anew: `swarm retry {task.id}`"
    if not context.worktree(task).is_dir():
        raise ToolError(f"the worktree of task {task.id} is gone", hint=again)
    names = context.names(task.id)
    if names.home_volume not in context.containers.volumes(names.labels("home")):
        reason = f"the home of task {task.id} is gone, and its conversation with it"
        raise ToolError(reason, hint=again)
