"""Takes up each stored wish once, and records the answer to it."""

import math
import queue
import time
from collections.abc import Callable
from functools import partial

from swarm.engine import dispatch
from swarm.engine.host import disk_room
from swarm.engine.image_runs import LeftToTheNextKeeper
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import removal
from swarm.engine.workers import Workers
from swarm.errors import NoRoom, SwarmError
from swarm.store.wish_queries import WishRecord

BUILDERS = 16
"""Wishes that may build images at once, each for minutes; they have these threads."""


class OpenWishes:
    """The wishes that are not answered, and those of them that are under way."""

    def __init__(
        self, parts: EngineParts, work: KeeperWork, troubles: Troubles, inbox: Inbox
    ) -> None:
        self._parts = parts
        self._context = parts.context
        self._work = work
        self._troubles = troubles
        self._inbox = inbox
        self._builders = Workers(BUILDERS, thread_name_prefix="build")
        self._under_way: set[int] = set()
        """Changed by the loop's thread alone."""
        self._waits = removal.Waits(self._context.clock)
        self._unrecorded: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        """Answers that could not be recorded for want of room."""

    def take_up(self) -> float:
        """Begin those that wait for no time; returns when the next one is due.

        That is a time of the monotonic clock; infinity if none waits.
        """
        next_due = math.inf
        wishes = self._context.read().wishes.open()
        self._waits.keep(wishes)
        for wish in wishes:
            if wish.id in self._under_way:
                continue
            now = time.monotonic()
            wait = self._waits.seconds_left(wish, now)
            if wait:
                next_due = min(next_due, now + wait)
            else:
                self._under_way.add(wish.id)
                self._begin(wish)
        return next_due

    def record_missing_answers(self) -> None:
        """Record those for which there was no room, if there is by now."""
        for _ in range(self._unrecorded.qsize()):
            self._unrecorded.get()()

    def close(self) -> None:
        """End; blocks until the builds under way have, which `close_runs` ends."""
        self._builders.shutdown(wait=True, cancel_futures=True)

    def _begin(self, wish: WishRecord) -> None:
        """What ends a build is done here, and not behind what takes minutes."""
        if dispatch.ends_a_build(wish):
            self._carry_out(wish)
        elif dispatch.may_build(wish):
            self._builders.submit(self._carry_out, wish)
        else:
            self._work.submit(lambda: self._carry_out(wish))

    def _carry_out(self, wish: WishRecord) -> None:
        try:
            result = dispatch.carry_out(self._parts, wish)
        except LeftToTheNextKeeper:
            return
        except SwarmError as error:
            refusal = disk_room.explained(error, self._context.paths.home)
            self._refuse(wish, refusal)
        except Exception as error:  # noqa: BLE001 - a wish is always answered
            what = f"{wish.verb} failed unexpectedly"
            surprise = self._troubles.unexpected(what, error)
            refusal = disk_room.explained(error, self._context.paths.home, surprise)
            self._refuse(wish, refusal)
        else:
            answer = partial(self._context.journal.answer, wish.id, result=result)
            self._record(wish.id, answer)

    def _refuse(self, wish: WishRecord, refusal: SwarmError) -> None:
        """What a full disk cut short, such as a stop, goes on when there is room."""
        if isinstance(refusal, NoRoom):
            self._context.disks.has_missed = True
        self._record(wish.id, partial(self._context.journal.refuse, wish.id, refusal))

    def _record(self, wish_id: int, record: Callable[[], None]) -> None:
        """Record the answer to a wish; if there is no room for it, as soon as there is.

        The wish counts as being carried out until then: nothing is done twice.
        """
        try:
            record()
        except SwarmError:
            self._unrecorded.put(partial(self._record, wish_id, record))
        else:
            self._inbox.put(lambda: self._under_way.discard(wish_id))
