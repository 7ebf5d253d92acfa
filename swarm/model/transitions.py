"""How each event changes a task, and which may come in which state."""

from dataclasses import replace

from swarm.errors import IllegalMove
from swarm.model import events as e
from swarm.model.net_transitions import learn
from swarm.model.task import State, Task

S = State

MOVES: dict[type[e.Event], tuple[frozenset[State], State]] = {
    e.TaskProvisioning: (frozenset({S.QUEUED}), S.PROVISIONING),
    e.TaskRequeued: (frozenset({S.PROVISIONING}), S.QUEUED),
    e.TaskLive: (frozenset({S.PROVISIONING, S.LOST}), S.LIVE),
    e.TaskFailed: (frozenset({S.QUEUED, S.PROVISIONING}), S.FAILED),
    e.TaskStopped: (frozenset({S.LIVE, S.LOST}), S.STOPPED),
    e.TaskLost: (frozenset({S.LIVE}), S.LOST),
    e.MergeStarted: (frozenset({S.STOPPED, S.LOST}), S.MERGING),
    e.MergeRefused: (frozenset({S.MERGING}), S.STOPPED),
    e.TaskMerged: (frozenset({S.MERGING}), S.MERGED),
    e.TaskRejected: (
        frozenset({S.QUEUED, S.STOPPED, S.FAILED, S.LOST}),
        S.REJECTED,
    ),
    e.TaskRestored: (frozenset({S.REJECTED}), S.STOPPED),
}
"""Which event may come in which states, and where it leads; others move nothing."""


def queued(task_id: int, at: float, event: e.TaskQueued) -> Task:
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


def evolve(task: Task, at: float, event: e.Event) -> Task:
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


def _learn(task: Task, at: float, event: e.Event) -> Task:
    match event:
        case e.TaskProvisioning():
            return replace(task, step="", reason="", hint="")
        case e.TaskLive():
            return replace(task, started=task.started or at, ended=None, reason="")
        case e.TaskPaused():
            return replace(task, paused=True)
        case e.TaskResumed():
            return replace(task, paused=False, over="")
        case e.TaskRemoved():
            return replace(task, removed=True)
        case e.StepDone():
            return replace(task, step=event.step)
        case e.BaseMoved():
            return replace(task, base=event.base)
        case _:
            return _learn_end(task, at, event)


def _learn_end(task: Task, at: float, event: e.Event) -> Task:
    match event:
        case e.TaskFailed():
            return replace(
                task, step=event.step, reason=event.reason, hint=event.hint, ended=at
            )
        case e.TaskStopped():
            code, why = event.exit_code, event.reason
            ended = replace(task, ended=at, paused=False, over="", asking=0)
            return replace(ended, exit_code=code, reason=why, hint=event.hint)
        case e.TaskLost():
            ended = replace(task, ended=at, paused=False, over="", asking=0)
            return replace(ended, reason=event.what)
        case e.TaskRequeued() | e.TaskRejected():
            return replace(task, reason=event.reason)
        case e.MergeRefused():
            return replace(task, reason=event.reason, hint=event.hint)
        case _:
            return _learn_work(task, at, event)


def _learn_work(task: Task, at: float, event: e.Event) -> Task:
    match event:
        case e.TaskMerged():
            return replace(task, commit=event.commit, reason="", hint="")
        case e.WorkBroughtBack():
            return replace(task, commits=event.commits, head=event.head)
        case e.SnapshotTaken():
            return replace(
                task,
                tree=event.tree,
                files=event.files,
                added=event.added,
                deleted=event.deleted,
                flags=event.flags,
                hidden=event.hidden,
            )
        case e.CheckpointTaken():
            counted = replace(task, files=event.files, hidden=event.hidden)
            return replace(
                counted, added=event.added, deleted=event.deleted, flags=event.flags
            )
        case _:
            return learn(task, at, event)
