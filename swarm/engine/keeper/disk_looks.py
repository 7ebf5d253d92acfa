"""Looks at the home and its disks, and makes up for what had no room."""

import logging
import time
from collections.abc import Callable

from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.home_watch import HomeWatch
from swarm.engine.keeper.open_wishes import OpenWishes
from swarm.engine.keeper.recovery import Recovery
from swarm.engine.parts import EngineParts
from swarm.engine.room_watch import RoomWatch
from swarm.errors import SwarmError

MISSED_SECONDS = 10.0
"""Between two attempts at what could not be done, if no disk is known to be full."""

_LOG = logging.getLogger(__name__)


class DiskLooks:
    """One look after the other, each in a thread: a disk may hang."""

    def __init__(
        self,
        parts: EngineParts,
        engine: ContainerEventWatcher,
        wishes: OpenWishes,
        recovery: Recovery,
        on_home_gone: Callable[[str], None],
    ) -> None:
        """`on_home_gone` gets a sentence that names the sandboxes that were frozen."""
        context = parts.context
        self._context = context
        self._engine = engine
        self._wishes = wishes
        self._recovery = recovery
        self._home = HomeWatch(context, on_home_gone, recovery.make_up)
        hold_audit = parts.sensor.follower.hold
        self._room = RoomWatch(context, hold_audit, recovery.make_up)
        self._next_missed = 0.0

    def look(self) -> None:
        """One look; raises nothing."""
        try:
            if self._home.look():
                self._look_at_room()
        except SwarmError as error:
            _LOG.warning("the home: %s", error)

    def leave_home(self) -> str:
        """Freeze all sandboxes once more, as `HomeWatch.leave` does."""
        return self._home.leave()

    def _look_at_room(self) -> None:
        self._wishes.record_missing_answers()
        try:
            self._room.look()
        except SwarmError as error:
            _LOG.warning("the room on disks: %s", error)
        if self._context.disks.has_missed and self._engine.up:
            self._make_up()

    def _make_up(self) -> None:
        now = time.monotonic()
        if not self._room.is_full and now >= self._next_missed:
            self._next_missed = now + MISSED_SECONDS
            self._recovery.make_up()
