"""Follows tasks until they have ended, and prints their steps on the way."""

from swarm.bootstrap import keeper_lock, keeper_process
from swarm.cli import exit_codes, output, wait_goals
from swarm.cli.keeper_client import changes
from swarm.model import agent_state_text, event_text, events, leftovers
from swarm.model.safe_text import safe_line
from swarm.model.task import ACTIVE, State, Task
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries

END_SECONDS = 1.0
"""The longest time that is waited for what ended with a task."""
_ALWAYS_PRINTED = (events.StepProgress, events.LeftoversEnded, events.SetupFailed)
_AFTER_LOOK = (
    events.LeftoversEnded,
    events.SnapshotTaken,
    events.CommitsImported,
    events.ImportRefused,
    events.Trouble,
)
"""What the keeper records once it has looked at what an ended task left."""


def follow(
    paths: HomePaths,
    ids: list[int],
    seconds: float | None = None,
    goal: str = wait_goals.END,
) -> int:
    """Print each step on standard error; block until the goal, or the time is over.

    Returns an exit status; see `wait_goals`. Without a terminal only the reason that
    keeps tasks from starting is printed, and the progress of a step that takes long.
    """
    queries = Queries(paths.database)
    try:
        return _follow_with(paths, queries, ids, seconds, goal)
    finally:
        queries.close()


def _follow_with(
    paths: HomePaths, queries: Queries, ids: list[int], seconds: float | None, goal: str
) -> int:
    last_id, reported_trouble = 0, ""
    for grew in changes(queries, seconds):
        last_id = _print_steps(queries, last_id, set(ids))
        tasks = [queries.tasks.get(number) for number in ids]
        status = wait_goals.status_of(goal, tasks)
        if status is not None:
            _print_ends(queries, last_id, tasks)
            _print_states(goal, tasks)
            return status
        reported_trouble = _print_trouble(queries, reported_trouble)
        if not grew and keeper_lock.keeper_pid(paths) is None:
            keeper_process.ensure_keeper(paths)
    waiting = [f"#{task.id}" for task in tasks if task.state in ACTIVE]
    output.note(f"still at work after {seconds:g} s: {', '.join(waiting)}")
    return exit_codes.TIMEOUT


def _print_ends(queries: Queries, last_id: int, tasks: list[Task]) -> None:
    """Print what ended with the tasks, which is known a moment after their end."""
    ids = {task.id for task in tasks if task.state is State.STOPPED}
    for _ in changes(queries, END_SECONDS):
        last_id = _print_steps(queries, last_id, ids)
        stopped = events.TaskStopped
        if all(queries.events.follows(one, stopped, *_AFTER_LOOK) for one in ids):
            return


def _print_states(goal: str, tasks: list[Task]) -> None:
    """Print what each live agent is doing, with its evidence."""
    for task in tasks:
        status = task.agent_status
        if goal != wait_goals.END and task.state is State.LIVE and status:
            evidence = agent_state_text.evidence_words(status)
            output.note(f"#{task.id} {agent_state_text.words(status)} · {evidence}")


def _print_steps(queries: Queries, last_id: int, ids: set[int]) -> int:
    """Print these tasks' steps after an event; return the last event's id."""
    for record in queries.events.after(last_id):
        last_id = record.id
        text = step(record.event)
        is_due = output.is_watched() or isinstance(record.event, _ALWAYS_PRINTED)
        if record.task in ids and text and is_due:
            output.note(f"#{record.task} {text}")
    return last_id


def _print_trouble(queries: Queries, reported: str) -> str:
    trouble = queries.events.fleet().trouble
    if trouble and trouble != reported:
        output.note(f"nothing starts meanwhile: {safe_line(trouble)}")
    return trouble


def step(event: events.Event) -> str:
    """A line about an event for a human who waits; empty for most events."""
    match event:
        case events.TaskQueued():
            return f"queued   {safe_line(event.name)}"
        case events.BranchChosen():
            taken = safe_line(event.taken)
            return f"branch   {safe_line(event.branch)}, for {taken} is taken"
        case events.StepProgress():
            percent = 100 * event.done // max(1, event.total)
            return (
                f"{safe_line(event.step):<8} {percent} % ({event_text.progress(event)})"
            )
        case events.ServicePreparing() | events.ServiceReady():
            return _service(event)
        case events.StepDone():
            return f"{safe_line(event.step):<8} {event.seconds:.2f} s"
        case events.TaskLive():
            return "live"
        case events.TaskStopped():
            why = f" ({safe_line(event.reason)})" if event.reason else ""
            return f"ended    with {event.exit_code}{why}"
        case events.LeftoversEnded():
            return leftovers.sentence(event)
        case events.TaskFailed() | events.SetupFailed():
            return _failed(event)
        case events.TaskLost():
            return f"lost     {safe_line(event.what)}"
        case events.TaskRejected() | events.TaskRequeued():
            return f"{_ENDS[type(event)]} {safe_line(event.reason)}"
        case _:
            return ""


def _failed(event: events.TaskFailed | events.SetupFailed) -> str:
    if isinstance(event, events.SetupFailed):
        return f"waits    {safe_line(event.reason)}; {safe_line(event.hint)}"
    return f"failed   at {safe_line(event.step)}: {safe_line(event.reason)}"


_ENDS: dict[type[events.Event], str] = {
    events.TaskRejected: "rejected",
    events.TaskRequeued: "queued again:",
}


def _service(event: events.ServicePreparing | events.ServiceReady) -> str:
    if isinstance(event, events.ServicePreparing):
        return f"service  {safe_line(event.service)}: making {safe_line(event.image)}"
    port = f" at localhost:{event.port}" if event.port else ""
    return f"service  {safe_line(event.service)} answers{port}"
