"""Tells the human of tasks that begin to need them: once, and only if not looked at."""

import time
from collections.abc import Callable, Sequence

from swarm.model.notice import Notice
from swarm.model.task import Task
from swarm.tui.present import needs

QUIET_SECONDS = 5.0
"""The least time between two announcements; what comes meanwhile is told as one."""

SetTimer = Callable[[float, Callable[[], None]], object]
Announce = Callable[[Sequence[Notice]], None]


class Attention:
    """Compares the needs of tasks with those of the last look."""

    def __init__(
        self,
        announce: Announce,
        seen: Callable[[Notice], None],
        count: Callable[[int], None],
        looked_at: Callable[[], int | None],
        set_timer: SetTimer,
    ) -> None:
        """`announce` is called with needs that are new, `seen` with those that the
        human saw begin.

        `count` is called with the number of tasks that wait whenever that changes.
        `looked_at` returns the task that the human has before their eyes, or None.
        """
        self._announce = announce
        self._seen = seen
        self._count = count
        self._looked_at = looked_at
        self._set_timer = set_timer
        self._keys: dict[int, str] | None = None
        """The key of each task's need; None before the first look."""
        self._unannounced: dict[int, Notice] = {}
        self._announced_at = float("-inf")
        self._is_waiting = False
        """A timer will announce what has come meanwhile."""
        self._waiting = 0

    def follow(self, tasks: Sequence[Task]) -> None:
        """Look at the tasks; what needed a human at the first look is not told."""
        now = needs.notices(tasks)
        before, self._keys = (
            self._keys,
            {task: notice.key for task, notice in now.items()},
        )
        if (waiting := needs.waiting(tasks)) != self._waiting:
            self._waiting = waiting
            self._count(waiting)
        if before is None:
            return
        for task, notice in now.items():
            if before.get(task) == notice.key:
                continue
            if task == self._looked_at():
                self._seen(notice)
            else:
                self._unannounced[task] = notice
        gone = [task for task in self._unannounced if task not in now]
        for task in gone:
            del self._unannounced[task]
        self._tell_in_time()

    def _tell_in_time(self) -> None:
        if not self._unannounced or self._is_waiting:
            return
        left = self._announced_at + QUIET_SECONDS - time.monotonic()
        if left > 0:
            self._is_waiting = True
            self._set_timer(left, self._tell_late)
        else:
            self._tell()

    def _tell_late(self) -> None:
        self._is_waiting = False
        if self._unannounced:
            self._tell()

    def _tell(self) -> None:
        told = list(self._unannounced.values())
        self._unannounced.clear()
        self._announced_at = time.monotonic()
        self._announce(told)
