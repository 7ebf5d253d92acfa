"""Describes the services beside a task, and the end of what each printed."""

from collections.abc import Collection, Iterable, Mapping

from textual.content import Content

from swarm.model import format, service_text
from swarm.model.safe_text import safe_line
from swarm.model.service_log import ServiceLog
from swarm.model.task import ServiceState, State, Task
from swarm.tui.present import formatting
from swarm.tui.present.formatting import ERROR, GOOD, KEY, MUTED, WARNING

ONE_LINES = 300
"""The last lines that are shown of a task's only service."""
EACH_LINES = 12
"""Of each, where there are several."""
MOST_STATES = 6
"""Services that have a line of their own above the rule."""
_NOT_YET = (State.QUEUED, State.PROVISIONING)


def lines_of(wanted: Collection[str]) -> int:
    """The lines of each service's output that the tab has room for."""
    return ONE_LINES if len(wanted) == 1 else EACH_LINES


def states(task: Task, wanted: Mapping[str, str]) -> list[Content]:
    """A line for each service, drawn above the rule, and what can be done.

    `wanted` has what each is, by name.
    """
    known = {one.name: one for one in task.services}
    rows = [_state(task, name, wanted[name], known.get(name)) for name in wanted]
    if more := len(rows[MOST_STATES:]):
        # Those that need somebody first.
        rows.sort(key=lambda row: row.plain.startswith(" ● "))
        words = f" and {format.plural(more, 'other')}; `swarm show` has all"
        rows = [*rows[:MOST_STATES], Content.styled(words, MUTED)]
    return [*rows, *_ways_on(task)]


def output(
    wanted: Iterable[str], logs: Iterable[ServiceLog] | None, problem: str = ""
) -> list[Content]:
    """The end of each service's output; the newest line of the last one is followed.

    `logs` are None until they are read, `problem` says why they cannot be.
    """
    if problem:
        return [Content.styled(f" {safe_line(problem)}", ERROR)]
    if logs is None:
        return [Content.styled(" reading …", MUTED)]
    by_name = {log.name: log for log in logs}
    names = list(wanted)
    out: list[Content] = []
    for name in names:
        out += _output(name, by_name.get(name), lines_of(names))
    return out[1:]


def _state(task: Task, name: str, what: str, known: ServiceState | None) -> Content:
    if known is None:
        words = {
            State.QUEUED: "starts with the task",
            State.PROVISIONING: "does not answer yet",
        }.get(task.state, "ended with the task")
        mark, tone = (" ◌ ", MUTED), MUTED
        words = f"{safe_line(what, 80)}, {words}"
    else:
        mark, tone = _mark(known)
        words = service_text.state(known)
    return Content.assemble(mark, f"{_name(name)} ", (words, tone))


def _mark(known: ServiceState) -> tuple[tuple[str, str], str]:
    if known.starting or known.again_at is not None:
        return (" ◌ ", WARNING), WARNING
    return ((" ✕ ", ERROR), ERROR) if known.ended else ((" ● ", GOOD), "")


def _name(name: str) -> str:
    return formatting.fit_name(safe_line(name, 40), 14)


def _ways_on(task: Task) -> list[Content]:
    """What the human can do, or should know; empty where all is as it should be."""
    if task.state in _NOT_YET:
        words = " they answer before the set-up and the agent begin, at its localhost"
        return [Content.styled(words, MUTED)]
    if any(known.ended and known.again_at is None for known in task.services):
        return [Content.assemble((" R ", KEY), "starts again what has ended")]
    return []


def _output(name: str, log: ServiceLog | None, most: int) -> list[Content]:
    past = ", of its last life" if log and log.is_past else ""
    title = Content.styled(f" {safe_line(name, 40)}{past}", "bold")
    lines = [line for line in (log.text if log else "").splitlines() if line.strip()]
    if not lines:
        words = "has printed nothing yet" if log else "has no output to show"
        return [Content(""), title, Content.styled(f"  {words}", MUTED)]
    shown = [Content(f"  {safe_line(line)}") for line in lines[-most:]]
    return [Content(""), title, *shown]
