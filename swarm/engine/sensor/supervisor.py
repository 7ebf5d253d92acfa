"""Which sensor is at work, whom it observes, and what happens when it ends."""

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from swarm.engine.host.container_client import Line
from swarm.engine.sensor.client import SensorClient
from swarm.engine.sensor.log_follower import InBase, LogFollower
from swarm.errors import SwarmError
from swarm.model import events
from swarm.plan.sensor_container import ID_LENGTH
from swarm.store.journal import Journal

EBPF, INOTIFY = "ebpf", "inotify"


class Fallback(Protocol):
    """What sees less, and is there everywhere."""

    blind_to: tuple[str, ...]

    def add(self, container: str, root: Path) -> None: ...

    def drop(self, container: str) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ObservedSandbox:
    """A sandbox to observe."""

    task: int
    container: str
    """Its id, whole."""
    root: Path
    """Its worktree on the host."""
    in_base: InBase


class SensorSupervisor:
    """Safe for several threads; what it observes survives the sensor's death."""

    def __init__(
        self,
        sensor: SensorClient,
        fallback: Fallback,
        follower: LogFollower,
        journal: Journal,
        wanted: Callable[[], str],
    ) -> None:
        """`wanted` is the setting: `auto`, `ebpf` or `inotify`."""
        self._sensor = sensor
        self._fallback = fallback
        self._journal = journal
        self._wanted = wanted
        self._guard = threading.RLock()
        self._subjects: dict[str, ObservedSandbox] = {}
        self._lost: dict[str, int] = {}
        self._inherited: frozenset[str] = frozenset()
        """Whom the sensor observed when this keeper first spoke to it."""
        self._kind = ""
        self._down = 0.0
        self.follower = follower

    def set_lost_handler(self, on_lost: Callable[[str], None]) -> None:
        """Call `on_lost` with the reason if the sensor ends without being asked."""
        self._sensor.set_lost_handler(on_lost)

    @property
    def is_down(self) -> bool:
        """Whether a sensor ended and none is in its place."""
        return not self._kind and self._down > 0

    def begin(self, subject: ObservedSandbox) -> None:
        """Observe a sandbox that is about to start: its first program is seen."""
        self._observe(subject, runs=False)

    def resume(self, subject: ObservedSandbox) -> bool:
        """Observe one that runs already; whether nobody did until now."""
        short = subject.container[:ID_LENGTH]
        with self._guard:
            known = short in self._subjects
            self._observe(subject, runs=True)
            return not known and short not in self._inherited

    def last_seen(self, container: str) -> float:
        """When a line about the container was last written; 0 for never."""
        try:
            return self._sensor.newest(container).stat().st_mtime
        except OSError:
            return 0.0

    def end(self, task: int) -> None:
        """The task's sandbox has ended; blocks until all of its lines are stored."""
        with self._guard:
            mine = [s for s in self._subjects.values() if s.task == task]
            for subject in mine:
                del self._subjects[subject.container[:ID_LENGTH]]
                if self._kind:
                    drop = functools.partial(self._at_work().drop, subject.container)
                    self._quietly(drop)
        for subject in mine:
            self.follower.end(subject.container[:ID_LENGTH])

    def on_line(self, line: Line) -> None:
        """React to a line that a sensor says of itself."""
        short = str(line.get("id", ""))
        match line.get("op"):
            case "grew":
                self.follower.grew(short)
            case "lost":
                self._missed(short, int(line.get("events", 0)))
            case "full_disk":
                self._gap(short, 1, "the disk is full")
            case _:
                pass

    def on_sensor_lost(self, reason: str) -> None:
        """Record that the sensor ended without having been asked to."""
        with self._guard:
            self._kind, self._down = "", time.time()
        self._journal.record(None, events.SensorDown(reason[-300:]))

    def recover(self, changed: Callable[[ObservedSandbox], int]) -> None:
        """Start a sensor anew, and tell of each task how long nobody saw it.

        `changed` counts the paths that differ from what was known. Blocks for about a
        second; SwarmError where no sensor comes up.
        """
        with self._guard:
            since, subjects = self._down, list(self._subjects.values())
            for subject in subjects:
                self._observe(subject, runs=True)
        for subject in subjects:
            self._unobserved(subject, since, changed(subject))

    def forget_others(self) -> None:
        """What an earlier keeper observed and no task is at work in is let go."""
        with self._guard:
            if self._kind == EBPF:
                for short in set(self._sensor.observed()) - set(self._subjects):
                    self._quietly(functools.partial(self._sensor.drop, short))

    def close(self) -> None:
        """Hang up; the sensor goes on, and writes down what the next keeper reads.

        Where it observes nobody it ends.
        """
        if self._kind == EBPF and not self._subjects:
            self._quietly(self._sensor.remove)
        else:
            self._sensor.close()
        self._kind, self._down = "", 0.0
        self._fallback.close()
        self.follower.close()

    def _observe(self, subject: ObservedSandbox, runs: bool) -> None:
        short = subject.container[:ID_LENGTH]
        with self._guard:
            self._up()
            self.follower.follow(short, subject.task, subject.in_base)
            is_new = short not in self._subjects
            self._subjects[short] = subject
            if self._kind == EBPF:
                self._sensor.add(subject.container, runs)
            else:
                self._fallback.add(subject.container, subject.root)
        if is_new:
            self._journal.record(subject.task, events.Observed(short, self._kind))

    def _up(self) -> None:
        """The better sensor where it can be had, else the other, and why."""
        if self._kind:
            return
        wanted, why = self._wanted(), "the settings say so"
        if wanted != INOTIFY:
            try:
                self._sensor.up()
            except SwarmError as error:
                if wanted == EBPF:
                    raise
                why = error.message[-300:]
            else:
                self._kind = EBPF
                self._inherited = frozenset(self._sensor.observed())
                self._journal.record(None, events.SensorUp(EBPF))
                return
        self._kind = INOTIFY
        blind = ", ".join(self._fallback.blind_to)
        self._journal.record(None, events.SensorUp(INOTIFY, why, blind))

    def _at_work(self) -> "SensorClient | Fallback":
        return self._sensor if self._kind == EBPF else self._fallback

    def _unobserved(self, subject: ObservedSandbox, since: float, found: int) -> None:
        gap = events.ObservationGap(since, max(0.0, time.time() - since), found)
        self._quietly(lambda: self._journal.record(subject.task, gap))

    def _missed(self, short: str, total: int) -> None:
        """The sensor counts from a sandbox's start."""
        missed = total - self._lost.get(short, 0)
        self._lost[short] = total
        if missed > 0:
            self._gap(short, missed, "there were too many at once")

    def _gap(self, short: str, missed: int, why: str) -> None:
        subject = self._subjects.get(short)
        if subject:
            gap = events.SensorGap(missed, why)
            self._quietly(lambda: self._journal.record(subject.task, gap))

    def _quietly(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except SwarmError as error:
            self._journal.record(None, events.Trouble("sensor", error.message))
