"""Watches the disks that tasks need: warns, and stops what fills them."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.host.disk_room import measured_room
from swarm.engine.tasks.disk_quota import DiskQuota, look_safely
from swarm.errors import SwarmError
from swarm.model import disk_room, events
from swarm.model.disk_room import Level, Room
from swarm.store import reserve

ENGINE_SECONDS = 60.0
"""Between two questions for the container engine's data directory."""
_WORSE = {"ok": 0, "low": 1, "full": 2}
_LOG = logging.getLogger(__name__)


class RoomWatch:
    """One look costs a system call a disk; only a disk that fills costs more."""

    def __init__(
        self,
        context: EngineContext,
        hold_audit: Callable[[bool], None],
        on_room: Callable[[], None],
    ) -> None:
        """`hold_audit` hears at each look whether the home's disk is full.

        `on_room` is called when a disk that was full has room again.
        """
        self._context = context
        self._hold_audit = hold_audit
        self._on_room = on_room
        self._quota = DiskQuota(context)
        self._levels: dict[str, Level] = {}
        self._told_level = context.read().events.fleet().disk or "ok"
        self._told_path = ""
        """Empty while there is room, and if an earlier keeper told of the level."""
        self._engine_root: Path | None = None
        self._asked_engine = -ENGINE_SECONDS
        self._look = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether a disk was full at the last look."""
        return "full" in self._levels.values()

    def look(self) -> None:
        """One look; returns at once if one is under way, as on a disk that hangs."""
        if self._look.acquire(blocking=False):
            try:
                self._look_at_all()
            finally:
                self._look.release()

    def _look_at_all(self) -> None:
        rooms = self._measured()
        was_full = self.is_full
        self._levels = {
            path: disk_room.level(measured, self._levels.get(path, "ok"))
            for path, measured in rooms.items()
        }
        self._context.disks.set(tuple(Path(path) for path in rooms))
        self._tend_home(rooms)
        worst = max(
            rooms.values(),
            key=lambda one: (_WORSE[self._levels[one.path]], -one.free),
            default=None,
        )
        if worst is None:
            return
        level = self._levels[worst.path]
        self._tell(worst, level)
        filling = worst if level == "full" else None
        if error := look_safely(self._quota, rooms, filling, level != "ok"):
            _LOG.warning("sizes of tasks: %s", error)
        if was_full and level != "full":
            self._on_room()

    def _measured(self) -> dict[str, Room]:
        """The room on each disk, by the first path that leads to it."""
        rooms: dict[str, Room] = {}
        seen = set()
        for path in self._paths():
            try:
                device, measured = path.stat().st_dev, measured_room(path)
            except OSError:
                continue
            if device not in seen:
                seen.add(device)
                rooms[measured.path] = measured
        return rooms

    def _paths(self) -> list[Path]:
        paths = [self._context.paths.home]
        try:
            worktrees = self._context.config().worktrees
        except SwarmError:
            worktrees = ""
        if worktrees:
            paths.append(Path(worktrees).expanduser())
        now = time.monotonic()
        if now - self._asked_engine >= ENGINE_SECONDS:
            self._asked_engine = now
            self._engine_root = self._root_of_engine()
        return [*paths, self._engine_root] if self._engine_root else paths

    def _root_of_engine(self) -> Path | None:
        """The engine's data directory, if it lies on this machine."""
        try:
            root = self._context.containers.facts().root
        except SwarmError:
            return self._engine_root
        return Path(root) if root and Path(root).is_dir() else None

    def _tend_home(self, rooms: dict[str, Room]) -> None:
        """Have the audit wait while it is full; make the reserve whole if it can be."""
        home = rooms.get(str(self._context.paths.home))
        if home is None:
            return
        self._hold_audit(self._levels[home.path] == "full")
        database = self._context.paths.database
        if not reserve.is_whole(database):
            reserve.take(database, home.free)

    def _tell(self, worst: Room, level: Level) -> None:
        """Once for each crossing; what cannot be written is told as soon as it can."""
        is_other = bool(self._told_path) and self._told_path != worst.path
        if level == self._told_level and (level == "ok" or not is_other):
            return
        words = disk_room.warning(worst) if level != "ok" else ""
        event = events.DiskRoom(level, worst.path, worst.free, words)
        try:
            self._context.journal.record(None, event)
        except SwarmError as error:
            _LOG.warning("%s; and it cannot be recorded: %s", words, error)
        else:
            self._told_level = level
            self._told_path = worst.path if level != "ok" else ""
