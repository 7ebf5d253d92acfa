"""Runs the human's own command for each task that begins to need them, once.

The keeper does it: who has closed the dashboard wants to be told the most. A dashboard
that shows the task claims its need, and so does whoever is at its terminal.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from swarm.adapters import notice_command
from swarm.adapters.environment import copy_of
from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import needs, notice
from swarm.model.notice import Notice
from swarm.model.task import Task

SECONDS = 1.0
"""Between two looks."""
GRACE_SECONDS = 3.0
"""A need is told if it lasts so long, and nobody who looks at it has claimed it."""

Run = Callable[[notice.Command], None]


@dataclass(frozen=True, slots=True)
class _Pending:
    notice: Notice
    since: float
    """Monotonic."""


class NoticeWatch:
    """Compares the needs of tasks with those of the last look."""

    def __init__(
        self,
        claim: Callable[[str], bool],
        run: Run,
        is_watched: Callable[[int], bool],
    ) -> None:
        """`claim` returns False if a key was claimed before; OSError: nobody knows.

        `is_watched` is true of a task whose terminal someone has before their eyes.
        """
        self._claim = claim
        self._run = run
        self._is_watched = is_watched
        self._keys: dict[int, str] | None = None
        """The key of each task's need; None before the first look."""
        self._pending: dict[int, _Pending] = {}

    @property
    def has_pending(self) -> bool:
        """True if a need waits for its time to be told."""
        return bool(self._pending)

    def look(
        self,
        tasks: Sequence[Task],
        command: Callable[[], Sequence[str]],
        monotonic: float,
    ) -> None:
        """Run the command for what is due; blocks until it has ended.

        It is asked for only if something may be told. What needed a human at the first
        look is not told: an earlier keeper did.
        """
        now = needs.notices(tasks)
        before, self._keys = (
            self._keys,
            {task: each.key for task, each in now.items()},
        )
        if before is None:
            self._pending.clear()
            return
        for task, each in now.items():
            if before.get(task) != each.key:
                self._pending[task] = _Pending(each, monotonic)
        for task, pending in list(self._pending.items()):
            if self._keys.get(task) != pending.notice.key:
                del self._pending[task]
        if self._pending and (words := command()):
            self._tell(words, monotonic)
        else:
            self._pending.clear()

    def _tell(self, command: Sequence[str], monotonic: float) -> None:
        due = {
            task: pending.notice
            for task, pending in self._pending.items()
            if monotonic - pending.since >= GRACE_SECONDS
        }
        fresh = [each for each in due.values() if self._is_ours(each.key)]
        unseen = [each for each in fresh if not self._is_watched(each.task)]
        for task in due:
            del self._pending[task]
        for one in notice.commands(command, unseen):
            self._run(one)

    def _is_ours(self, key: str) -> bool:
        """True as well if the claim cannot be written: better told twice than never."""
        try:
            return self._claim(key)
        except OSError:
            return True


class NeedsLook:
    """The keeper's looks at what needs its human; its caller begins one at a time."""

    def __init__(
        self, context: EngineContext, trouble: Callable[[str, SwarmError], None]
    ) -> None:
        self._context = context
        self._trouble = trouble
        claim = partial(notice_command.claim, context.paths.notices)
        self._watch = NoticeWatch(claim, self._run, context.signals.is_viewed)
        self._changes = -1
        """The journal's changes at the last look."""
        self._next = 0.0

    def is_due(self, monotonic: float) -> bool:
        """True if it is time for a look, which must follow."""
        changes = self._context.journal.changes
        is_news = changes != self._changes or self._watch.has_pending
        if not is_news or monotonic < self._next:
            return False
        self._changes, self._next = changes, monotonic + SECONDS
        return True

    def look(self) -> None:
        """Run what is due; blocks for as long as the human's command does."""
        try:
            tasks = self._context.read().tasks.all()
            self._watch.look(
                tasks,
                lambda: self._context.config().notify.command,
                time.monotonic(),
            )
        except SwarmError as error:
            self._trouble("needs", error)

    def _run(self, command: notice.Command) -> None:
        environment = {**copy_of(os.environ), **command.variables}
        try:
            notice_command.run_command(command.argv, environment)
        except SwarmError as error:
            self._trouble("notify", error)
