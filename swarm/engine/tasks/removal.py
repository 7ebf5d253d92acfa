"""Removals that a human may take back for a while, kept by the keeper."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import cleanup
from swarm.errors import IllegalMove, NotFound, SwarmError
from swarm.model.wishes import RemoveLater, TakeBack, parse
from swarm.store.wish_queries import WishRecord

LONGEST_SECONDS = 600
"""No removal waits longer, whatever is asked."""


def seconds_left(wish: WishRecord, now: float) -> float:
    """How long the wish waits before it is carried out; 0 for any other wish.

    A clock that was set back makes none wait longer than it asked for.
    """
    if wish.verb != RemoveLater.verb:
        return 0.0
    try:
        later = parse(wish.verb, wish.body)
    except SwarmError:
        return 0.0  # it is refused when it is carried out
    assert isinstance(later, RemoveLater)
    delay = float(min(max(later.seconds, 0), LONGEST_SECONDS))
    return min(max(wish.at + delay - now, 0.0), delay)


class Waits:
    """When wishes are due, by the first look at each: a later jump counts for nothing.

    For one thread.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells seconds since the epoch, as the wishes do."""
        self._clock = clock
        self._due: dict[int, float] = {}

    def seconds_left(self, wish: WishRecord, now: float) -> float:
        """How long it still waits at a time of a clock that only goes forward."""
        if wish.id not in self._due:
            self._due[wish.id] = now + seconds_left(wish, self._clock())
        return max(self._due[wish.id] - now, 0.0)

    def keep(self, wishes: Iterable[WishRecord]) -> None:
        """Forget all others."""
        known = self._due
        self._due = {w.id: known[w.id] for w in wishes if w.id in known}


def remove_later(parts: EngineParts, wish: RemoveLater, wish_id: int) -> dict[str, Any]:
    """Remove the tasks, now that the time is over, unless that is taken back.

    Answers `removed`, and `failed` with a sentence for each that stays.
    """
    context = parts.context
    removed: list[int] = []
    failed: list[str] = []
    for task_id in dict.fromkeys(wish.tasks):
        with context.locks.of(task_id):
            if context.read().wishes.get(wish_id).outcome:
                break
            try:
                cleanup.remove(parts, task_id)
                removed.append(task_id)
            except SwarmError as error:
                failed.append(error.message)
    return {"removed": removed, "failed": failed}


def take_back(context: EngineContext, wish: TakeBack) -> dict[str, Any]:
    """Keep what is not removed yet; IllegalMove if all of it is.

    Answers `kept` and `removed`; waits for a removal that is under way.
    """
    pending = context.read().wishes.get(wish.wish)
    later = parse(pending.verb, pending.body)
    if not isinstance(later, RemoveLater):
        raise IllegalMove(f"wish {wish.wish} is no removal that can be taken back")
    if pending.outcome:
        raise IllegalMove(
            "it is too late to take the removal back",
            hint="`swarm show ID` names the ref that keeps a task's work",
        )
    context.journal.answer(pending.id, result={"removed": [], "failed": []})
    kept: list[int] = []
    removed: list[int] = []
    for task_id in dict.fromkeys(later.tasks):
        with context.locks.of(task_id), suppress(NotFound):
            is_removed = context.read().tasks.get(task_id).removed
            (removed if is_removed else kept).append(task_id)
    return {"kept": kept, "removed": removed}
