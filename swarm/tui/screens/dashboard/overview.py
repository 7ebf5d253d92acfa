"""Keeps the header and the task list as the store has them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from swarm.model import format
from swarm.model.idle import with_idleness
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.store.event_queries import Fleet
from swarm.tui.backend import Backend, Project
from swarm.tui.present import task_appearance
from swarm.tui.widgets.empty_state import EmptyState
from swarm.tui.widgets.header import Header
from swarm.tui.widgets.task_list import TaskList


class Overview:
    """Owns the widgets of the fleet: header, task list, and what stands for no task."""

    def __init__(
        self,
        backend: Backend,
        clock: Callable[[], float],
        repo: str | None,
        after_limit: Callable[[], str] = lambda: "ask",
    ) -> None:
        """`after_limit` returns what counts for a task without a choice of its own."""
        self.header = Header()
        self.task_list = TaskList()
        self.empty_state = EmptyState()
        self.tasks: list[Task] = []
        """All of the repository, whether the filter shows them or not."""
        self.project: Project | None = None
        self.filter = ""
        self.marks: frozenset[int] = frozenset()
        self._backend = backend
        self._clock = clock
        self._repo = repo
        self._after_limit = after_limit
        self._choice = ""
        """What `after_limit` said last; empty before it was first asked."""
        self._fleet = Fleet()
        self._keeper_lives = True
        self.trouble = ""
        """What became of the home, in one sentence; empty if all is well."""

    @property
    def selected(self) -> Task | None:
        """The task under the cursor, as it was last read."""
        return self.task_list.chosen if self.tasks else None

    @property
    def running(self) -> int:
        """The number of agents at work."""
        return sum(task.state is State.LIVE for task in self.tasks)

    def read(self) -> None:
        """Read tasks and fleet from the store; SwarmError if that fails."""
        tasks = self._backend.queries.tasks.all(self._repo)
        flags = self._backend.queries.audit.flagged()
        used = self._backend.queries.tasks.usages() if self._keeper_lives else {}
        now = self._clock()
        self.tasks = [
            self._with_choice(
                with_idleness(_with_live_flags(task, flags.get(task.id, 0)), use, now)
            )
            for task in tasks
            for use in (used.get(task.id),)
        ]
        self._fleet = self._backend.queries.events.fleet()

    def _with_choice(self, task: Task) -> Task:
        """A task that met a limit, with what counts for it after that."""
        if task.resume_after_limit or not task.agent_status or not task.limit:
            return task
        self._choice = self._choice or self._after_limit()
        return replace(task, resume_after_limit=self._choice)

    @property
    def disk_words(self) -> str:
        """The warning about a disk that fills; empty while there is room."""
        return self._fleet.disk_words if self._fleet.disk else ""

    @property
    def passing(self) -> list[Task]:
        """The tasks that the filter lets through."""
        return [task for task in self.tasks if self._passes(task)]

    def draw_tasks(self, note: str = "") -> None:
        """Draw the list, or the lesson that stands in its place.

        The note stands in the lower edge, before that on the filter.
        """
        if not self.tasks:
            name = self.project.name if self.project else ""
            self.empty_state.show(name, self._fleet, self._keeper_lives)
            return
        passing = self.passing
        limit = self._fleet.max_running
        aside = f"at most {limit} at work" if limit else ""
        below = " · ".join(filter(None, (note, self._filter_note(len(passing)))))
        self.task_list.show_tasks(passing, self._clock(), aside, below, self.marks)

    def draw_header(self) -> None:
        """Draw the top line."""
        self.header.show(
            self.project,
            task_appearance.counts(self.tasks),
            self._fleet,
            self._keeper_lives,
            not self.trouble,
            format.clock(self._clock(), seconds=False),
        )

    async def check_keeper(self) -> None:
        """Ask whether home and keeper are there; the next drawing shows it."""
        self.trouble = await asyncio.to_thread(self._backend.home_trouble)
        pid = None
        with suppress(OSError):  # the home does not answer: `trouble` says so
            pid = await asyncio.to_thread(self._backend.keeper_pid)
        self._keeper_lives = pid is not None
        if self._choice:
            self._choice = await asyncio.to_thread(self._after_limit)

    async def read_project(self) -> None:
        """Read where the user's checkout stands; the next drawing shows it."""
        self.project = await asyncio.to_thread(self._backend.project)

    def _passes(self, task: Task) -> bool:
        word = task_appearance.appearance(task).word
        fields = (task.name, task.agent, word, f"#{task.id}")
        return any(self.filter.lower() in field.lower() for field in fields)

    def _filter_note(self, passing: int) -> str:
        if not self.filter:
            return ""
        hidden = len(self.tasks) - passing
        return f"/{safe_line(self.filter, 20)} · {hidden} not shown · Esc clears"


def _with_live_flags(task: Task, flags: int) -> Task:
    """Before its first snapshot a live task has only the flags that the sensor saw."""
    if task.state is not State.LIVE or flags <= task.review.flags:
        return task
    return replace(task, review=replace(task.review, flags=flags))
