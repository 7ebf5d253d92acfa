"""Freezes the sandboxes while the keeper's home is not there to record what they do."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from swarm.engine.context import EngineContext
from swarm.engine.host.home_state import HomeLook, HomeState, HomeTrouble
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.task import State
from swarm.plan.naming import KIND_LABEL, TASK_LABEL
from swarm.ports import ContainerFacts

HOME = "its keeper"
"""What paused a task, as the event has it."""
ATTEMPTS, RETRY_SECONDS = 10, 0.5
"""To freeze all before the keeper ends: an engine that is busy refuses at times."""
_LOG = logging.getLogger(__name__)


class HomeWatch:
    """A home that is gone ends the keeper; one that comes back lets all go on."""

    def __init__(
        self,
        context: EngineContext,
        on_gone: Callable[[str], None],
        on_back: Callable[[], None],
    ) -> None:
        """`on_gone` gets a sentence that names the sandboxes that were frozen."""
        self._context = context
        self._labels = dict(context.home_labels)
        self._look = HomeLook(context.paths)
        self._on_gone = on_gone
        self._on_back = on_back
        self._state = HomeState()
        self._since = 0.0
        self._frozen: list[str] = []
        self._patience = threading.Event()

    def look(self) -> bool:
        """Whether the home can be used now; acts if that has changed."""
        now = self._look.state()
        if now.trouble is HomeTrouble.GONE:
            self._leave(now)
        elif now.trouble is HomeTrouble.UNUSABLE:
            self._hold(now)
        elif self._state.trouble is HomeTrouble.UNUSABLE:
            self._go_on()
        else:
            self._pause_without_worktree()
        return now.trouble is HomeTrouble.NONE

    def _hold(self, now: HomeState) -> None:
        if self._state.trouble is HomeTrouble.NONE:
            self._since = time.time()
            _LOG.error("%s", now.words)
        self._state = now
        self._freeze()

    def _leave(self, now: HomeState) -> None:
        self._state = now
        for _ in range(ATTEMPTS):
            self._freeze()
            if all(facts.status != "running" for facts in self._sandboxes()):
                break
            self._patience.wait(RETRY_SECONDS)
        names = ", ".join(self._frozen) or "none"
        words = f"{now.words} while tasks were at work; frozen sandboxes: {names}"
        _LOG.error("%s", words)
        hint = "they go on with `swarm resume`, once the folder is served again"
        for facts in self._sandboxes():
            if facts.name in self._frozen:
                # Of a folder that was moved, what is open is still the database.
                paused = events.TaskPaused(HOME, now.words, hint)
                with suppress(SwarmError, ValueError):
                    task_id = int(facts.labels.get(TASK_LABEL, ""))
                    self._context.journal.record(task_id, paused)
        self._on_gone(words)

    def _go_on(self) -> None:
        """What was frozen here runs again; what others paused stays so."""
        words, self._state = self._state.words, HomeState()
        for name in self._frozen:
            with suppress(SwarmError):
                self._context.containers.resume(name)
        seconds = time.time() - self._since
        trouble = events.Trouble(
            "home",
            f"{words} for {seconds:.0f} s; sandboxes frozen meanwhile: "
            f"{', '.join(self._frozen) or 'none'}",
        )
        self._frozen = []
        with suppress(SwarmError):
            self._context.journal.record(None, trouble)
        self._on_back()

    def _freeze(self) -> None:
        """Nothing sees or keeps what they do, so they do nothing."""
        for facts in self._sandboxes():
            if facts.status == "running":
                with suppress(SwarmError):
                    self._context.containers.pause(facts.name)
                    self._frozen.append(facts.name)

    def _sandboxes(self) -> list[ContainerFacts]:
        try:
            found = self._context.containers.all(self._labels)
        except SwarmError as error:
            _LOG.error("sandboxes are not frozen: %s", error)
            return []
        return [one for one in found if one.labels.get(KIND_LABEL) == "sandbox"]

    def _pause_without_worktree(self) -> None:
        """What an agent writes into a removed folder is lost: it is told at once."""
        context = self._context
        for task in context.read().tasks.all():
            if task.state is not State.LIVE or task.paused:
                continue
            place = context.worktree(task)
            if place.exists():
                continue
            with context.locks.of(task.id):
                context.containers.pause(context.names(task.id).sandbox)
                reason = f"its worktree {safe_line(str(place))} was removed by hand"
                hint = (
                    f"what it writes is lost: `swarm stop {task.id}`, then discard and "
                    "remove it; a ref keeps its last snapshot"
                )
                context.journal.record(task.id, events.TaskPaused(HOME, reason, hint))
