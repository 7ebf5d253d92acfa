"""Begins each look at what no event tells of, when it is time for it."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from swarm.adapters.git.safe_fs import temporary
from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.keeper.agent_looks import AgentLooks
from swarm.engine.keeper.disk_looks import DiskLooks
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.one_at_a_time import OneAtATime
from swarm.engine.keeper.renewals import LoginRenewals, PolicyRenewals
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.notices import NeedsLook
from swarm.engine.parts import EngineParts
from swarm.engine.review import checkpoints
from swarm.engine.tasks import after_limit, base_clearing, cleanup, screen_watch
from swarm.engine.tasks.limit_watch import Move
from swarm.errors import SwarmError
from swarm.model.task import State

FILE_SECONDS = 0.5
"""Between two looks at the policy files' times, and at whose checkpoint is due."""

LOGIN_SECONDS = 5.0
"""Between two looks at which login is to be renewed: a few small files."""

AGING_SECONDS = 3600.0
"""Between two looks at ended tasks that are old; the first is at the start."""

DISK_SECONDS = 1.0
"""Between two looks at the room on disks, and at what could not be recorded."""


@dataclass(slots=True)
class _Look:
    """Something that is begun every so many seconds, and blocks for moments at most."""

    seconds: float
    begin: Callable[[], None]
    needs_engine: bool = True
    """It is due only while the container engine answers."""
    next: float = 0.0
    """On the monotonic clock."""


class Looks:
    """The table of looks, and what each begins; for the loop's thread."""

    def __init__(
        self,
        parts: EngineParts,
        engine: ContainerEventWatcher,
        work: KeeperWork,
        troubles: Troubles,
        inbox: Inbox,
        disks: DiskLooks,
    ) -> None:
        self._parts = parts
        self._context = parts.context
        self._engine = engine
        self._work = work
        self._troubles = troubles
        self._inbox = inbox
        self._threads = OneAtATime(work.submit)
        self._policies = PolicyRenewals(parts, work)
        self._needs = NeedsLook(parts.context, troubles.record_once)
        self._after_limits = after_limit.AfterLimits(parts.context, parts.channels)
        self._checkpoints = checkpoints.CheckpointSchedule()
        agents = AgentLooks(parts, engine, work, troubles)
        logins = LoginRenewals(parts, work, inbox)
        self._looks = (
            _Look(DISK_SECONDS, self._in_thread("disks", disks.look), False),
            _Look(screen_watch.SECONDS, self._in_thread("agents", agents.look), False),
            _Look(0.0, self._begin_needs, False),
            _Look(FILE_SECONDS, self._policies.look),
            _Look(FILE_SECONDS, self._begin_checkpoints),
            _Look(0.0, self._begin_after_limits),
            _Look(LOGIN_SECONDS, logins.look),
            _Look(AGING_SECONDS, self._in_thread("aging", self._give_up_old)),
        )

    def begin(self) -> None:
        """The keeper begins: what the looks compare with is asked for, in a thread."""
        self._policies.begin()

    def begin_due(self) -> None:
        """Begin what is due now; SwarmError or OSError if a store does not answer."""
        now = time.monotonic()
        for look in self._looks:
            if now >= look.next and (self._engine.up or not look.needs_engine):
                look.next = now + look.seconds
                look.begin()

    def _in_thread(self, name: str, look: Callable[[], None]) -> Callable[[], None]:
        return partial(self._threads.begin, name, look)

    def _begin_needs(self) -> None:
        """Its human's own command may take long; what is new is told after it."""
        if self._threads.is_free("needs") and self._needs.is_due(time.monotonic()):
            self._threads.begin("needs", self._needs.look)

    def _begin_checkpoints(self) -> None:
        """One worktree is read at a time, so that a round is not a storm."""
        if not self._threads.is_free("checkpoints"):
            return
        tasks = self._context.read().tasks.all()
        live = [task for task in tasks if task.state is State.LIVE]
        with suppress(SwarmError):
            now, config = time.monotonic(), self._context.config
            if due := self._checkpoints.due(live, now, config):
                self._threads.begin("checkpoints", partial(self._take, due))

    def _take(self, due: list[int]) -> None:
        for task_id in due:
            self._work.do_for(task_id, "checkpoint", _take_checkpoint)

    def _begin_after_limits(self) -> None:
        """It keeps its own time, and knows which task is being moved."""
        for chosen in self._after_limits.due(time.monotonic()):
            self._work.submit(partial(self._move_after_limit, chosen))

    def _move_after_limit(self, chosen: Move) -> None:
        try:
            move = partial(after_limit.move, chosen)
            self._work.do_for(chosen.task, "limit", move)
        finally:
            self._inbox.put(lambda: self._after_limits.done(chosen))

    def _give_up_old(self) -> None:
        temporary.remove_abandoned()
        try:
            cleanup.give_up_old(self._parts)
            base_clearing.drop_old(self._context)
        except SwarmError as error:
            self._troubles.record_once("aging", error)


def _take_checkpoint(parts: EngineParts, task_id: int) -> None:
    checkpoints.each_round(parts.context, task_id)
