"""The one process that acts: its loop, and the order in which it starts and ends."""

import logging
import math
import threading
import time
from contextlib import suppress

from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.keeper.disk_looks import DiskLooks
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.looks import Looks
from swarm.engine.keeper.news import News
from swarm.engine.keeper.open_wishes import OpenWishes
from swarm.engine.keeper.recovery import Recovery
from swarm.engine.keeper.task_starts import TaskStarts
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import base_clearing
from swarm.engine.tasks.state_watch import StateWatch
from swarm.errors import SwarmError
from swarm.model.task import State

POLL_SECONDS = 0.03
"""How soon a wish is noticed; asking the file costs microseconds."""

RETRY_SECONDS = 0.5
"""The pause before a store that failed is asked again."""

_LOG = logging.getLogger(__name__)


class Keeper:
    """Carries out wishes until `stop` is called; one per home, held by its lock."""

    def __init__(self, parts: EngineParts, pid: int) -> None:
        self._parts = parts
        self._context = context = parts.context
        self._stopped = threading.Event()
        self._inbox = Inbox()
        troubles = Troubles(context)
        self._work = work = KeeperWork(parts, troubles, self._inbox)
        self._recovery = Recovery(parts, pid, work, troubles, self._inbox)
        self._news = News(parts, work, self._recovery)
        self._engine = engine = ContainerEventWatcher(
            context, self._news.container_changed, self._recovery.compare_everything
        )
        self._wishes = OpenWishes(parts, work, troubles, self._inbox)
        self._starts = TaskStarts(
            parts, engine, work, troubles, self._recovery, self._inbox
        )
        self._disks = DiskLooks(
            parts, engine, self._wishes, self._recovery, self._leave_lost_home
        )
        self._looks = Looks(parts, engine, work, troubles, self._inbox, self._disks)
        self._states = StateWatch(
            context, parts.meter.newest, lambda: parts.sensor.sees_commands
        )
        self._changes = -1
        """The journal's changes at the last look at all tasks."""
        self._next_due = math.inf
        """When the next wish or start is due, on the monotonic clock."""
        self._last_error = ""
        self.lost_home = ""
        """A sentence, once the home was removed, moved or replaced."""

    def stop(self) -> None:
        """End the loop soon; sandboxes go on. Safe in a signal handler."""
        self._work.refuse()
        self._stopped.set()

    def run(self) -> None:
        """Take up where an earlier keeper was, then serve; blocks until `stop`."""
        self._begin()
        read, seen = self._context.read(), -1
        try:
            while not self._stopped.is_set():
                try:
                    worked = self._inbox.run(POLL_SECONDS)
                    self._looks.begin_due()
                    version = read.version()
                    is_due = time.monotonic() >= self._next_due
                    # A change is counted after it can be read, so not always at once.
                    is_new = self._context.journal.changes != self._changes
                    if worked or is_due or is_new or version != seen:
                        seen = version
                        self._serve(worked or is_due)
                except (SwarmError, OSError) as error:
                    self._outlast(error)
                    seen = -1  # no version of the store: all of it is read anew
        finally:
            self._end()

    def _begin(self) -> None:
        self._recovery.begin()
        self._context.open_runs()
        with suppress(SwarmError):  # `swarm gc` tells of what stays
            base_clearing.remove_half_made(self._context)
        self._news.listen()
        self._engine.start()
        self._states.start()
        self._looks.begin()

    def _serve(self, is_asked: bool) -> None:
        """Take up wishes; look at all tasks too, if it is asked or one has changed.

        What agents are doing changes many times a second, and starts no task.
        """
        changes = self._context.journal.changes
        looks_at_tasks = is_asked or changes != self._changes
        if looks_at_tasks:
            self._next_due = math.inf
        self._next_due = min(self._next_due, self._wishes.take_up())
        if looks_at_tasks:
            self._next_due = min(self._next_due, self._starts.begin())
            self._changes = changes

    def _outlast(self, error: SwarmError | OSError) -> None:
        """A store or disk that does not answer for a while ends no keeper."""
        if str(error) != self._last_error:
            self._last_error = str(error)
            _LOG.warning("the store: %s", error)
        self._context.disks.has_missed = True
        self._changes = -1
        self._stopped.wait(RETRY_SECONDS)

    def _leave_lost_home(self, words: str) -> None:
        """Nothing can be recorded any more: the keeper ends, and leaves all frozen."""
        self.lost_home = words
        self.stop()

    def _end(self) -> None:
        """First what brings news and builds, then the work, then gate and sensor."""
        is_engine_up = self._engine.up
        self._work.refuse()
        self._context.close_runs()
        self._engine.close()
        self._states.close()
        self._parts.channels.close()
        self._parts.ports.shut()
        self._parts.meter.close()
        self._wishes.close()
        self._work.close()
        if self.lost_home:
            # A launch that was under way has started its sandbox since.
            self.lost_home = self._disks.leave_home()
        self._parts.nets.close()
        self._parts.sensor.close(not is_engine_up or self._may_have_sandboxes())

    def _may_have_sandboxes(self) -> bool:
        """True if a sandbox may run; also if the store does not tell."""
        try:
            tasks = self._context.read().tasks.all()
        except SwarmError:
            return True
        return any(task.state in (State.PROVISIONING, State.LIVE) for task in tasks)
