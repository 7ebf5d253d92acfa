"""Keeps the preview of the selected task up to date without blocking anything."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.worker import Worker

from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.agent_words import agent_short
from swarm.model.idle import running
from swarm.model.safe_text import safe_line
from swarm.model.task import RUNNING, State, Task
from swarm.plan.naming import TaskNames
from swarm.tui.backend import Backend
from swarm.tui.present import agent_evidence, net_tab, services_tab, task_detail, usage
from swarm.tui.present.formatting import ERROR, MUTED
from swarm.tui.present.task_appearance import display_name
from swarm.tui.widgets.preview import Preview

if TYPE_CHECKING:
    from swarm.model.service_log import ServiceLog

CAPTURE_SECONDS = 0.25
QUIET_CAPTURES = 12
"""After so many captures of an unchanged pane, only each fourth is taken."""
SERVICES_CAPTURES = 4
"""Between two looks at what services printed, while their tab is shown."""
PANE_RULE = "agent output · untrusted · read-only"
SERVICES_RULE = "services' output · untrusted · read-only"
FILES_RULE = "2 goes here · Enter shows a file's changes · h folders"

SIZE_SECONDS = 10.0
"""Between two measurements of the size of the task whose Info tab is shown."""

NO_PANE = frozenset({State.QUEUED, State.PROVISIONING, State.FAILED})
"""States in which no terminal stands behind a task."""

Body = tuple[list[Content], Sequence[str]]
"""Lines, and for each the file that it stands for; no paths if no line does."""


@dataclass(slots=True)
class _Reading:
    """The last reading of one task."""

    task_id: int = 0
    text: str = ""
    """The pane as captured."""
    pane: list[Content] | None = None
    log: str = ""
    log_of: State | None = None
    """FAILED if `log` is the launch's; PROVISIONING if it is the set-up's."""
    diff: list[Content] | None = None
    tree: str = ""
    """The snapshot that `diff` shows."""
    unchanged: int = 0
    """Captures since the pane's text last changed."""
    size: Content | None = None
    """What the task takes on its disk; None until it is measured."""
    services: dict[str, str] = field(default_factory=dict)
    """What runs beside the task, by name, as its plan has it."""
    service_logs: "Sequence[ServiceLog] | None" = None
    service_problem: str = ""
    """Why their output cannot be read."""
    measured: float = -math.inf
    """When it was last measured, or that began."""


class TaskPreview:
    """Draws the selected task; captures its pane at most four times a second."""

    def __init__(
        self,
        widget: Preview,
        backend: Backend,
        clock: Callable[[], float],
        files_body: Callable[[int], Body],
        versions_seen: Callable[[str], Sequence[str]] = lambda _agent: (),
    ) -> None:
        """`files_body` returns the Files tab of the task with that number.

        `versions_seen` returns the versions in which an agent's screens were read.
        """
        self.task: Task | None = None
        self._widget = widget
        self._backend = backend
        self._clock = clock
        self._files_body = files_body
        self._versions_seen = versions_seen
        self._reading = _Reading()
        self._is_capturing = False
        self._is_reading_services = False
        self._is_measuring = False
        """The size of some task is being measured."""
        self._captures = 0

    def start_capturing(self) -> None:
        """Follow the selected pane from now on."""
        self._capture_if_due()
        self._widget.set_interval(CAPTURE_SECONDS, self._capture_if_due)

    def show(self, task: Task | None) -> None:
        """Show this task; what was read of another one is forgotten."""
        if task is None or task.id != self._reading.task_id:
            self._reading = _Reading(task_id=task.id if task else 0)
            self._is_capturing = False
            self._reading.services = self._services_of(task)
            self._widget.has_services = bool(self._reading.services)
        self.task = task
        self.draw()
        is_new = task is not None and self._reading.log_of is not task.state
        if task and (task.setup or (task.state is State.FAILED and is_new)):
            self._work("log", partial(self._read_log, task))
        if task and task.review.tree != self._reading.tree:
            self._work("summary", partial(self._read_diff, task))

    def _services_of(self, task: Task | None) -> dict[str, str]:
        """What runs beside the task, by name; SwarmError by the database."""
        if task is None:
            return {}
        project = self._backend.queries.tasks.plan(task.id).get("project") or {}
        wanted = project.get("service_container") or {}
        return {
            name: str(one.get("recipe") or one.get("image") or "")
            for name, one in sorted(wanted.items())
        }

    def turn(self, step: int) -> None:
        """Show the next tab, or the one before."""
        self._widget.turn(step)
        self.draw()
        self._read_services_if_shown()
        self._widget.lines.scroll_home(animate=False)

    def open(self, tab: str) -> None:
        """Show that tab."""
        self._widget.open(tab)
        self.draw()
        self._read_services_if_shown()
        self._widget.lines.scroll_home(animate=False)

    def draw(self) -> None:
        """Draw all of it from what was read last."""
        widget, task = self._widget, self.task
        if task is None:
            widget.show("Preview", "", [], "")
            widget.lines.show_body([])
            return
        is_pane = widget.tab == "Pane" and self._reading.pane is not None
        aside = f"{safe_line(agent_short(task), 30)} · #{task.id}"
        rules = {"Files": FILES_RULE, "Services": SERVICES_RULE}
        rule = PANE_RULE if is_pane else rules.get(widget.tab, "")
        widget.show(display_name(task), aside, self._facts(task), rule)
        widget.lines.show_body(*self._body(task))

    def _work(self, group: str, work: partial[Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine function in place of what the group runs now."""
        _worker: Worker[None] = self._widget.run_worker(
            work, group=group, exclusive=True, exit_on_error=False
        )

    def _facts(self, task: Task) -> list[Content]:
        """The task's facts, with what its sandbox uses if there is room for a line."""
        used, now = self._backend.queries.tasks.usage(task.id), self._clock()
        if self._widget.tab == "Info":
            self._measure_if_due(task, now)
            size = [self._reading.size] if self._reading.size else []
            return [*usage.facts(task, used, now), *self._idle(task, now), *size]
        if self._widget.tab == "Services":
            return services_tab.states(task, self._reading.services)
        is_narrow = self._widget.screen.has_class("-narrow")
        has_room = task.state is State.LIVE and not is_narrow
        usage_facts = [usage.fact(used)] if used and has_room else []
        return task_detail.facts(task, now) + self._idle(task, now) + usage_facts

    def _idle(self, task: Task, now: float) -> list[Content]:
        """The evidence that a live task does nothing, and what runs in it."""
        if not task.idle_since:
            return []
        commands = self._backend.queries.audit.open_commands(task.id)
        return [task_detail.idle(task.idle_since, running(commands), now)]

    def _body(self, task: Task) -> Body:
        match self._widget.tab:
            case "Diff":
                return self._diff_body(task), ()
            case "Net":
                return net_tab.net_tab(self._backend.queries.events.net(task.id)), ()
            case "Files":
                return self._files_body(task.id)
            case "Services":
                reading = self._reading
                logs, problem = reading.service_logs, reading.service_problem
                return services_tab.output(reading.services, logs, problem), ()
            case "Info":
                plan = self._backend.queries.tasks.plan(task.id)
                seen = self._versions_seen(task.agent)
                evidence = agent_evidence.evidence(task, self._clock(), seen)
                history = self._history(task)
                return task_detail.info(task, plan, history, evidence), ()
            case _:
                return self._pane_body(task), ()

    def _diff_body(self, task: Task) -> list[Content]:
        if not task.review.tree:
            words = " no snapshot yet; r reads the agent's files"
            return [Content.styled(words, MUTED)]
        return self._reading.diff or [Content.styled(" reading …", MUTED)]

    def _pane_body(self, task: Task) -> list[Content]:
        match task.state:
            case State.QUEUED:
                return task_detail.waiting(task)
            case State.PROVISIONING:
                done = task_detail.steps(self._history(task), task, self._clock())
                return [*done, *task_detail.setup(task, self._log(task))]
            case State.FAILED:
                done = task_detail.steps(self._history(task), task, task.changed)
                return task_detail.failure(task, done, self._log(task))
            case _ if self._reading.pane is not None:
                return self._reading.pane
            case _:
                return self._timeline(task)

    def _log(self, task: Task) -> str:
        """The log of what the task does now; empty until that is read."""
        return self._reading.log if self._reading.log_of is task.state else ""

    def _timeline(self, task: Task) -> list[Content]:
        lines = [Content.styled(" no terminal is open for this task", MUTED)]
        return lines + task_detail.timeline(self._history(task)[-30:])

    def _history(self, task: Task) -> list[events.Recorded]:
        return self._backend.queries.events.after(task=task.id)

    def _capture_if_due(self) -> None:
        """Capture the pane, unless it is hidden, being captured, or long unchanged."""
        task, self._captures = self.task, self._captures + 1
        if task is None or self._is_capturing or not self._widget.screen.is_current:
            return
        if task.is_setting_up and not self._captures % 4:
            self._work("log", partial(self._read_log, task))
        if not self._captures % SERVICES_CAPTURES:
            self._read_services_if_shown()
        if self._widget.tab != "Pane" or task.state in NO_PANE:
            return
        unchanged = self._reading.unchanged
        is_quiet = unchanged > QUIET_CAPTURES or task.state is not State.LIVE
        if is_quiet and unchanged and self._captures % 4:
            return
        self._is_capturing = True
        self._work("pane", partial(self._capture, task.id))

    async def _capture(self, task_id: int) -> None:
        name, before = TaskNames("", task_id).pane, self._reading.text
        try:
            text, lines = await asyncio.to_thread(self._captured_lines, name, before)
        except SwarmError as error:
            text, lines = "", [Content.styled(f" {safe_line(error.message)}", ERROR)]
        finally:
            self._is_capturing = False
        if task_id != self._reading.task_id:
            return
        self._reading.unchanged += 1
        if lines is not None or text != self._reading.text:
            is_first = (self._reading.pane is None) != (lines is None)
            self._reading.text, self._reading.pane = text, lines
            self._reading.unchanged = 0
            if is_first:
                self.draw()
            elif self.task and self._widget.tab == "Pane":
                self._widget.lines.show_body(self._pane_body(self.task))

    def _captured_lines(
        self, name: str, before: str
    ) -> tuple[str, list[Content] | None]:
        """The pane's text, and its lines if the text is not as before; blocks."""
        from swarm.tui.present import terminal  # noqa: PLC0415 - after the first paint

        screen = self._backend.panes.capture([name]).get(name)
        if screen is None:
            return "", None
        is_unchanged = before and screen.text == before
        lines = None if is_unchanged else terminal.lines(screen.text.rstrip())
        return screen.text, lines

    def _measure_if_due(self, task: Task, now: float) -> None:
        # One at a time: a look takes seconds, and all threads share few workers.
        is_due = now - self._reading.measured >= SIZE_SECONDS
        if is_due and not task.removed and not self._is_measuring:
            self._reading.measured, self._is_measuring = now, True
            self._work("size", partial(self._measure, task))

    async def _measure(self, task: Task) -> None:
        try:
            size = await asyncio.to_thread(self._backend.task_size, task)
            fact = usage.size(size) if size else None
        except SwarmError as error:
            fact = usage.unknown_size(error.message)
        finally:
            self._is_measuring = False
        if self._reading.task_id != task.id:
            self.draw()  # the task that is shown by now waits for its turn
        elif fact != self._reading.size:
            self._reading.size = fact
            self.draw()

    def _read_services_if_shown(self) -> None:
        """One look at a time; of a task that has ended, one in all."""
        task, reading = self.task, self._reading
        if task is None or self._widget.tab != "Services" or self._is_reading_services:
            return
        is_over = task.state not in RUNNING and task.state is not State.QUEUED
        if not (is_over and reading.service_logs is not None):
            self._is_reading_services = True
            self._work("services", partial(self._read_services, task))

    async def _read_services(self, task: Task) -> None:
        lines, problem = services_tab.lines_of(self._reading.services), ""
        logs = self._reading.service_logs
        try:
            read = self._backend.service_logs
            logs = await asyncio.to_thread(read, task.id, lines)
        except SwarmError as error:
            problem = "; ".join(filter(None, (error.message, error.hint)))
        finally:
            self._is_reading_services = False
        reading = self._reading
        before = (reading.service_logs, reading.service_problem)
        if reading.task_id == task.id and before != (logs, problem):
            reading.service_logs, reading.service_problem = logs, problem
            self.draw()

    async def _read_log(self, task: Task) -> None:
        is_failed = task.state is State.FAILED
        read = self._backend.launch_log if is_failed else self._backend.setup_log
        log = await asyncio.to_thread(read, task.id)
        if self._reading.task_id == task.id:
            self._reading.log, self._reading.log_of = log, task.state
            self.draw()

    async def _read_diff(self, task: Task) -> None:
        self._reading.tree = task.review.tree
        try:
            lines = await asyncio.to_thread(self._diff_summary, task)
        except SwarmError as error:
            lines = [Content.styled(f" {safe_line(error.message)}", ERROR)]
        if self._reading.task_id == task.id:
            self._reading.diff = lines
            self.draw()

    def _diff_summary(self, task: Task) -> list[Content]:
        from swarm.tui.present import diff_tab  # noqa: PLC0415 - not for the first paint

        tree = task.review.tree
        if not tree:
            return []
        changes = self._backend.review.changes(task.id, tree)
        return diff_tab.diff_tab(changes, self._backend.review.hidden(task.id, tree))
