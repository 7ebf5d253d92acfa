"""Records what failed and is nobody's wish, so that a person reads of it."""

import logging

from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.failure import failure_of

_LOG = logging.getLogger(__name__)


class Troubles:
    """Writes events; what the journal has no room for is in the keeper's log."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    def record(self, where: str, reason: str) -> None:
        """Record the trouble; if there is no room for that either, log it."""
        try:
            self._context.journal.record(None, events.Trouble(where, reason))
        except SwarmError:
            _LOG.warning("%s: %s", where, reason)
            self._context.disks.has_missed = True

    def record_once(self, where: str, error: SwarmError) -> None:
        """Record it, unless it is the newest event already."""
        newest = self._context.read().events.after(
            self._context.read().events.last_id() - 1
        )
        if not newest or newest[-1].event != events.Trouble(where, error.message):
            self.record(where, error.message)

    def unexpected(self, what: str, error: Exception) -> SwarmError:
        """Log the traceback under an id, and return an error that names both."""
        failure = failure_of(error)
        _LOG.error("%s: %s\n%s", failure.id, what, failure.text)
        return SwarmError(
            f"{what}: {failure.name} ({failure.id})",
            hint=f"please report it; {self._context.paths.log} has its traceback",
        )
