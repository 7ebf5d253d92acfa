"""Starts the tasks that may start, and has those at work followed."""

import math
import time
from collections.abc import Callable
from functools import partial

from swarm.engine.container_events import ContainerEventWatcher
from swarm.engine.keeper.inbox import Inbox
from swarm.engine.keeper.one_at_a_time import OneAtATime
from swarm.engine.keeper.recovery import Recovery
from swarm.engine.keeper.troubles import Troubles
from swarm.engine.keeper.work import KeeperWork
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import (
    after_limit,
    continuation,
    interruption,
    launch,
    limit_watch,
    ports,
    relaunch,
    service_restarts,
)
from swarm.engine.tasks.scheduler import never_startable, startable
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.task import State, Task


class TaskStarts:
    """Looks at all tasks, and begins what is due of them; for the loop's thread."""

    def __init__(
        self,
        parts: EngineParts,
        engine: ContainerEventWatcher,
        work: KeeperWork,
        troubles: Troubles,
        recovery: Recovery,
        inbox: Inbox,
    ) -> None:
        self._parts = parts
        self._context = parts.context
        self._engine = engine
        self._work = work
        self._troubles = troubles
        self._recovery = recovery
        self._inbox = inbox
        self._launches = OneAtATime(work.submit, self._launched)
        self._continuations = OneAtATime(work.submit, inbox.put)
        self._services = service_restarts.ServiceRestarts(parts, work.submit)
        self._limit = self._context.read().tasks.max_running()
        self._next_due = math.inf

    def begin(self) -> float:
        """Begin what may start now; returns when to look again if nothing changes.

        That is a time of the monotonic clock, or infinity. SwarmError if the store
        does not answer.
        """
        self._next_due = math.inf
        tasks = self._context.read().tasks.all()
        for task, other in never_startable(tasks):
            reason = f"task {other.id}, which it waits for, is {other.state}"
            self._context.journal.record(task.id, events.TaskFailed("queue", reason))
        if self._engine.up:
            self._follow(tasks)
            self._begin_all(tasks)
        return self._next_due

    def _follow(self, tasks: list[Task]) -> None:
        """Have what a task uses be measured, and its side channel and ports be open."""
        live = [task for task in tasks if task.state is State.LIVE]
        names = {task.id: self._context.names(task.id).sandbox for task in live}
        self._parts.meter.follow(names)
        self._parts.channels.follow(live)
        self._parts.ports.follow(live)
        for task_id in self._parts.ports.wanted(live):
            self._work.submit_for(task_id, "ports", ports.open_wanted)

    def _begin_all(self, tasks: list[Task]) -> None:
        try:
            limit = self._context.config().max_running
        except SwarmError as error:
            self._troubles.record_once("config", error)
            return
        if limit != self._limit:
            self._limit = limit
            self._context.journal.record(None, events.QueueLimit(limit))
        for task in startable(tasks, limit, partial(self._is_held, tasks)):
            begin = partial(self._work.do_for, task.id, "launch", _launch)
            self._launches.begin(task.id, begin)
        self._continue_interrupted(tasks)
        wait = self._services.look(tasks, self._context.clock())
        self._look_again(wait)

    def _is_held(self, tasks: list[Task], task: Task) -> bool:
        """True if it waits for a limit; then it is looked at again in a moment."""
        if not after_limit.holds(self._context, task, tasks):
            return False
        self._look_again(limit_watch.SECONDS)
        return True

    def _continue_interrupted(self, tasks: list[Task]) -> None:
        """A few at a time; the next once these are there."""
        for task in interruption.due(self._context, tasks, self._context.clock()):
            go_on = partial(self._work.do_for, task.id, "continue", _continue)
            self._continuations.begin(task.id, go_on)
        if any(task.interrupted for task in tasks):
            self._look_again(interruption.OPENING_SECONDS)

    def _launched(self, free: Callable[[], None]) -> None:
        """Nets for later are made once nobody waits for the engine."""

        def on_loop() -> None:
            free()
            if self._launches.is_idle:
                self._work.submit(self._recovery.fill_net_pool)

        self._inbox.put(on_loop)

    def _look_again(self, seconds: float) -> None:
        self._next_due = min(self._next_due, time.monotonic() + seconds)


def _launch(parts: EngineParts, task_id: int) -> None:
    """Begin, continue, or go on after a set-up, as the task's state says."""
    task = parts.context.read().tasks.get(task_id)
    if task.resumes:
        relaunch.relaunch(parts, task_id)
    elif task.setup:
        relaunch.go_on_after_setup(parts, task_id)
    else:
        launch.launch(parts, task_id)


def _continue(parts: EngineParts, task_id: int) -> None:
    continuation.continue_interrupted(parts.context, task_id)
