"""Compares the journal with the world; what differs is recorded, never deleted."""

from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.review import merge
from swarm.engine.tasks import finish, launch, observation
from swarm.errors import SwarmError
from swarm.model import events as e
from swarm.model.task import State, Task
from swarm.plan.gate_containers import GATING
from swarm.plan.naming import KIND_LABEL, TASK_LABEL
from swarm.ports import ContainerFacts

RUNNING = ("running", "paused")


def offline(context: EngineContext) -> None:
    """At the keeper's start, what needs no engine: merges that were cut short."""
    for task in context.read().tasks.all():
        if task.state is State.MERGING:
            with context.locks.of(task.id):
                merge.complete(context, task.id)


def online(context: EngineContext) -> None:
    """Whenever the engine (again) answers: every task, then what no task knows."""
    for known in context.read().tasks.all():
        with context.locks.of(known.id):
            try:
                task(context, known.id)
            except SwarmError as error:
                context.journal.record(known.id, e.Trouble("reconcile", error.message))
    task_network.reconcile(context)
    context.sensing.forget_others()
    orphans(context)


def task(context: EngineContext, task_id: int) -> None:
    """Bring one task's state in line with its sandbox."""
    known = context.read().tasks.get(task_id)
    facts = context.sandboxes.inspect(context.names(task_id).sandbox)
    match known.state:
        case State.PROVISIONING:
            _cut_short(context, known, facts)
        case State.LIVE | State.LOST:
            _live(context, known, facts)
        case State.STOPPED if not _taken_in(context, task_id):
            finish.take_in(context, task_id)
        case _:
            pass


def _taken_in(context: EngineContext, task_id: int) -> bool:
    """Whether an earlier keeper lived long enough to take the work in."""
    ends = e.CommitsImported | e.ImportRefused
    events = context.read().events.after(task=task_id, limit=1_000_000)
    return any(isinstance(recorded.event, ends) for recorded in events)


def _cut_short(
    context: EngineContext, known: Task, facts: ContainerFacts | None
) -> None:
    """A launch that no keeper finished: adopt what runs, undo what does not."""
    if facts and facts.status != "created":
        names = context.names(known.id)
        context.journal.record(known.id, e.TaskLive(names.sandbox, names.pane))
        _live(context, context.read().tasks.get(known.id), facts)
        return
    launch.undo(context, known)
    context.journal.record(
        known.id, e.TaskRequeued("the keeper ended during its launch")
    )


def _live(context: EngineContext, known: Task, facts: ContainerFacts | None) -> None:
    if facts is None or facts.status not in RUNNING:
        finish.ended(context, known.id)
        return
    if known.state is State.LOST:
        names = context.names(known.id)
        context.journal.record(known.id, e.TaskLive(names.sandbox, names.pane))
    paused = facts.status == "paused"
    if paused != known.paused:
        context.journal.record(known.id, e.TaskPaused() if paused else e.TaskResumed())
    reopen_pane(context, known.id)
    observation.resume(context, known)


def reopen_pane(context: EngineContext, task_id: int) -> None:
    """Attach a new pane where the task's own is gone; the agent never noticed."""
    names = context.names(task_id)
    pane = context.panes.all().get(names.pane)
    if pane is not None and not pane.dead:
        return
    context.panes.open(names.pane, context.sandboxes.attach_argv(names.sandbox), {})
    context.journal.record(task_id, e.PaneReopened(names.pane))


def orphans(context: EngineContext) -> None:
    """Record every container of this home that no task knows, once."""
    tasks = {task.id: task for task in context.read().tasks.all(removed=True)}
    told = {
        known.event.name
        for known in context.read().events.of_kind(e.OrphanFound)
        if isinstance(known.event, e.OrphanFound)
    }
    for facts in context.sandboxes.all(context.home_labels):
        number = facts.labels.get(TASK_LABEL, "")
        owner = tasks.get(int(number)) if number.isdigit() else None
        if facts.labels.get(KIND_LABEL) in GATING:
            continue
        if (owner is None or owner.removed) and facts.name not in told:
            context.journal.record(None, e.OrphanFound("container", facts.name))
