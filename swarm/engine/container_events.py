"""Follows the engine's event stream, and notices when the engine goes and returns."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from swarm.engine.context import EngineContext
from swarm.errors import SwarmError, ToolMissing
from swarm.model import events
from swarm.plan.naming import TASK_LABEL
from swarm.ports import ContainerEvent

RETRY_SECONDS = 2.0
"""Between two attempts to reach an engine that does not answer."""
CLOSE_SECONDS = 0.1
"""Between two attempts to end a stream that was not yet open."""

Heard = Callable[[int, ContainerEvent], None]
"""A container of this task changed."""


_TASK = re.compile(r"[1-9][0-9]{0,17}")


def task_of(labels: Mapping[str, str]) -> int | None:
    """The task that a container says it belongs to; None for what is no number of one.

    An image can bring labels, too, and a container that is not a task's has them.
    """
    text = labels.get(TASK_LABEL, "")
    return int(text) if _TASK.fullmatch(text) else None


class ContainerEventWatcher:
    """A thread that turns the engine's stream into calls; ends with `close`."""

    def __init__(
        self, context: EngineContext, heard: Heard, back: Callable[[], None]
    ) -> None:
        self._context = context
        self._heard = heard
        self._back = back
        self._ended = threading.Event()
        self._up: bool | None = None
        self._thread = threading.Thread(target=self._follow, name="watch", daemon=True)

    @property
    def up(self) -> bool:
        """Whether the engine answered when last asked."""
        return bool(self._up)

    def start(self) -> None:
        """Begin to follow; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """End the stream and the thread; blocks until it did."""
        self._ended.set()
        deadline = time.monotonic() + RETRY_SECONDS * 2
        while self._thread.is_alive() and time.monotonic() < deadline:
            # Once is not enough: a stream that is just being opened is not there yet.
            self._context.containers.close()
            self._thread.join(CLOSE_SECONDS)

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except SwarmError as error:
                with suppress(SwarmError):  # a database that cannot be written
                    self._went(error)
            self._ended.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        since = self._context.clock()
        facts = self._context.containers.facts()
        if self._up is not True:
            self._up = True
            detail = f"{facts.storage}, cgroup {facts.cgroup}"
            with suppress(SwarmError):
                self._context.journal.record(
                    None, events.ContainerEngineUp(facts.version, detail)
                )
            self._back()
        for news in self._context.containers.news(self._context.home_labels, since):
            if news.action == "start":
                self._context.starts.started(news.name)
            task = task_of(news.labels)
            if task is not None:
                self._heard(task, news)
        if not self._ended.is_set():
            # It may be back before it is asked: what it ended meanwhile is missed else.
            raise ToolMissing("its stream of events ended")

    def _went(self, error: SwarmError) -> None:
        if self._up is not False:
            self._up = False
            self._context.journal.record(
                None, events.ContainerEngineDown(error.message)
            )
