"""A connection for writing by plain SQL: one transaction at a time, all or nothing."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.store import migrations

RunMany = Callable[[str, Iterable[Any]], object]
"""Runs one statement for each of many rows."""


class WriteConnection:
    """Safe for several threads; each call blocks for its transaction."""

    def __init__(self, path: Path, subject: str) -> None:
        """`subject` names in an error what cannot be written: `the audit`."""
        self._subject, self._path = subject, path
        self._lock = threading.Lock()
        self._connection = migrations.connect(path)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def all(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """All rows of a read on the writer's own connection."""
        with self._lock, migrations.damage_named(self._path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[RunMany]:
        """Commits what runs inside, or nothing of it; SwarmError if that fails."""
        with self._lock, migrations.damage_named(self._path):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection.executemany
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise SwarmError(
                    f"{self._subject} cannot be written: {error}",
                    hint="see `swarm doctor`: the disk may be full",
                ) from error
