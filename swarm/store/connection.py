"""One connection for reading, shared by the queries of one thread."""

import sqlite3
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.store import migrations, reserve


class ReadConnection:
    """Runs short reads; for one thread, or guarded by its owner."""

    def __init__(self, path: Path, may_begin: bool = True) -> None:
        self._path = path
        try:
            self._connection = reserve.with_reserve(
                path, lambda: migrations.connect(path, may_begin)
            )
        except sqlite3.OperationalError as error:
            raise SwarmError(
                f"{path} cannot be opened: {error}",
                hint="see `swarm doctor`: its disk may be full or read-only",
            ) from error

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def version(self) -> int:
        """A number that changes when another process wrote; microseconds to ask."""
        return int(self.one("PRAGMA data_version")[0])

    def one(self, sql: str, values: dict[str, Any] | None = None) -> Any:
        """The first row, or None; SwarmError if the file does not answer."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def all(self, sql: str, values: dict[str, Any] | None = None) -> list[Any]:
        """All rows; SwarmError if the file does not answer."""
        try:
            with migrations.damage_named(self._path):
                return self._connection.execute(sql, values or {}).fetchall()
        except sqlite3.OperationalError as error:
            raise SwarmError(
                f"the database does not answer: {error}",
                hint="another process may hold it; try again",
            ) from error
