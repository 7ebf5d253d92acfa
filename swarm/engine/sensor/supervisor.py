"""Chooses the sensor, keeps the list of observed sandboxes, recovers a lost sensor."""

import functools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from swarm.engine.host.container_client import Line
from swarm.engine.sensor.client import SensorClient
from swarm.engine.sensor.log_follower import InBase, LogFollower
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.activity import Leftover
from swarm.plan.sensor_container import ID_LENGTH
from swarm.store.journal import Journal

EBPF, INOTIFY = "ebpf", "inotify"


class Fallback(Protocol):
    """The sensor that works everywhere and sees less."""

    blind_to: tuple[str, ...]

    def add(self, container: str, root: Path) -> None: ...

    def drop(self, container: str) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ObservedSandbox:
    """A sandbox to observe."""

    task: int
    container: str
    """The full container id."""
    root: Path
    """Its worktree on the host."""
    in_base: InBase


class SensorSupervisor:
    """Safe for several threads; a new sensor observes the same sandboxes."""

    def __init__(
        self,
        sensor: SensorClient,
        fallback: Fallback,
        follower: LogFollower,
        journal: Journal,
        setting: Callable[[], str],
    ) -> None:
        """`setting` returns `auto`, `ebpf` or `inotify`."""
        self._sensor = sensor
        self._fallback = fallback
        self._journal = journal
        self._setting = setting
        self._guard = threading.RLock()
        self._sandboxes: dict[str, ObservedSandbox] = {}
        self._lost: dict[str, int] = {}
        self._inherited: frozenset[str] = frozenset()
        """Sandboxes that the sensor observed before this keeper reached it."""
        self._kind = ""
        self._down = 0.0
        self.follower = follower

    def set_lost_handler(self, on_lost: Callable[[str], None]) -> None:
        """Call `on_lost` with the reason if the sensor ends without being asked."""
        self._sensor.set_lost_handler(on_lost)

    @property
    def is_down(self) -> bool:
        """True if a sensor ended and none has replaced it."""
        return not self._kind and self._down > 0

    @property
    def sees_commands(self) -> bool:
        """True if the sensor tells of commands, and not of files alone."""
        return self._kind == EBPF

    def prepare(self) -> None:
        """Start the sensor before a sandbox needs it, if it is not up.

        Blocks for about a second. That none can be started is told by `begin`.
        """
        with self._guard, suppress(SwarmError):
            self._up()

    def begin(self, sandbox: ObservedSandbox) -> None:
        """Observe a sandbox that is about to start: its first program is seen."""
        self._observe(sandbox, runs=False)

    def resume(self, sandbox: ObservedSandbox) -> bool:
        """Observe a running sandbox; True if it was not observed until now."""
        short = sandbox.container[:ID_LENGTH]
        with self._guard:
            was_observed = short in self._sandboxes
            self._observe(sandbox, runs=True)
            return not was_observed and short not in self._inherited

    def last_seen(self, container: str) -> float:
        """The time of the newest line about the container; 0 if there is none."""
        try:
            return self._sensor.newest(container).stat().st_mtime
        except OSError:
            return 0.0

    def end(self, task: int, container: str = "") -> list[Leftover]:
        """Stop observing an ended sandbox; blocks until all of its lines are stored.

        All of the task's, if no container is named. Returns the processes that ended
        with it.
        """
        with self._guard:
            ended = [
                each
                for each in self._sandboxes.values()
                if each.task == task and container in ("", each.container)
            ]
            for sandbox in ended:
                del self._sandboxes[sandbox.container[:ID_LENGTH]]
                if self._kind:
                    drop = functools.partial(self._active().drop, sandbox.container)
                    self._record_trouble(drop)
        shorts = [sandbox.container[:ID_LENGTH] for sandbox in ended]
        return [process for short in shorts for process in self.follower.end(short)]

    def on_line(self, line: Line) -> None:
        """React to a line in which the sensor reports about itself."""
        short = str(line.get("id", ""))
        match line.get("op"):
            case "grew":
                self.follower.grew(short)
            case "lost":
                self._record_lost(short, int(line.get("events", 0)))
            case "full_disk":
                self._record_gap(short, 1, "the disk is full")
            case _:
                pass

    def on_sensor_lost(self, reason: str) -> None:
        """Record that the sensor ended without being asked to."""
        with self._guard:
            self._kind, self._down = "", time.time()
        self._journal.record(None, events.SensorDown(reason[-300:]))

    def recover(self, changed: Callable[[ObservedSandbox], int]) -> None:
        """Start a sensor again, and record for each task how long it was unobserved.

        `changed` counts the paths that changed meanwhile. Blocks for about a second;
        SwarmError if no sensor starts.
        """
        with self._guard:
            since, sandboxes = self._down, list(self._sandboxes.values())
            for sandbox in sandboxes:
                self._observe(sandbox, runs=True)
        for sandbox in sandboxes:
            self._record_unobserved(sandbox, since, changed(sandbox))

    def forget_others(self) -> None:
        """Stop observing sandboxes that only an earlier keeper knew."""
        with self._guard:
            if self._kind == EBPF:
                for short in set(self._sensor.observed()) - set(self._sandboxes):
                    self._record_trouble(functools.partial(self._sensor.drop, short))

    def close(self, is_needed: bool = True) -> None:
        """Hang up; the sensor goes on, and the next keeper reads what it writes.

        A sensor that observes no sandbox ends. One that this keeper never asked for may
        observe some for an earlier keeper: it ends if it is not `is_needed`.
        """
        if not self._sandboxes and (self._kind == EBPF or not is_needed):
            self._record_trouble(self._sensor.remove)
        else:
            self._sensor.close()
        self._kind, self._down = "", 0.0
        self._fallback.close()
        self.follower.close()

    def _observe(self, sandbox: ObservedSandbox, runs: bool) -> None:
        short = sandbox.container[:ID_LENGTH]
        with self._guard:
            self._up()
            self.follower.follow(short, sandbox.task, sandbox.in_base)
            is_new = short not in self._sandboxes
            self._sandboxes[short] = sandbox
            if self._kind == EBPF:
                self._sensor.add(sandbox.container, runs)
            else:
                self._fallback.add(sandbox.container, sandbox.root)
        if is_new:
            self._journal.record(sandbox.task, events.Observed(short, self._kind))

    def _up(self) -> None:
        """Start the eBPF sensor, or the fallback with the reason."""
        if self._kind:
            return
        setting, why = self._setting(), "the settings say so"
        if setting != INOTIFY:
            try:
                self._sensor.up()
            except SwarmError as error:
                if setting == EBPF:
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

    def _active(self) -> "SensorClient | Fallback":
        return self._sensor if self._kind == EBPF else self._fallback

    def _record_unobserved(
        self, sandbox: ObservedSandbox, since: float, changed: int
    ) -> None:
        gap = events.ObservationGap(since, max(0.0, time.time() - since), changed)
        self._record_trouble(lambda: self._journal.record(sandbox.task, gap))

    def _record_lost(self, short: str, total: int) -> None:
        """Record new losses; the sensor counts all since the sandbox's start."""
        missed = total - self._lost.get(short, 0)
        self._lost[short] = total
        if missed > 0:
            self._record_gap(short, missed, "there were too many at once")

    def _record_gap(self, short: str, missed: int, why: str) -> None:
        sandbox = self._sandboxes.get(short)
        if sandbox:
            gap = events.SensorGap(missed, why)
            self._record_trouble(lambda: self._journal.record(sandbox.task, gap))

    def _record_trouble(self, call: Callable[[], object]) -> None:
        try:
            call()
        except SwarmError as error:
            self._journal.record(None, events.Trouble("sensor", error.message))
