"""Queries of wishes and their outcomes."""

import json
from typing import Any

from swarm.errors import SwarmError
from swarm.model.frozen import frozen
from swarm.store.connection import ReadConnection


@frozen
class WishRecord:
    """A wish and, once decided, its outcome."""

    id: int
    verb: str
    body: dict[str, Any]
    outcome: str
    """Empty while open, then `done` or `refused`."""
    message: str
    hint: str
    result: dict[str, Any]
    at: float = 0.0
    """When it was made, in seconds since the epoch."""


class WishQueries:
    """Each blocks for one short read."""

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection

    def get(self, wish_id: int) -> WishRecord:
        """One wish; SwarmError if none has that id."""
        row = self._connection.one(f"{_WISH} WHERE id = :id", {"id": wish_id})
        if row is None:
            raise SwarmError(f"there is no wish {wish_id}")
        return _wish(row)

    def open(self) -> list[WishRecord]:
        """Wishes that nobody decided yet, oldest first."""
        rows = self._connection.all(f"{_WISH} WHERE outcome = '' ORDER BY id")
        return [_wish(row) for row in rows]


_WISH = "SELECT id, verb, body, outcome, message, hint, result, at FROM wish"


def _wish(row: Any) -> WishRecord:
    number, verb, body, outcome, message, hint, result, at = row
    return WishRecord(
        number, verb, json.loads(body), outcome, message, hint, json.loads(result), at
    )
