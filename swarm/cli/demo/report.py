"""What the demo shows of its tasks: lines as they come, a table, and the dashboard."""

import os
import sys
import time
from collections.abc import Iterable, Iterator

from swarm.bootstrap import wiring
from swarm.cli import output
from swarm.cli.demo.environment import Stage
from swarm.cli.demo.tasks import Attempt, attempts
from swarm.cli.keeper_client import changes
from swarm.cli.list_tasks import diff_of, state_of
from swarm.cli.progress import step
from swarm.cli.terminal import printed
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import ACTIVE, Task
from swarm.plan.naming import HomePaths
from swarm.ports import Panes
from swarm.store.queries import Queries

WAIT_SECONDS = 300.0
"""After so long a task of the demo hangs."""

TAKE_IN_SECONDS = 60.0
"""How long a snapshot and a bring-back of the sample may take."""

DRAW_SECONDS = 30.0
"""How long the dashboard may take to show the tasks."""

SETTLE_SECONDS = 3.0
"""How long the first agent's terminal may take to follow."""

LOOK_SECONDS = 0.1

LOG_LINES = 1000


def follow(paths: HomePaths, ids: list[int], began: float) -> list[Task]:
    """Say each step as it comes, with the time since `began`; the tasks as they end.

    SwarmError where one hangs.
    """
    queries, seen = Queries(paths.database), 0
    for _ in changes(queries, WAIT_SECONDS):
        for known in queries.events.after(seen):
            seen = known.id
            text = step(known.event)
            if known.task in ids and text:
                output.out(f"  {known.at - began:5.1f} s  #{known.task}  {text}")
        tasks = [queries.tasks.get(number) for number in ids]
        if not any(task.state in ACTIVE for task in tasks):
            return tasks
    raise SwarmError(f"tasks are still at work after {WAIT_SECONDS:.0f} s")


def settled(paths: HomePaths, ids: list[int]) -> tuple[list[Task], list[str]]:
    """The tasks once the commits of those that ended were taken in, and what was not.

    A task that is still at work, or that never was, is shown as it is.
    """
    queries = Queries(paths.database)
    try:
        for _ in changes(queries, TAKE_IN_SECONDS):
            tasks = [queries.tasks.get(number) for number in ids]
            over = [task for task in tasks if task.started and task.ended]
            ends = {task.id: _taken_in(queries, task.id) for task in over}
            if all(ends.values()):
                break
        return tasks, [*_not_taken_in(ends), *_trouble(queries)]
    finally:
        queries.close()


End = events.CommitsImported | events.ImportRefused | events.TaskFailed


def _not_taken_in(ends: dict[int, End | None]) -> Iterator[str]:
    for number, end in ends.items():
        match end:
            case None:
                yield f"#{number}: its commits were not taken in"
            case events.ImportRefused():
                yield f"#{number}: its commits were refused: {safe_line(end.reason)}"


def _trouble(queries: Queries) -> Iterator[str]:
    for known in queries.events.after():
        if isinstance(known.event, events.Trouble):
            where, reason = known.event.where, known.event.reason
            yield f"trouble: {safe_line(where)}: {safe_line(reason)}"


def _taken_in(queries: Queries, task_id: int) -> End | None:
    """The event that says what became of a task's commits."""
    last: End | None = None
    for known in queries.events.after(task=task_id):
        match known.event:
            case (
                events.CommitsImported() | events.ImportRefused() | events.TaskFailed()
            ):
                last = known.event
    return last


def tried(paths: HomePaths, tasks: Iterable[Task]) -> dict[int, list[Attempt]]:
    """By task, what its script tells that it tried; nothing where it never ran."""
    found: dict[int, list[Attempt]] = {}
    for task in tasks:
        try:
            found[task.id] = list(attempts(printed(paths, task, LOG_LINES)))
        except SwarmError:
            found[task.id] = []
    return found


def table(tasks: list[Task], found: dict[int, list[Attempt]]) -> None:
    """One row for each task, and one more for each further attempt."""
    rows = []
    for task in tasks:
        told = [_told(attempt) for attempt in found[task.id]] or [""]
        commits = str(task.review.commits)
        rows.append([f"#{task.id} {task.name}", state_of(task), commits])
        rows[-1] += [diff_of(task), told[0]]
        rows += [["", "", "", "", text] for text in told[1:]]
    head = ["TASK", "STATE", "COMMITS", "DIFF", "REFUSED (AS SEEN FROM INSIDE)"]
    output.columns(head, rows)


def denials(paths: HomePaths, tasks: list[Task]) -> None:
    """What the gate refused, in its own words: no agent wrote these."""
    queries = Queries(paths.database)
    rows = []
    for task in tasks:
        for known in queries.events.denials(task.id):
            if isinstance(known.event, events.NetDenied):
                denied = known.event
                where = f"{denied.host}:{denied.port}"
                rows.append([f"#{task.id} {task.name}", where, denied.reason])
    queries.close()
    output.columns(["TASK", "DENIED BY THE GATE", "REASON"], rows)


def _told(attempt: Attempt) -> str:
    mark = "" if attempt.ended == "refused" else f"{attempt.ended} "
    return f"{mark}{attempt.what} — {attempt.why}" if attempt.why else attempt.what


def dashboard(at: Stage, names: list[str]) -> str:
    """The text of the real dashboard, drawn in the private tmux; SwarmError."""
    panes, pane = wiring.panes(at.places), "dashboard"
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
    }
    environment |= {
        "SWARM_HOME": str(at.places.home),
        "SWARM_CONFIG": os.environ["SWARM_CONFIG"],
        "LANG": "C.UTF-8",
    }
    argv = [sys.executable, "-m", "swarm", "--repo", str(at.sample)]
    panes.open(pane, argv, environment)
    text = _drawn(panes, pane, names)
    panes.close(pane)
    return text


def _drawn(panes: Panes, pane: str, names: list[str]) -> str:
    """The screen with every name on it, and where that comes soon, an agent's words."""
    text = _seen(panes, pane, names, DRAW_SECONDS)
    if not text:
        screen = panes.capture([pane]).get(pane)
        shown = _uncoloured(screen.text) if screen else ""
        raise SwarmError("the dashboard did not show the tasks", hint=shown)
    return _seen(panes, pane, [*names, "refused: "], SETTLE_SECONDS) or text


def _seen(panes: Panes, pane: str, words: list[str], seconds: float) -> str:
    """The screen once all the words are on it; empty when the time is over.

    Looks again and again: tmux tells nobody that something was drawn.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        screen, facts = panes.capture([pane]).get(pane), panes.all().get(pane)
        text = _uncoloured(screen.text) if screen else ""
        if all(word in text for word in words):
            return text
        if facts is None or facts.dead:
            break
        time.sleep(LOOK_SECONDS)
    return ""


def _uncoloured(text: str) -> str:
    """The screen's words: a capture holds SGR sequences only, which end with `m`."""
    head, *rest = text.split("\x1b[")
    words = head + "".join(part.partition("m")[2] for part in rest)
    return "\n".join(
        row.rstrip() for row in plain(words, 100_000).strip("\n").splitlines()
    )


def told_badly(found: dict[int, list[Attempt]]) -> list[str]:
    """A sentence for each attempt that was not refused."""
    return [
        f"#{number}: {attempt.ended} {safe_line(attempt.what)}"
        for number, told in found.items()
        for attempt in told
        if attempt.ended != "refused"
    ]
