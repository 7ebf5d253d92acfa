"""Compares the journal with the world; what differs is recorded, never deleted."""

from contextlib import suppress
from pathlib import Path

from swarm.adapters.git.merge import recovery
from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.host import orphans
from swarm.engine.parts import EngineParts
from swarm.engine.review import merge, snapshot
from swarm.engine.tasks import (
    finish,
    home_moved,
    interruption,
    launch,
    login,
    observation,
    relaunch,
    services,
    typed_prompt,
)
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.task import State, Task
from swarm.ports import ContainerFacts

RUNNING = ("running", "paused")


def offline(context: EngineContext) -> None:
    """At the keeper's start, what needs no engine: merges that were cut short.

    And the ends of worktrees, if the home itself was moved.
    """
    home_moved.reconnect_tasks(context)
    for task in context.read().tasks.all():
        if task.state is State.MERGING:
            with context.locks.of(task.id):
                # It may be called late, beside a merge that is not cut short.
                if context.read().tasks.get(task.id).state is State.MERGING:
                    merge.complete(context, task.id)
    recover_checkouts(context)


def recover_checkouts(context: EngineContext) -> None:
    """Finish or take back landings that no task knows to be under way."""
    tasks_by_repo = {task.repo: task for task in context.read().tasks.all()}
    for repo, task in tasks_by_repo.items():
        if recovery.is_needed(Path(repo)):
            try:
                merge.recover(context, context.task_git(task))
            except SwarmError as error:
                reason = f"a merge was cut short: {error.message}"
                context.journal.record(task.id, events.Trouble("merge", reason))


def live_tasks(parts: EngineParts) -> frozenset[int]:
    """Those whose end no keeper has seen; asked before the engine's news are read.

    The news may tell of ends that came before: those were watched by nobody, too.
    """
    task_network.register_nets(parts)
    tasks = parts.context.read().tasks.all()
    return frozenset(task.id for task in tasks if task.state is State.LIVE)


def online(parts: EngineParts, live: frozenset[int], rebooted: bool = False) -> None:
    """Whenever the engine (again) answers: every task, then what no task knows.

    What ended of the `live` ones was watched by nobody; `rebooted` if the machine was
    restarted since they were seen.
    """
    context = parts.context
    for known in context.read().tasks.all():
        with context.locks.of(known.id):
            try:
                _unwatched(parts, known.id, known.id in live, rebooted)
            except SwarmError as error:
                context.journal.record(
                    known.id, events.Trouble("reconcile", error.message)
                )
    interruption.judge_engine(context)
    with suppress(SwarmError):  # `swarm gc` removes what cannot be removed now
        login.remove_left_over(parts)
    task_network.reconcile(parts)
    parts.sensor.forget_others()
    record_orphans(context)


def _unwatched(
    parts: EngineParts, task_id: int, was_live: bool, rebooted: bool
) -> None:
    """Bring a task in line, and find out whether its end was an interruption."""
    context = parts.context
    task(parts, task_id)
    if was_live:
        facts = context.containers.inspect(context.names(task_id).sandbox)
        interruption.judge(context, task_id, facts, rebooted)


def task(parts: EngineParts, task_id: int) -> None:
    """Bring one task's state in line with its sandbox."""
    context = parts.context
    known = context.read().tasks.get(task_id)
    facts = context.containers.inspect(context.names(task_id).sandbox)
    match known.state:
        case State.PROVISIONING if known.awaits_setup_decision:
            pass
        case State.PROVISIONING:
            _cut_short(parts, known, facts)
        case State.LIVE | State.LOST:
            _live(parts, known, facts)
        case State.STOPPED if not snapshot.is_taken_in(context, known):
            finish.import_work(context, task_id)
        case _:
            pass


def _cut_short(parts: EngineParts, known: Task, facts: ContainerFacts | None) -> None:
    """A launch that no keeper finished: adopt what runs, undo what does not."""
    context = parts.context
    if facts and facts.status != "created":
        names = context.names(known.id)
        context.journal.record(known.id, events.TaskLive(names.sandbox, names.pane))
        _live(parts, context.read().tasks.get(known.id), facts)
        return
    is_over_files = known.resumes or known.setup
    undo = relaunch.undo if is_over_files else launch.undo_launch
    undo(parts, known)
    context.journal.record(
        known.id, events.TaskRequeued("the keeper ended during its launch")
    )


def _live(parts: EngineParts, known: Task, facts: ContainerFacts | None) -> None:
    context = parts.context
    if facts is None or facts.status not in RUNNING:
        finish.record_end(parts, known.id)
        return
    if known.state is State.LOST:
        names = context.names(known.id)
        context.journal.record(known.id, events.TaskLive(names.sandbox, names.pane))
    paused = facts.status == "paused"
    # A keeper may have ended between the sandbox and the services beside it.
    if paused:
        freezing.freeze_services(context, known.id)
    else:
        freezing.thaw_services(context, known.id)
    if paused != known.paused:
        context.journal.record(
            known.id, events.TaskPaused() if paused else events.TaskResumed()
        )
    reopen_pane(context, known.id)
    typed_prompt.tell_if_cut_short(context, known.id)
    observation.resume(parts, known)
    services.compare(context, context.read().tasks.get(known.id))


def reopen_pane(context: EngineContext, task_id: int) -> None:
    """Attach a new pane where the task's own is gone; the agent never noticed."""
    names = context.names(task_id)
    pane = context.panes.all().get(names.pane)
    if pane is not None and not pane.dead:
        return
    context.panes.open(names.pane, context.containers.attach_argv(names.sandbox), {})
    context.journal.record(task_id, events.PaneReopened(names.pane))


def record_orphans(context: EngineContext) -> None:
    """Record every container of this home without a task, each only once."""
    task_ids = {task.id for task in context.read().tasks.all()}
    recorded_names = {
        recorded.event.name
        for recorded in context.read().events.of_kind(events.OrphanFound)
        if isinstance(recorded.event, events.OrphanFound)
    }
    for name in orphans.find_containers(context.paths, context.containers, task_ids):
        if name not in recorded_names:
            context.journal.record(None, events.OrphanFound("container", name))
