"""Keeps header, task list and events as the store has them."""

import asyncio
from collections import deque
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from swarm.errors import SwarmError
from swarm.model import activity_text, events
from swarm.model.activity import RUIN
from swarm.model.audit_query import Entry, Filter
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.tui.backend import Doors, Options, Project
from swarm.tui.messages import Nudge
from swarm.tui.present import (
    event_text,
    net_tab,
    task_appearance,
    task_detail,
)
from swarm.tui.present.formatting import ERROR, MUTED, WARNING
from swarm.tui.screens.dashboard.preview import Previewing
from swarm.tui.widgets.cached_static import set_titles
from swarm.tui.widgets.empty_state import EmptyState
from swarm.tui.widgets.header import Header
from swarm.tui.widgets.input_bar import InputBar
from swarm.tui.widgets.line_view import LineView
from swarm.tui.widgets.task_list import TaskList

PULL_SECONDS = 0.25
"""The least time between two repaints of list and header."""
EVENTS_SHOWN = 200
FLAGGED = Filter(verdict="flagged")
PANELS = {"1": "#tasks", "2": "#preview-lines", "3": "#events"}


class Fleet(Previewing):
    """Pulls what is stored when nudged, at most four times a second."""

    def __init__(self, doors: Doors, options: Options, repo: str | None) -> None:
        super().__init__(doors, options)
        self.repo = repo
        self.tasks: list[Task] = []
        self.project: Project | None = None
        self.filter = ""
        self._events: deque[Content] = deque(maxlen=EVENTS_SHOWN)
        self._last_event = self._last_deed = -1
        self._keeper = True
        self._waits = False

    def compose_regions(self) -> ComposeResult:
        """Header, list beside preview, events."""
        yield Header()
        with Container(id="panes"):
            yield TaskList()
            yield EmptyState()
            yield from super().compose_regions()
        yield LineView(id="events")
        yield InputBar(id="filter", placeholder="name, agent, state …")

    def on_mount(self) -> None:
        """Draw what is stored before anything else is asked."""
        self.shown.focus()
        self.pull()
        self.call_after_refresh(self._look_around)

    def _look_around(self) -> None:
        """What waits until the first paint is out: it is drawn when it comes."""
        self.pull()
        self.set_interval(1.0, self.pull)
        self.set_interval(2.0, self._ask_keeper)
        self.start_looking()
        self.seed()
        self._ask_keeper()
        self.ask_project()

    @property
    def shown(self) -> TaskList:
        """The tasks."""
        return self.query_one(TaskList)

    @on(Nudge)
    def _nudged(self) -> None:
        """Pull now, or, where that was just done, in a moment, once."""
        if not self._waits:
            self._waits = True
            self.set_timer(0.01, self.pull)
            self.set_timer(PULL_SECONDS, self._rested)

    def _rested(self) -> None:
        self._waits = False
        self.pull()

    def pull(self) -> None:
        """Read what is stored, and repaint what differs."""
        try:
            self.tasks = self._marked(self.doors.queries.tasks.all(self.repo))
            fleet = self.doors.queries.events.fleet()
            self._pull_events()
        except SwarmError as error:
            self.say(f"{error.message}; {error.hint}", WARNING)
            return
        now = self.options.clock()
        self.set_class(not self.tasks, "-empty")
        if self.tasks:
            passing = [task for task in self.tasks if self._passes(task)]
            limit = fleet.max_running
            aside = f"at most {limit} at work" if limit else ""
            self.shown.show_tasks(passing, now, aside, self._filtered(len(passing)))
        else:
            name = self.project.name if self.project else ""
            self.query_one(EmptyState).show(name, fleet, self._keeper)
        self.preview_task(self.shown.chosen if self.tasks else None)
        self.query_one(Header).show(
            self.project,
            task_appearance.counts(self.tasks),
            fleet,
            self._keeper,
            event_text.clock(now, seconds=False),
        )
        self.show_hints()

    def _marked(self, tasks: list[Task]) -> list[Task]:
        """A live task's flags are what the sensor saw, before any snapshot is."""
        flagged = self.doors.queries.audit.flagged()
        return [
            _with_flags(task, flagged[task.id])
            if task.state is State.LIVE and task.id in flagged
            else task
            for task in tasks
        ]

    def _passes(self, task: Task) -> bool:
        fields = (
            task.name,
            task.agent,
            task_appearance.appearance(task).word,
            f"#{task.id}",
        )
        return any(self.filter.lower() in field.lower() for field in fields)

    def _filtered(self, shown: int) -> str:
        if not self.filter:
            return ""
        hidden = len(self.tasks) - shown
        return f"/{safe_line(self.filter, 20)} · {hidden} not shown · Esc clears"

    def _pull_events(self) -> None:
        if self._last_event < 0:
            newest = self.doors.queries.events.last_id()
            self._last_event = max(0, newest - 2 * EVENTS_SHOWN)
            self._last_deed = self.doors.queries.audit.last_action() - EVENTS_SHOWN
        found = self.doors.queries.events.after(self._last_event)
        deeds = self.doors.queries.audit.actions_after(self._last_deed, FLAGGED)
        panel = self.query_one("#events", LineView)
        if not found and not deeds and panel.count:
            return
        self.took(found)
        names = {task.id: task_appearance.display_name(task) for task in self.tasks}
        for recorded in found:
            self._last_event = recorded.id
            self._note(recorded, names)
        for entry in deeds:
            self._last_deed = entry.id
            self._note_deed(entry, names)
        self.draw_events()

    def seed(self) -> None:
        """The first paint is out; a subclass reads what it did not need."""

    def took(self, recorded: list[events.Recorded]) -> None:
        """New events came; a subclass looks at them too."""

    def panel_head(self) -> list[Content]:
        """What stands above the events; a subclass says."""
        return []

    def draw_events(self) -> None:
        """Draw the panel from what is known now."""
        panel, head = self.query_one("#events", LineView), self.panel_head()
        rows = [*head, *self._events]
        panel.set_lines(rows or [Content.styled(" none yet", MUTED)])
        denied = f"Denied {len(head)} · " if head else ""
        set_titles(panel, f"3 {denied}Events")
        self.set_class(not rows, "-no-events")

    def _note(self, recorded: events.Recorded, names: dict[int, str]) -> None:
        """Keep the event, newest first, unless it is of another repository.

        Denials have rows of their own above.
        """
        if isinstance(recorded.event, events.NetDenied):
            return
        told = event_text.describe(recorded.event) or net_tab.told(recorded.event)
        elsewhere = recorded.task is not None and recorded.task not in names
        if told and not elsewhere:
            name = names.get(recorded.task, "") if recorded.task else "swarm"
            self._events.appendleft(task_detail.event_line(recorded.at, name, told))

    def _note_deed(self, entry: Entry, names: dict[int, str]) -> None:
        """A flagged deed is told as it happens; the Files tab has the others."""
        if entry.action and entry.task in names:
            words = activity_text.deed(entry.action)
            is_ruin = entry.action.level == RUIN
            hint = "; z goes back" if is_ruin else ""
            tone = ERROR if is_ruin else WARNING
            told = "⚑", f"{words}  {activity_text.why(entry.action)}{hint}", tone
            name = names[entry.task]
            self._events.appendleft(task_detail.event_line(entry.at, name, told))

    @on(TaskList.Highlighted)
    def _selected(self, message: TaskList.Highlighted) -> None:
        message.stop()
        self.preview_task(message.task)
        self.show_hints()

    @work(group="keeper", exclusive=True, exit_on_error=False)
    async def _ask_keeper(self) -> None:
        self._keeper = await asyncio.to_thread(self.doors.keeper) is not None

    @work(group="project", exclusive=True, exit_on_error=False)
    async def ask_project(self) -> None:
        """Read where the user's checkout stands now."""
        self.project = await asyncio.to_thread(self.doors.project)
        self.pull()

    @on(InputBar.Changed, "#filter")
    def _filter_typed(self, message: InputBar.Changed) -> None:
        self.filter = message.text.strip()
        self.pull()

    @on(InputBar.Submitted, "#filter")
    @on(InputBar.Closed, "#filter")
    def _filter_left(self, message: InputBar.Submitted | InputBar.Closed) -> None:
        if isinstance(message, InputBar.Closed):
            self.filter = ""
        self.query_one("#filter", InputBar).remove_class("-open")
        self.shown.focus()
        self.pull()

    @property
    def running(self) -> int:
        """How many agents are at work."""
        return sum(task.state is State.LIVE for task in self.tasks)


def _with_flags(task: Task, flagged: int) -> Task:
    flags = max(task.review.flags, flagged)
    return replace(task, review=replace(task.review, flags=flags))
