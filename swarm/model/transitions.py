"""How each event changes a task, and which may come in which state."""

from dataclasses import replace

from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.net_transitions import learn
from swarm.model.task import State, Task

S = State

MOVES: dict[type[events.Event], tuple[frozenset[State], State]] = {
    events.TaskProvisioning: (frozenset({S.QUEUED}), S.PROVISIONING),
    events.TaskRequeued: (frozenset({S.PROVISIONING}), S.QUEUED),
    events.TaskLive: (frozenset({S.PROVISIONING, S.LOST}), S.LIVE),
    events.TaskFailed: (frozenset({S.QUEUED, S.PROVISIONING}), S.FAILED),
    events.TaskStopped: (frozenset({S.LIVE, S.LOST}), S.STOPPED),
    events.TaskLost: (frozenset({S.LIVE}), S.LOST),
    events.MergeStarted: (frozenset({S.STOPPED, S.LOST}), S.MERGING),
    events.MergeRefused: (frozenset({S.MERGING}), S.STOPPED),
    events.TaskMerged: (frozenset({S.MERGING}), S.MERGED),
    events.TaskRejected: (
        frozenset({S.QUEUED, S.STOPPED, S.FAILED, S.LOST}),
        S.REJECTED,
    ),
    events.TaskRestored: (frozenset({S.REJECTED}), S.STOPPED),
}
"""Which event may come in which states, and where it leads; others move nothing."""


def queued(task_id: int, at: float, event: events.TaskQueued) -> Task:
    """The task as its first event makes it."""
    return Task(
        id=task_id,
        name=event.name,
        repo=event.repo,
        agent=event.agent,
        prompt=event.prompt,
        base_ref=event.base_ref,
        base=event.base,
        target=event.target,
        branch=event.branch,
        state=S.QUEUED,
        created=at,
        changed=at,
        after=event.after,
        group=event.group,
        budget_tokens=event.budget_tokens,
        budget_dollars=event.budget_dollars,
    )


def evolve(task: Task, at: float, event: events.Event) -> Task:
    """The task after the event; IllegalMove where its state does not allow it."""
    move = MOVES.get(type(event))
    if move:
        allowed, to = move
        if task.state not in allowed:
            raise IllegalMove(
                f"task {task.id} is {task.state}, not {_either(allowed)}",
                hint=f"see `swarm show {task.id}`",
            )
        task = replace(task, state=to, changed=at)
    return _learn(task, at, event)


def _either(states: frozenset[State]) -> str:
    return " or ".join(sorted(states))


def _learn(task: Task, at: float, event: events.Event) -> Task:
    match event:
        case events.TaskProvisioning():
            return replace(task, step="", reason="", hint="")
        case events.TaskLive():
            return replace(task, started=task.started or at, ended=None, reason="")
        case events.TaskPaused():
            return replace(task, paused=True)
        case events.TaskResumed():
            return replace(task, paused=False, over="")
        case events.TaskRemoved():
            return replace(task, removed=True)
        case events.StepDone():
            return replace(task, step=event.step)
        case events.BaseMoved():
            return replace(task, base=event.base)
        case _:
            return _learn_end(task, at, event)


def _learn_end(task: Task, at: float, event: events.Event) -> Task:
    match event:
        case events.TaskFailed():
            return replace(
                task, step=event.step, reason=event.reason, hint=event.hint, ended=at
            )
        case events.TaskStopped():
            code, why = event.exit_code, event.reason
            ended = replace(task, ended=at, paused=False, over="", asking=0)
            return replace(ended, exit_code=code, reason=why, hint=event.hint)
        case events.TaskLost():
            ended = replace(task, ended=at, paused=False, over="", asking=0)
            return replace(ended, reason=event.what)
        case events.TaskRequeued() | events.TaskRejected():
            return replace(task, reason=event.reason)
        case events.MergeRefused():
            return replace(task, reason=event.reason, hint=event.hint)
        case _:
            return _learn_work(task, at, event)


def _learn_work(task: Task, at: float, event: events.Event) -> Task:
    match event:
        case events.TaskMerged():
            return replace(task, commit=event.commit, reason="", hint="")
        case events.WorkBroughtBack():
            return replace(task, commits=event.commits, head=event.head)
        case events.SnapshotTaken():
            return replace(
                task,
                tree=event.tree,
                files=event.files,
                added=event.added,
                deleted=event.deleted,
                flags=event.flags,
                hidden=event.hidden,
            )
        case events.CheckpointTaken():
            counted = replace(task, files=event.files, hidden=event.hidden)
            return replace(
                counted, added=event.added, deleted=event.deleted, flags=event.flags
            )
        case _:
            return learn(task, at, event)
