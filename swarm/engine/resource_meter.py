"""Follows what every live sandbox uses, and stores what changed enough to be seen."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from swarm.errors import SwarmError
from swarm.model.usage import Reading, Usage, with_reading
from swarm.ports import Containers
from swarm.store.task_queries import TaskQueries
from swarm.store.usage_writer import UsageWriter

WRITE_SECONDS = 2.0
"""Between two transactions; one holds what is new of all tasks."""
RETRY_SECONDS = 2.0
"""Until a stream that ended is asked for again, while its task is live."""

CPU_STEP = 0.05
"""Cores; less is no news, and a terminal that blinks costs less."""
SHARE_STEP = 1 / 128
"""Of the limit of memory or processes; less is no news."""
FREE_STEP = 32 << 20
"""Bytes of memory where there is no limit, and bytes written."""


@dataclass(slots=True)
class _Followed:
    """One live task's sandbox."""

    box: str
    usage: Usage | None = None
    """As it is now; at first what an earlier keeper knew."""
    told: Usage | None = None
    """As it was last stored."""
    gone: threading.Event = field(default_factory=threading.Event)


class ResourceMeter:
    """A thread waits on each sandbox's stream, and one writes for all of them.

    The engine's line a second wakes a thread for a fraction of a millisecond; one
    thread on all sockets would have to speak HTTP itself, and save little.
    """

    def __init__(
        self,
        containers: Containers,
        writer: UsageWriter,
        read: Callable[[], TaskQueries],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._door = containers
        self._writer = writer
        self._read = read
        self._clock = clock
        self._guard = threading.Lock()
        self._followed: dict[int, _Followed] = {}
        self._left: dict[int, Usage] = {}
        """Of tasks that have ended since the last transaction."""
        self._news = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def follow(self, live: Mapping[int, str]) -> None:
        """From now on these tasks' sandboxes, by name, and no others."""
        for task in self._followed.keys() - live.keys():
            self._leave(task)
        for task in live.keys() - self._followed.keys():
            self._begin(task, live[task])

    def usage(self, task: int) -> Usage | None:
        """What is known now, or what was stored; None before the first reading."""
        with self._guard:
            followed = self._followed.get(task)
        known = followed.usage if followed else None
        return known or self._read().usage(task)

    def newest(self, task: int) -> Usage | None:
        """The newest reading of this keeper's; None before the first."""
        with self._guard:
            followed = self._followed.get(task)
            return followed.usage if followed else None

    def out_of_memory(self, task: int) -> None:
        """The engine told that the kernel killed one of the task's processes."""
        with self._guard:
            followed = self._followed.get(task)
            if followed:
                before = followed.usage or Usage(self._clock())
                followed.usage = replace(before, oom=True)
        self._news.set()

    def close(self) -> None:
        """Store the last of it and end; where streams are open, close the door first.

        `follow` begins anew.
        """
        self.follow({})
        self._ended.set()
        self._news.set()
        for thread in self._threads:
            thread.join(RETRY_SECONDS)
        self._threads.clear()

    def _begin(self, task: int, box: str) -> None:
        """Peaks go on where an earlier keeper left them; its samples are too old."""
        stored = self._read().usage(task)
        known = replace(stored, samples=()) if stored else None
        followed = _Followed(box, known)
        with self._guard:
            self._followed[task] = followed
        if not any(one.name == "usage" and one.is_alive() for one in self._threads):
            self._ended.clear()
            self._start("usage", self._write)
        self._start(f"usage-{task}", self._listen, followed)

    def _start(self, name: str, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, name=name, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _leave(self, task: int) -> None:
        with self._guard:
            followed = self._followed.pop(task)
            followed.gone.set()
            if followed.usage and followed.usage != followed.told:
                self._left[task] = followed.usage
        self._news.set()

    def _listen(self, followed: _Followed) -> None:
        """Until the task is left; a stream that broke is asked for again."""
        while not followed.gone.is_set():
            with contextlib.suppress(SwarmError):
                for reading in self._door.stats(followed.box):
                    if followed.gone.is_set():
                        return
                    self._took(followed, reading)
            followed.gone.wait(RETRY_SECONDS)

    def _took(self, followed: _Followed, reading: Reading) -> None:
        """The engine may stand on another machine; what is stored has our time."""
        reading = replace(reading, at=self._clock())
        with self._guard:
            followed.usage = with_reading(followed.usage, reading)
            is_news = _is_news(followed.usage, followed.told)
        if is_news:
            self._news.set()

    def _write(self) -> None:
        while not self._ended.is_set():
            self._news.wait()
            self._news.clear()
            self._store()
            self._ended.wait(WRITE_SECONDS)
        self._store()

    def _store(self) -> None:
        """What is not history may be lost: the next change tells it anew."""
        with self._guard:
            fresh, self._left = self._left, {}
            for task, followed in self._followed.items():
                if followed.usage and followed.usage != followed.told:
                    fresh[task] = followed.told = followed.usage
        if fresh:
            with contextlib.suppress(SwarmError):
                self._writer.store(fresh)


def _is_news(usage: Usage, told: Usage | None) -> bool:
    """Whether a human would see the difference."""
    if told is None or usage.oom != told.oom or usage.waits != told.waits:
        return True
    memory = usage.memory_limit * SHARE_STEP or FREE_STEP
    pids = max(1.0, usage.pids_limit * SHARE_STEP)
    written = (usage.written or 0) - (told.written or 0)
    return (
        abs(usage.cpu - told.cpu) >= CPU_STEP
        or abs(usage.memory - told.memory) >= memory
        or abs(usage.pids - told.pids) >= pids
        or written >= FREE_STEP
    )
