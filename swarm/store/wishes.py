"""Inserts the wishes of front ends: their only way to write to the file."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from swarm.errors import NoRoom, SwarmError
from swarm.model.wishes import Wish
from swarm.store import migrations, reserve


def submit(path: Path, wish: Wish) -> int:
    """Insert a wish for the keeper and return its id; blocks for one transaction.

    With a full disk the reserve is given up for it. SwarmError if the file cannot be
    written.
    """
    return insert(path, wish.verb, wish.to_json())


def insert(path: Path, verb: str, body: dict[str, Any]) -> int:
    """Insert a row as it is; the keeper refuses a body that is no wish."""
    try:
        with migrations.damage_named(path):
            return reserve.with_reserve(path, lambda: _insert(path, verb, body))
    except NoRoom as error:
        raise NoRoom(f"the wish {verb}: {error.message}", error.hint) from error
    except sqlite3.OperationalError as error:
        raise SwarmError(
            f"the wish {verb} cannot be written to {path}: {error}",
            hint="see `swarm doctor`",
        ) from error


def _insert(path: Path, verb: str, body: dict[str, Any]) -> int:
    connection = migrations.connect(path)
    try:
        cursor = connection.execute(
            "INSERT INTO wish (at, verb, body, outcome, message, hint, result)"
            " VALUES (?, ?, ?, '', '', '', '{}')",
            (time.time(), verb, json.dumps(body)),
        )
    finally:
        connection.close()
    assert cursor.lastrowid is not None
    return cursor.lastrowid
