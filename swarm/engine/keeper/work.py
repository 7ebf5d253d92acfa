"""The keeper's threads; what they do for one task holds that task's lock."""

from collections.abc import Callable

from swarm.engine.host import disk_room
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.parts import EngineParts
from swarm.engine.workers import Workers
from swarm.errors import NoRoom, SwarmError

WORKERS = 32
"""Verbs at work at once; most of that time is spent waiting for a tool."""

Work = Callable[[], object]
Operation = Callable[[EngineParts, int], None]
"""Does something for the task of that id."""


class KeeperWork:
    """Does the work in threads, until it is closed."""

    def __init__(self, parts: EngineParts, troubles: Troubles, inbox: Inbox) -> None:
        self._parts = parts
        self._troubles = troubles
        self._inbox = inbox
        self._workers = Workers(WORKERS, thread_name_prefix="verb")
        self.is_refusing = False
        """The keeper ends: nothing more begins; the next one compares everything."""

    def submit(self, work: Work) -> None:
        """Do it in a thread; blocks for nothing, and does nothing once refused."""
        if not self.is_refusing:
            self._workers.submit(work)

    def submit_for(self, task_id: int, where: str, operation: Operation) -> None:
        """As `submit`, for one task; see `do_for`."""
        self.submit(lambda: self.do_for(task_id, where, operation))

    def do_for(self, task_id: int, where: str, operation: Operation) -> None:
        """Do it here, under the task's lock, and wake the loop: a task may start now.

        Raises nothing. A failure is recorded as trouble at `where`; what had no room
        is done later, by comparing everything.
        """
        context = self._parts.context
        try:
            with context.locks.of(task_id):
                operation(self._parts, task_id)
        except Exception as error:  # noqa: BLE001 - recorded, and the keeper goes on
            explained = disk_room.explained(error, context.paths.home)
            if isinstance(explained, NoRoom):
                context.disks.has_missed = True
                self._troubles.record_once(f"{where} {task_id}", explained)
            else:
                if not isinstance(error, SwarmError):
                    what = f"{where} failed unexpectedly"
                    explained = self._troubles.unexpected(what, error)
                self._troubles.record(f"{where} {task_id}", explained.message)
        self._inbox.wake()

    def refuse(self) -> None:
        """Begin nothing more; safe in a signal handler."""
        self.is_refusing = True

    def close(self) -> None:
        """End; blocks until the work under way has."""
        self.is_refusing = True
        self._workers.shutdown(wait=True, cancel_futures=True)
