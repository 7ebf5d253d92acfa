"""From a queued task to an agent at work: each step with its undo."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from swarm.adapters.git.worktree import create
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import images
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import observation
from swarm.errors import IllegalMove, SwarmError, ToolError
from swarm.model import events
from swarm.model.safe_text import plain
from swarm.model.task import State, Task
from swarm.plan import hardening, specs
from swarm.plan.specs import Plan

START_SECONDS = 60.0
"""How long an engine may take from `start` to the container's first process."""

_FILLING = threading.BoundedSemaphore(os.cpu_count() or 2)
"""More worktrees than cores filled at once take longer than one after the other."""

LOOK_SECONDS = 0.25
"""Between two looks at the pane while the engine has not reported a start."""


def launch(parts: EngineParts, task_id: int) -> None:
    """Bring a queued task to life; on any failure everything done is undone.

    Blocks until the agent runs. A failure is an event of the task, not an error.
    """
    context = parts.context
    task = context.read().tasks.get(task_id)
    if task.state is not State.QUEUED:
        return
    context.journal.record(task_id, events.TaskProvisioning())
    steps = _Steps(context, task_id)
    try:
        with ExitStack() as undo:
            _carry_out(parts, task, steps, undo)
            undo.pop_all()
    except IllegalMove:
        raise
    except SwarmError as error:
        steps.failed(error.message)
        context.journal.record(
            task_id, events.TaskFailed(steps.now, error.message, error.hint)
        )


def _carry_out(
    parts: EngineParts, task: Task, steps: "_Steps", undo: ExitStack
) -> None:
    context = parts.context
    names = context.names(task.id, task.name)
    plan = specs.from_json(context.read().tasks.plan(task.id))
    with steps.step("base"):
        task = _fresh_base(context, task)
        images.require(context.containers, plan.sandbox.image)
        # Once this is recorded, a branch of that name is ours to undo.
        create.refuse_branch(context.task_git(task))
    task = _lay_and_join(parts, task, plan, steps, undo)
    with steps.step("sandbox"):
        _make_sandbox(parts, task, plan, undo)
    with steps.step("start"):
        undo.callback(
            _undone, context, task.id, lambda: context.panes.close(names.pane)
        )
        _start(context, task, plan)
    context.journal.record(task.id, events.TaskLive(names.sandbox, names.pane))


def _lay_and_join(
    parts: EngineParts, task: Task, plan: Plan, steps: "_Steps", undo: ExitStack
) -> Task:
    """Worktree and net, side by side: neither needs the other."""
    context = parts.context
    with ThreadPoolExecutor(1, thread_name_prefix="net") as beside:
        net = beside.submit(parts.nets.take)
        undo.callback(_undone, context, task.id, lambda: _drop_net(parts, net))
        with steps.step("worktree"):
            undo.callback(
                _undone, context, task.id, lambda: remove_worktree(context, task)
            )
            with _FILLING:
                create.create_worktree(context.task_git(task), plan.owner)
        with steps.step("net"):
            return task_network.claim(parts, task, net.result())


def _make_sandbox(parts: EngineParts, task: Task, plan: Plan, undo: ExitStack) -> None:
    context = parts.context
    names = context.names(task.id)
    box, volume = names.sandbox, names.home_volume
    undo.callback(
        _undone, context, task.id, lambda: context.containers.remove_volume(volume)
    )
    context.containers.make_volume(volume, names.labels("home"))
    undo.callback(_undone, context, task.id, lambda: context.containers.remove(box))
    joined = f"container:{parts.nets.gate.names.net(task.net.name)}"
    context.containers.create(replace(plan.sandbox, network=joined))
    _require_floor(context, plan)
    undo.callback(_undone, context, task.id, lambda: observation.end(parts, task.id))
    observation.begin(parts, task)


def _drop_net(parts: EngineParts, net: Future[str]) -> None:
    """Whether it was claimed or not: a net that was handed out is not used again."""
    if not net.cancelled() and net.exception() is None:
        parts.nets.drop(net.result())
        task_network.release(parts, net.result())


def _undone(
    context: EngineContext, task_id: int, undo_step: Callable[[], None]
) -> None:
    """One step back; where it fails, that is told beside the failure that led here."""
    try:
        undo_step()
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("undo", error.message))


def _fresh_base(context: EngineContext, task: Task) -> Task:
    """A task that waited for others starts from the branch as it is now."""
    if not task.after:
        return task
    base = context.task_git(task).repo.resolve_base(task.base_ref)
    if base.commit == task.base:
        return task
    return context.journal.record(task.id, events.BaseMoved(base.commit)) or task


def _require_floor(context: EngineContext, plan: Plan) -> None:
    """What the engine made is held against the floor before anything runs in it."""
    facts = context.containers.inspect(plan.sandbox.name)
    faults = hardening.inspected_faults(facts.raw) if facts else ["it is gone"]
    if faults:
        raise ToolError(
            f"docker create: the container is weaker than asked for: "
            f"{'; '.join(faults)}",
            hint="the engine ignores a setting; see `swarm doctor`",
        )


def _start(context: EngineContext, task: Task, plan: Plan) -> None:
    """The pane starts the sandbox, so that not one byte of output is missed."""
    names, box = context.names(task.id), plan.sandbox.name
    context.starts.forget(box)
    context.panes.open(names.pane, context.containers.start_argv(box), {})
    deadline = time.monotonic() + START_SECONDS
    while not context.starts.wait_started(box, LOOK_SECONDS):
        facts = context.containers.inspect(box)
        if facts and facts.status != "created":
            return
        pane = context.panes.all().get(names.pane)
        if pane is None or pane.dead or time.monotonic() > deadline:
            raise ToolError(
                "docker start: "
                f"{_last_words(context, names.pane) or 'it did not start'}",
                hint="see `swarm doctor`",
            )


def _last_words(context: EngineContext, pane: str) -> str:
    screen = context.panes.capture([pane]).get(pane)
    lines = (
        [text for text in screen.text.splitlines() if text.strip()] if screen else []
    )
    return plain(" ".join(lines[-3:]), 400)


def undo(parts: EngineParts, task: Task) -> None:
    """Remove whatever a launch that was cut short had made, and nothing else.

    Before its first step was done nothing was made, and a branch of that name is the
    user's.
    """
    context = parts.context
    if not task.step:
        return
    names = context.names(task.id, task.name)
    context.panes.close(names.pane)
    context.containers.remove(names.sandbox)
    context.containers.remove_volume(names.home_volume)
    task_network.drop(parts, task)
    remove_worktree(context, task)


def remove_worktree(context: EngineContext, task: Task) -> None:
    """Remove worktree, git directories and branch of a task that did no work."""
    create.remove_worktree(context.task_git(task))


class _Steps:
    """Names the step at work, times it, and keeps a log for the human."""

    def __init__(self, context: EngineContext, task_id: int) -> None:
        self._context = context
        self._task_id = task_id
        self._log = context.paths.launch_log(task_id)
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.now = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Everything inside is one step; recorded once it is done."""
        self.now, began = name, time.monotonic()
        yield
        seconds = time.monotonic() - began
        self._write(f"{name} done in {seconds:.3f} s")
        self._context.journal.record(
            self._task_id, events.StepDone(name, round(seconds, 4))
        )

    def failed(self, reason: str) -> None:
        """The step at work failed."""
        self._write(f"{self.now} failed: {reason}")

    def _write(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {text}\n")
