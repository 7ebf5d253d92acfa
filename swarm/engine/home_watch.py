"""Freezes the sandboxes while the keeper's home is not there to record what they do."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from swarm.engine import freezing
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
        self._untold: set[str] = set()
        """Those of them whose tasks do not have it recorded."""
        self._patience = threading.Event()
        self._last_error = ""

    def look(self) -> bool:
        """Whether the home can be used now; acts if that has changed."""
        now = self._look.state()
        if now.trouble is HomeTrouble.GONE:
            self._state = now
            self._on_gone(self.leave())
        elif now.trouble is HomeTrouble.UNUSABLE:
            self._hold(now)
        elif self._state.trouble is HomeTrouble.UNUSABLE:
            self._go_on()
        else:
            self._look_at_worktrees()
        return now.trouble is HomeTrouble.NONE

    def _hold(self, now: HomeState) -> None:
        if self._state.trouble is HomeTrouble.NONE:
            self._since = time.time()
            _LOG.error("%s", now.words)
        self._state = now
        self._freeze()

    def leave(self) -> str:
        """Freeze all, and pause their tasks; a sentence that names the sandboxes.

        For a home that is gone; once more when all other work has ended, which may
        have started a sandbox meanwhile. Blocks for seconds if the engine refuses.
        """
        sandboxes = self._freeze_all()
        now = self._state
        names = ", ".join(self._frozen) or "none"
        words = f"{now.words} while tasks were at work; frozen sandboxes: {names}"
        if sandboxes is None:
            words += "; the container engine did not answer, so others may be at work"
        for facts in sandboxes or ():
            if facts.name in self._untold:
                self._tell(facts, now)
        return words

    def _tell(self, facts: ContainerFacts, now: HomeState) -> None:
        """Of a folder that was moved, what is open is still the database."""
        hint = "they go on with `swarm resume`, once the folder is served again"
        # The task of one that is just started is not live yet, and told later.
        with suppress(SwarmError, ValueError):
            task_id = int(facts.labels.get(TASK_LABEL, ""))
            paused = events.TaskPaused(HOME, now.words, hint)
            self._context.journal.record(task_id, paused)
            self._untold.discard(facts.name)

    def _freeze_all(self) -> list[ContainerFacts] | None:
        """Freeze until none runs, a few times; the sandboxes, None if unknown."""
        found = None
        for attempt in range(ATTEMPTS):
            if attempt:
                self._patience.wait(RETRY_SECONDS)
            self._freeze()
            found = self._sandboxes()
            if found is not None and all(one.status != "running" for one in found):
                break
        return found

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
        self._frozen, self._untold = [], set()
        with suppress(SwarmError):
            self._context.journal.record(None, trouble)
        self._on_back()

    def _freeze(self) -> None:
        """Nothing sees or keeps what they do, so they do nothing."""
        for facts in self._sandboxes() or ():
            if facts.status == "running":
                with suppress(SwarmError):
                    self._context.containers.pause(facts.name)
                    self._untold.add(facts.name)
                    if facts.name not in self._frozen:
                        self._frozen.append(facts.name)

    def _sandboxes(self) -> list[ContainerFacts] | None:
        """Those of the home; None if the engine does not tell."""
        try:
            found = self._context.containers.all(self._labels)
        except SwarmError as error:
            _LOG.error("sandboxes are not frozen: %s", error)
            return None
        return [one for one in found if one.labels.get(KIND_LABEL) == "sandbox"]

    def _look_at_worktrees(self) -> None:
        """What fails is tried at the next look; the disks are looked at meanwhile."""
        words = ""
        try:
            self._pause_without_worktree()
        except (SwarmError, OSError) as error:
            words = str(error)
        if words and words != self._last_error:
            _LOG.warning("the worktrees: %s", words)
        self._last_error = words

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
                now = context.read().tasks.get(task.id)
                if now.state is not State.LIVE or now.paused or place.exists():
                    continue
                freezing.freeze(context, task.id)
                reason = f"its worktree {safe_line(str(place))} was removed by hand"
                hint = (
                    f"what it writes is lost: `swarm stop {task.id}`, then discard and "
                    "remove it; a ref keeps its last snapshot"
                )
                context.journal.record(task.id, events.TaskPaused(HOME, reason, hint))
