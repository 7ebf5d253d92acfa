"""Pauses a task that takes more disk than it may, or that fills a disk for all."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from swarm.adapters.disk_use import Limits
from swarm.adapters.project_quota import Held
from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.engine.host import task_size
from swarm.engine.tasks import disk_limit
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.disk_room import MIB, Room
from swarm.model.format import age, size
from swarm.model.task import State, Task

DISK = "its disk"
"""What paused a task, as the event has it."""
ALLOWANCE = 256 * MIB
"""A task that a human resumes may grow by this, or by a tenth of its limit."""
WINDOW_SECONDS = 300.0
"""The time over which a task's growth is measured."""
AT_REST_SECONDS = 300.0
"""Between two looks at all sizes while no disk fills."""
QUICK = Limits(entries=100_000, seconds=1.0)
"""A look at one part of one task; a larger one is not wholly seen, and told as more."""


@dataclass(slots=True)
class _Growth:
    """What was seen of one task's size."""

    samples: deque[tuple[float, int]] = field(default_factory=deque)
    """Times and bytes within the window, oldest first."""
    allowed: int = 0
    """Bytes up to which a human let it run on."""
    is_new: bool = True
    """Not looked at since this keeper began, or since it was paused."""

    def add(self, now: float, taken: int) -> None:
        self.samples.append((now, taken))
        while len(self.samples) > 2 and now - self.samples[0][0] > WINDOW_SECONDS:
            self.samples.popleft()

    @property
    def now(self) -> int:
        return self.samples[-1][1]

    @property
    def grown(self) -> int:
        """Bytes since the oldest sample."""
        return self.now - self.samples[0][1]

    @property
    def last_step(self) -> int:
        """Bytes since the sample before."""
        return self.now - self.samples[-2][1] if len(self.samples) > 1 else 0

    @property
    def seconds(self) -> float:
        return self.samples[-1][0] - self.samples[0][0]


class Limiter(Protocol):
    """What the kernel holds tasks to: `disk_limit`."""

    def held(self, context: EngineContext, task: Task) -> Held | None:
        """What one is held to; None if it is not."""

    def raise_to(self, context: EngineContext, task: Task, limit: int) -> None:
        """Hold it to so many bytes."""


class DiskQuota:
    """Looks at the sizes of live tasks, as often as their disks change."""

    def __init__(
        self,
        context: EngineContext,
        clock: Callable[[], float] = time.monotonic,
        limits: Limiter = disk_limit,
    ) -> None:
        self._context = context
        self._limits = limits
        self._clock = clock
        self._tasks: dict[int, _Growth] = {}
        self._measured_at = 0.0
        self._free: dict[str, int] = {}
        """Of each disk, the bytes that were free at the last measurement."""
        self._has_paused = False
        """A task was paused since a disk became full."""

    def look(self, rooms: Mapping[str, Room], filling: Room | None, low: bool) -> None:
        """Measure if something may have grown; pause what is over its bound.

        `filling` is the disk that is full. Blocks for `QUICK.seconds` a part of a task.
        """
        self._has_paused = self._has_paused and filling is not None
        live = self._live()
        held = self._held(live)
        if held:
            limit = self._context.config().disk.task
            for task in live:
                if task.id in held:
                    self._look_at_held(task, held[task.id], limit)
            live = self._live()  # without those that were paused
        if not live or not self._is_due(live, rooms, low):
            return
        self._measure(live, rooms)
        limit = self._context.config().disk.task
        for task in live:
            growth = self._tasks.get(task.id)
            if growth and growth.is_new:
                self._allow_what_is_held(growth, self._limits.held(self._context, task))
            if growth and limit and growth.now > max(limit, growth.allowed):
                self._pause(task, *_over_limit(task, growth.now, limit))
                growth.allowed = growth.now + max(limit // 10, ALLOWANCE)
        if filling is not None:
            self._stop_the_biggest(live, filling)

    def _held(self, live: list[Task]) -> dict[int, Held]:
        """What the kernel holds those to that were measured before."""
        known = {
            task.id: self._limits.held(self._context, task)
            for task in live
            if task.id in self._tasks
        }
        return {task_id: each for task_id, each in known.items() if each is not None}

    def _look_at_held(self, task: Task, known: Held, limit: int) -> None:
        """Pause one that comes to what the kernel holds it to; a resume gives it more.

        The limit follows the settings, in whole MiB: each disk rounds in its own way.
        """
        growth = self._tasks[task.id]
        self._allow_what_is_held(growth, known)
        wanted = -(-max(limit, growth.allowed) // MIB) * MIB if limit else 0
        if disk_limit.is_reached(known) and 0 < wanted <= known.limit:
            self._pause(task, *_at_limit(task, known))
        elif wanted != known.limit:
            self._limits.raise_to(self._context, task, wanted)

    def _allow_what_is_held(self, growth: _Growth, known: Held | None) -> None:
        """Whoever resumed it gave it that, perhaps while another keeper ran."""
        if growth.is_new and known is not None:
            growth.allowed = max(growth.allowed, known.limit)
        growth.is_new = False

    def _live(self) -> list[Task]:
        tasks = self._context.read().tasks.all()
        live = [task for task in tasks if task.state is State.LIVE and not task.paused]
        known = {task.id for task in tasks if task.state is State.LIVE}
        self._tasks = {n: seen for n, seen in self._tasks.items() if n in known}
        return live

    def _is_due(self, live: list[Task], rooms: Mapping[str, Room], low: bool) -> bool:
        is_new = any(task.id not in self._tasks for task in live)
        is_old = self._clock() - self._measured_at > AT_REST_SECONDS
        return is_new or is_old or low or any(map(self._has_shrunk, rooms.values()))

    def _has_shrunk(self, room: Room) -> bool:
        before = self._free.get(room.path, room.free)
        return before - room.free > max(4 * MIB, room.floor // 8)

    def _measure(self, live: list[Task], rooms: Mapping[str, Room]) -> None:
        context, now = self._context, self._clock()
        sizes = task_size.measure(
            context.paths, context.containers, context.read(), live, QUICK
        )
        for task_id, measured in sizes.items():
            growth = self._tasks.setdefault(task_id, _Growth())
            growth.add(now, measured.total.bytes)
        self._measured_at = now
        self._free = {path: room.free for path, room in rooms.items()}

    def _stop_the_biggest(self, live: list[Task], filling: Room) -> None:
        """The one that grew most; after it only those that go on growing."""
        by_growth: dict[int, int] = {}
        for task in live:
            growth = self._tasks.get(task.id)
            if growth:
                seen = growth.last_step if self._has_paused else growth.grown
                by_growth[task.id] = seen
        biggest = max(live, key=lambda task: by_growth.get(task.id, 0))
        grown = by_growth.get(biggest.id, 0)
        if grown >= MIB:
            seconds = self._tasks[biggest.id].seconds
            self._pause(biggest, *_fills(biggest, filling, grown, seconds))
            self._has_paused = True

    def _pause(self, task: Task, reason: str, hint: str) -> None:
        context = self._context
        with context.locks.of(task.id):
            now = context.read().tasks.get(task.id)
            if now.state is not State.LIVE or now.paused:
                return
            freezing.freeze(context, task.id)
            context.journal.record(task.id, events.TaskPaused(DISK, reason, hint))
            if growth := self._tasks.get(task.id):
                growth.is_new = True


def give_more(context: EngineContext, task: Task, limits: Limiter = disk_limit) -> None:
    """Let a task that came to its limit write a little more; ToolError."""
    known = limits.held(context, task)
    if known and disk_limit.is_reached(known):
        more = max(known.limit // 10, ALLOWANCE)
        limits.raise_to(context, task, known.limit + more)


def look_safely(
    quota: DiskQuota, rooms: Mapping[str, Room], filling: Room | None, low: bool
) -> SwarmError | None:
    """A look whose failure is returned: the next one tries again."""
    try:
        quota.look(rooms, filling, low)
    except SwarmError as error:
        return error
    return None


def _over_limit(task: Task, taken: int, limit: int) -> tuple[str, str]:
    return (
        f"it takes {size(taken)} of disk, more than its limit of {size(limit)}",
        f"delete files in its worktree, or raise `task` under [disk], then `swarm "
        f"resume {task.id}`; or `swarm stop {task.id}` and discard it",
    )


def _at_limit(task: Task, held: Held) -> tuple[str, str]:
    return (
        f"its files take {size(held.used)} of the {size(held.limit)} that they may: "
        "the disk refuses what is more",
        f"`swarm resume {task.id}` gives it a little more to tidy up with; delete "
        f"files in its worktree, or raise `task` under [disk]; or `swarm stop "
        f"{task.id}` and discard it",
    )


def _fills(task: Task, filling: Room, grown: int, seconds: float) -> tuple[str, str]:
    return (
        f"the disk of {filling.path} is full, and this task grew most: "
        f"{size(grown)} in {age(seconds)}",
        f"make room (`swarm ls --size`), then `swarm resume {task.id}`; "
        f"or `swarm stop {task.id}` and discard it",
    )
