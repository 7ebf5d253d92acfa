"""Starts a queued task step by step, and undoes the steps if one of them fails."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace

from swarm.adapters.git.base import (
    is_branch,
    require_commit,
    require_objects,
    resolve_base,
)
from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.branch_name import BranchTaken, free_branch
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import disk_room, failed_starts, image_check
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import (
    accounts,
    agent_settings,
    box_contents,
    covers,
    disk_limit,
    env_files,
    floor_check,
    homes,
    observation,
    own_caches,
    services,
    shared_login,
    warm_start,
)
from swarm.engine.tasks.launch_steps import LaunchPaused, Steps
from swarm.errors import IllegalMove, NoRoom, SwarmError, ToolError
from swarm.model import events
from swarm.model.box_contents import BoxContents
from swarm.model.safe_text import plain
from swarm.model.task import State, Task
from swarm.plan import specs
from swarm.plan.specs import Plan

START_SECONDS = 60.0
"""The time limit from `start` to the container's first process."""

_CHECKOUTS = threading.BoundedSemaphore(os.cpu_count() or 2)
"""Limits checkouts to one a core; more at once take longer than one after another."""

BRANCH_ATTEMPTS = 5
"""Names that are tried while other programs take one after the other."""

LOOK_SECONDS = 0.25
"""The pause between two looks at the pane while no start is reported."""


def launch(parts: EngineParts, task_id: int) -> None:
    """Start a queued task; if a step fails, undo the steps before it.

    Blocks until the agent runs. A failure is recorded as an event of the task.
    """
    task = parts.context.read().tasks.get(task_id)
    if task.state is State.QUEUED and not task.resumes and not task.setup:
        parts.context.journal.record(task_id, events.TaskProvisioning())
        carry_out_steps(parts, task, _carry_out, events.TaskFailed)


CarryOut = Callable[[EngineParts, Task, Steps, ExitStack], None]
Failure = type[events.TaskFailed] | type[events.ContinueFailed]


def carry_out_steps(
    parts: EngineParts, task: Task, carry_out: CarryOut, failure: Failure
) -> None:
    """Carry out a launch's steps; if one fails, undo those before it and record it."""
    context = parts.context
    steps = Steps(context, task.id)
    try:
        with ExitStack() as cleanup:
            with suppress(LaunchPaused):
                carry_out(parts, task, steps, cleanup)
            cleanup.pop_all()
    except IllegalMove:
        raise
    except SwarmError as error:
        steps.failed(error.message)
        context.journal.record(task.id, failure(steps.now, error.message, error.hint))
    except Exception as error:
        # The keeper logs it, and nobody else would end the task.
        if not isinstance(disk_room.explained(error, context.paths.home), NoRoom):
            reason = f"it failed unexpectedly: {type(error).__name__}"
            steps.failed(reason)
            hint = f"please report it; {context.paths.log} has its traceback"
            context.journal.record(task.id, failure(steps.now, reason, hint))
        raise


def _carry_out(
    parts: EngineParts, task: Task, steps: Steps, cleanup: ExitStack
) -> None:
    context = parts.context
    names = context.names(task.id, task.name)
    plan = context.plan(task)
    with steps.step("base"):
        task = _with_current_base(context, task)
        stand = image_check.stand_of(plan)
        seen = image_check.look(context.containers, context.paths, stand)
        # After this step is recorded, undo_launch removes a branch of that name.
        task = _with_free_branch(context, task)
    task = _create_worktree_and_net(parts, task, plan, steps, cleanup)
    env_files.write(context, task, plan, steps)
    plan = covers.with_covers(context, task, plan)
    plan = own_caches.still_there(context, task, plan)
    if plan.project.service_container:
        with steps.step("services"):
            services.begin(parts, task, plan, cleanup, steps.note)
    cleanup.callback(clean_up, context, task.id, lambda: homes.remove(context, task.id))
    task = warm_start.carry_out(parts, task, plan, steps, seen)
    with steps.step("sandbox"):
        create_over_home(parts, task, plan, cleanup)
    with steps.step("start"):
        start_with_retry(parts, task, plan, cleanup)
    live = context.journal.record(task.id, events.TaskLive(names.sandbox, names.pane))
    # One that ended before was not the end of a live task's.
    services.compare(context, live or task)


def _create_worktree_and_net(
    parts: EngineParts, task: Task, plan: Plan, steps: Steps, cleanup: ExitStack
) -> Task:
    """Create the worktree while other threads take a net and start the sensor."""
    context = parts.context
    with ThreadPoolExecutor(2, thread_name_prefix="net") as executor:
        net = executor.submit(parts.nets.take)
        executor.submit(parts.sensor.prepare)
        cleanup.callback(
            clean_up, context, task.id, lambda: _drop_taken_net(parts, net)
        )
        with steps.step("worktree"):
            cleanup.callback(
                clean_up, context, task.id, lambda: remove_worktree(context, task)
            )
            with _CHECKOUTS:
                task, contents = _create_worktree(context, task, plan, steps)
            missing = box_contents.tell(context, task.id, plan, contents)
            if missing:
                steps.note(f"not in the sandbox: {missing}")
        with steps.step("net"):
            return task_network.claim(parts, task, net.result())


def _create_worktree(
    context: EngineContext, task: Task, plan: Plan, steps: Steps
) -> tuple[Task, BoxContents]:
    """Create the worktree; a branch that appears meanwhile has the next one chosen."""
    for _ in range(BRANCH_ATTEMPTS):
        try:
            task_git = context.task_git(task)
            base_only = task_git.lends_base_only(plan.sandbox.mounts)
            contents = create.create_worktree(
                task_git, plan.owner, base_only, steps.progress, covers.wanted(plan)
            )
        except BranchTaken:
            task = _with_free_branch(context, task)
        else:
            return task, contents
    raise ToolError(f"git worktree: {task.branch} and the names after it are taken")


def _with_free_branch(context: EngineContext, task: Task) -> Task:
    """Give the task the next name that is free, if its branch's is taken."""
    branch = free_branch(context.task_git(task).repo, task.branch)
    if branch == task.branch:
        return task
    chosen = events.BranchChosen(branch, task.branch)
    return context.journal.record(task.id, chosen) or task


def create_over_home(
    parts: EngineParts, task: Task, plan: Plan, cleanup: ExitStack
) -> None:
    """Create the sandbox over a home that exists; `cleanup` takes it away again."""
    context = parts.context
    agent_settings.require_none(context, task, plan)
    cleanup.callback(
        clean_up,
        context,
        task.id,
        lambda: context.containers.remove(plan.sandbox.name),
    )
    disk_limit.begin(context, task)
    cleanup.callback(clean_up, context, task.id, lambda: disk_limit.end(context, task))
    accounts.write(context.containers, plan)
    cleanup.callback(
        clean_up, context, task.id, lambda: observation.end(parts, task.id)
    )
    _create_container(parts, task, plan)
    # The engine has filled a new home from the image by now.
    shared_login.lend(parts, task, plan)


def _create_container(parts: EngineParts, task: Task, plan: Plan) -> None:
    """Create the sandbox in the task's net, compare it with the floor, and watch it."""
    containers = parts.context.containers
    net = parts.nets.gate.names.net(task.net.name)
    warm = homes.mounts(parts.context, task, plan)
    spec = replace(plan.sandbox, mounts=(*plan.sandbox.mounts, *warm))
    containers.create(specs.with_network(spec, net))
    floor_check.require(parts.context, spec)
    observation.begin(parts, task)


def _drop_taken_net(parts: EngineParts, net: Future[str]) -> None:
    if not net.cancelled() and net.exception() is None:
        drop_net(parts, net.result())


def drop_net(parts: EngineParts, net: str) -> None:
    """Remove a net that was taken, claimed or not: a net is never used twice."""
    parts.nets.drop(net)
    task_network.release(parts, net)


def clean_up(context: EngineContext, task_id: int, step: Callable[[], object]) -> None:
    """Undo one step; an error is recorded beside the failure that led here."""
    try:
        step()
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("undo", error.message))


def _with_current_base(context: EngineContext, task: Task) -> Task:
    """Move a task that waited for others to the newest commit of its base branch."""
    repository = context.task_git(task).repo
    if not task.after or not is_branch(repository, task.base_ref):
        require_commit(repository, task.base)
        return task
    base = resolve_base(repository, task.base_ref)
    if base.commit == task.base:
        return task
    require_objects(repository, base.commit)
    return context.journal.record(task.id, events.BaseMoved(base.commit)) or task


def start_with_retry(
    parts: EngineParts, task: Task, plan: Plan, cleanup: ExitStack
) -> None:
    """Start the sandbox; once more, in another net, if the engine is at fault."""
    context = parts.context
    pane = context.names(task.id, task.name).pane
    cleanup.callback(clean_up, context, task.id, lambda: context.panes.close(pane))
    claimed = task

    def renew(error: ToolError) -> None:
        nonlocal claimed
        context.journal.record(task.id, events.Trouble("start", error.message))
        context.panes.close(pane)
        observation.end(parts, task.id)
        context.containers.remove(plan.sandbox.name)
        services.end(context, task.id)
        task_network.drop(parts, task)
        claimed = task_network.claim(parts, task, parts.nets.take())
        cleanup.callback(
            clean_up, context, task.id, lambda: task_network.drop(parts, claimed)
        )
        services.start(parts, claimed, plan)
        _create_container(parts, claimed, plan)
        # Whoever renewed the login while there was no box has passed it over.
        shared_login.lend(parts, claimed, plan)

    try:
        failed_starts.once_more(lambda: _start(context, claimed, plan), renew)
    except ToolError:
        warm_start.distrust(context, task)
        raise


def _start(context: EngineContext, task: Task, plan: Plan) -> None:
    """Start the sandbox from its pane, so that the pane shows all of its output."""
    # A set-up, or an agent of a first try, may have moved what lies under a cover.
    covers.put_back(context, task, plan)
    names, container_name = context.names(task.id), plan.sandbox.name
    context.starts.forget(container_name)
    context.panes.open(names.pane, context.containers.start_argv(container_name), {})
    deadline = time.monotonic() + START_SECONDS
    while not context.starts.wait_started(container_name, LOOK_SECONDS):
        facts = context.containers.inspect(container_name)
        if facts and facts.status != "created":
            return
        pane = context.panes.all().get(names.pane)
        if pane is None or pane.dead or time.monotonic() > deadline:
            raise ToolError(
                "docker start: "
                f"{_last_lines(context, names.pane) or 'it did not start'}",
                hint="see `swarm doctor`",
            )


def _last_lines(context: EngineContext, pane: str) -> str:
    screen = context.panes.capture([pane]).get(pane)
    lines = (
        [text for text in screen.text.splitlines() if text.strip()] if screen else []
    )
    return plain(" ".join(lines[-3:]), 400)


def undo_launch(parts: EngineParts, task: Task) -> None:
    """Remove everything that an interrupted launch created.

    Before its first step is done nothing is created, and a branch of that name is the
    user's.
    """
    context = parts.context
    if not task.step:
        return
    names = context.names(task.id, task.name)
    context.panes.close(names.pane)
    homes.remove_boxes(context, task.id)
    services.remove(context, task.id)
    disk_limit.end(context, task)
    homes.remove(context, task.id)
    task_network.drop(parts, task)
    remove_worktree(context, task)


def remove_worktree(context: EngineContext, task: Task) -> None:
    """Remove the worktree, git directories and branch of a task that did no work."""
    create.remove_worktree(context.task_git(task))
