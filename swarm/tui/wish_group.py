"""Wishes that one key made for many tasks: told once, when the last is decided."""

from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.store.wish_queries import WishRecord

NAMED = 3
"""Refusals that the sentence names; the others are counted."""


class WishGroup:
    """Counts the decisions of the wishes of one group."""

    def __init__(self, size: int, outcome: str) -> None:
        """`outcome` is a participle, and what else a human should know then."""
        self._waiting = size
        self._done = 0
        self._outcome = outcome
        self._refusals: list[str] = []

    @property
    def is_over(self) -> bool:
        """True if every wish is decided."""
        return not self._waiting

    @property
    def has_failed(self) -> bool:
        """True if a wish was refused."""
        return bool(self._refusals)

    def lose(self, sentence: str) -> None:
        """One wish could not be stored."""
        self._waiting -= 1
        self._refusals.append(safe_line(sentence, 200))

    def count(self, record: WishRecord) -> None:
        """One wish more is decided."""
        if record.outcome == "refused":
            self.lose(record.message)
        else:
            self._waiting -= 1
            self._done += 1

    @property
    def sentence(self) -> str:
        """What became of all of them."""
        if not self._refusals:
            return f"{plural(self._done, 'task')} {self._outcome}"
        done = f"{self._done} {self._outcome}, " if self._done else ""
        named = "; ".join(self._refusals[:NAMED])
        more = len(self._refusals) - NAMED
        rest = f"; and {more} more" if more > 0 else ""
        return f"{done}{len(self._refusals)} refused: {named}{rest}"
