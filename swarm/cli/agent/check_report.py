"""What a check tells of a way to run that failed: the agent's own words, and causes."""

from contextlib import suppress
from typing import Any

from swarm.agents.description import Agent
from swarm.bootstrap import wiring
from swarm.cli.agent.check_evidence import DeniedHost, Evidence, causes
from swarm.cli.agent.check_policy import FORBIDDEN
from swarm.cli.agent.check_turn import Turn
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.last_words import last_lines
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store.queries import Queries

EDIT = "wrote a file"
"""The row of the edit in a check's table."""
LINES = 12
"""Lines of what an agent printed last, or had on its screen."""
_READ = 400


def screen(paths: HomePaths, task_id: int) -> str:
    """What the task's terminal shows now; empty if that cannot be known."""
    name = TaskNames(paths.tag, task_id).pane
    with suppress(SwarmError):
        shown = wiring.panes(paths).capture([name]).get(name)
        return shown.text if shown else ""
    return ""


def printed(paths: HomePaths, task: Task) -> str:
    """What its sandbox printed last; its launch's error if it never ran."""
    with suppress(SwarmError):
        name = TaskNames(paths.tag, task.id).sandbox
        raw: bytes = wiring.sandboxes().logs(name, _READ)
        return raw.decode("utf-8", "replace")
    with suppress(OSError):
        return paths.launch_log(task.id).read_text(encoding="utf-8", errors="replace")
    return ""


def evidence(
    queries: Queries,
    task: Task,
    turn: Turn,
    rows: dict[str, str],
    was_stopped: bool,
) -> Evidence:
    """What was seen of the task's turn; `was_stopped` if it did not end by itself."""
    model = turn.model
    prompted = [one for one in model.seen if turn.marker in repr(one.asked.turns)]
    tools = (name for one in prompted for name in one.asked.tools)
    refused = (one.path for one in model.seen if one.status == 401)
    return Evidence(
        has_ended=not was_stopped,
        exit_code=task.exit_code,
        requests=len(model.seen),
        prompted=len(prompted),
        paths=tuple(dict.fromkeys(path.partition("?")[0] for path in refused)),
        strays=tuple(dict.fromkeys(model.strays)),
        tools=tuple(dict.fromkeys(tools)),
        results=tuple(model.results(turn.marker)),
        has_edited=rows.get(EDIT) == "yes",
        has_committed=task.review.commits > 0,
        denied=_denied(record.event for record in queries.events.denials(task.id)),
    )


def _denied(seen: Any) -> tuple[DeniedHost, ...]:
    times: dict[tuple[str, str], int] = {}
    for event in seen:
        if isinstance(event, events.NetDenied) and event.host != FORBIDDEN:
            key = (f"{event.host}:{event.port}", event.reason)
            times[key] = times.get(key, 0) + event.count
    return tuple(DeniedHost(*key, count) for key, count in times.items())


def lines(
    agent: Agent, task: Task, way: str, seen: Evidence, shown: str
) -> tuple[str, ...]:
    """The report of one way to run, harmless for a screen."""
    words = last_lines(shown, LINES)
    told = "was still at work, and was stopped by the check"
    if seen.has_ended:
        told = task.reason or f"ended with {seen.exit_code}"
    head = f"{agent.name}, {way}: {safe_line(told, 300)}"
    kind = "It printed last" if seen.has_ended else "Its screen was"
    body = [f"{kind}:", *(f"  │ {line}" for line in words)]
    ways_out = [f"- {cause}" for cause in causes(agent, seen)]
    file = f"agents/{agent.name}.toml"
    return (
        head,
        *(body if words else ["It printed nothing."]),
        *(
            [f"What it likely is (keys in [brackets] are of {file}):"]
            if ways_out
            else []
        ),
        *ways_out,
    )
