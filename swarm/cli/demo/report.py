"""Shows the demo's tasks: their steps as they come, a table, and the dashboard."""

import os
import sys
import time
from collections.abc import Iterable, Iterator

from swarm.bootstrap import wiring
from swarm.cli import output
from swarm.cli.demo.environment import DemoEnvironment
from swarm.cli.demo.tasks import Attempt, attempts
from swarm.cli.keeper_client import changes
from swarm.cli.progress import step
from swarm.cli.task_facts import diff_of, state_of
from swarm.cli.terminal import printed
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import ACTIVE, Task
from swarm.plan.naming import HomePaths
from swarm.ports import Panes
from swarm.store.queries import Queries

WAIT_SECONDS = 300.0
"""The time after which a task of the demo counts as hanging."""

IMPORT_SECONDS = 60.0
"""The longest time for a snapshot of the sample and the import of commits."""

DRAW_SECONDS = 30.0
"""The longest time that the dashboard may take to show the tasks."""

SETTLE_SECONDS = 3.0
"""The longest time that the first agent's terminal may take to follow."""

LOOK_SECONDS = 0.1

LOG_LINES = 1000


def follow(paths: HomePaths, ids: list[int], start_time: float) -> list[Task]:
    """Print each step with the time since the start; return the tasks once all ended.

    SwarmError if one hangs.
    """
    queries, last_id = Queries(paths.database), 0
    for _ in changes(queries, WAIT_SECONDS):
        for record in queries.events.after(last_id):
            last_id = record.id
            text = step(record.event)
            if record.task in ids and text:
                seconds = record.at - start_time
                output.out(f"  {seconds:5.1f} s  #{record.task}  {text}")
        tasks = [queries.tasks.get(number) for number in ids]
        if not any(task.state in ACTIVE for task in tasks):
            return tasks
    raise SwarmError(f"tasks are still at work after {WAIT_SECONDS:.0f} s")


def ended_tasks(paths: HomePaths, ids: list[int]) -> tuple[list[Task], list[str]]:
    """The tasks once the commits of those that ended were imported, and the faults.

    A task that has not ended, or never started, is returned as it is.
    """
    queries = Queries(paths.database)
    try:
        for _ in changes(queries, IMPORT_SECONDS):
            tasks = [queries.tasks.get(number) for number in ids]
            ended = [task for task in tasks if task.started and task.ended]
            outcomes = {task.id: _import_outcome(queries, task.id) for task in ended}
            if all(outcomes.values()):
                break
        return tasks, [*_import_faults(outcomes), *_troubles(queries)]
    finally:
        queries.close()


ImportOutcome = events.CommitsImported | events.ImportRefused | events.TaskFailed


def _import_faults(outcomes: dict[int, ImportOutcome | None]) -> Iterator[str]:
    for number, outcome in outcomes.items():
        match outcome:
            case None:
                yield f"#{number}: its commits were not imported"
            case events.ImportRefused():
                reason = safe_line(outcome.reason)
                yield f"#{number}: its commits were refused: {reason}"


def _troubles(queries: Queries) -> Iterator[str]:
    for record in queries.events.after():
        if isinstance(record.event, events.Trouble):
            where, reason = record.event.where, record.event.reason
            yield f"trouble: {safe_line(where)}: {safe_line(reason)}"


def _import_outcome(queries: Queries, task_id: int) -> ImportOutcome | None:
    """The last event about a task's commits; None before there is one."""
    last: ImportOutcome | None = None
    for record in queries.events.after(task=task_id):
        match record.event:
            case (
                events.CommitsImported() | events.ImportRefused() | events.TaskFailed()
            ):
                last = record.event
    return last


def attempts_by_task(
    paths: HomePaths, tasks: Iterable[Task]
) -> dict[int, list[Attempt]]:
    """The attempts in each task's log; none for a task that never ran."""
    by_task: dict[int, list[Attempt]] = {}
    for task in tasks:
        try:
            by_task[task.id] = list(attempts(printed(paths, task, LOG_LINES)))
        except SwarmError:
            by_task[task.id] = []
    return by_task


def table(tasks: list[Task], attempts: dict[int, list[Attempt]]) -> None:
    """Print a row for each task, and one more for each further attempt."""
    rows = []
    for task in tasks:
        sentences = [_sentence(attempt) for attempt in attempts[task.id]] or [""]
        commits = str(task.review.commits)
        rows.append([f"#{task.id} {task.name}", state_of(task), commits])
        rows[-1] += [diff_of(task), sentences[0]]
        rows += [["", "", "", "", text] for text in sentences[1:]]
    head = ["TASK", "STATE", "COMMITS", "DIFF", "REFUSED (AS SEEN FROM INSIDE)"]
    output.columns(head, rows)


def denials(paths: HomePaths, tasks: list[Task]) -> None:
    """Print the gate's own denials; no agent wrote these words."""
    queries = Queries(paths.database)
    rows = []
    for task in tasks:
        for record in queries.events.denials(task.id):
            if isinstance(record.event, events.NetDenied):
                denial = record.event
                address = f"{denial.host}:{denial.port}"
                rows.append([f"#{task.id} {task.name}", address, denial.reason])
    queries.close()
    output.columns(["TASK", "DENIED BY THE GATE", "REASON"], rows)


def _sentence(attempt: Attempt) -> str:
    mark = "" if attempt.ended == "refused" else f"{attempt.ended} "
    return f"{mark}{attempt.what} — {attempt.why}" if attempt.why else attempt.what


def dashboard(environment: DemoEnvironment, names: list[str]) -> str:
    """The text of the real dashboard, drawn in the private tmux.

    SwarmError if it does not show the tasks.
    """
    panes, pane = wiring.panes(environment.places), "dashboard"
    variables = {
        name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
    }
    variables |= {
        "SWARM_HOME": str(environment.places.home),
        "SWARM_CONFIG": os.environ["SWARM_CONFIG"],
        "LANG": "C.UTF-8",
    }
    argv = [sys.executable, "-m", "swarm", "--repo", str(environment.sample)]
    panes.open(pane, argv, variables)
    text = _dashboard_text(panes, pane, names)
    panes.close(pane)
    return text


def _dashboard_text(panes: Panes, pane: str, names: list[str]) -> str:
    """The screen with every name on it, and with an agent's words if they come soon."""
    text = _screen_with(panes, pane, names, DRAW_SECONDS)
    if not text:
        screen = panes.capture([pane]).get(pane)
        text = _uncoloured(screen.text) if screen else ""
        raise SwarmError("the dashboard did not show the tasks", hint=text)
    return _screen_with(panes, pane, [*names, "refused: "], SETTLE_SECONDS) or text


def _screen_with(panes: Panes, pane: str, words: list[str], seconds: float) -> str:
    """The screen once all the words are on it; empty if the time runs out first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        screen, facts = panes.capture([pane]).get(pane), panes.all().get(pane)
        text = _uncoloured(screen.text) if screen else ""
        if all(word in text for word in words):
            return text
        if facts is None or facts.dead:
            break
        # tmux does not report that something was drawn.
        time.sleep(LOOK_SECONDS)
    return ""


def _uncoloured(text: str) -> str:
    """The screen's text; a capture holds SGR sequences only, which end with `m`."""
    head, *rest = text.split("\x1b[")
    words = head + "".join(part.partition("m")[2] for part in rest)
    return "\n".join(
        row.rstrip() for row in plain(words, 100_000).strip("\n").splitlines()
    )


def unrefused_attempts(attempts: dict[int, list[Attempt]]) -> list[str]:
    """A sentence for each attempt that was not refused."""
    return [
        f"#{number}: {attempt.ended} {safe_line(attempt.what)}"
        for number, task_attempts in attempts.items()
        for attempt in task_attempts
        if attempt.ended != "refused"
    ]
