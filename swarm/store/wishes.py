"""Inserts the wishes of front ends: their only way to write to the file."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.model.wishes import Wish
from swarm.store import migrations


def submit(path: Path, wish: Wish) -> int:
    """Insert a wish for the keeper and return its id; blocks for one transaction.

    SwarmError if the file cannot be written.
    """
    return insert(path, wish.verb, wish.to_json())


def insert(path: Path, verb: str, body: dict[str, Any]) -> int:
    """Insert a row as it is; the keeper refuses a body that is no wish."""
    connection = migrations.connect(path)
    try:
        cursor = connection.execute(
            "INSERT INTO wish (at, verb, body, outcome, message, hint, result)"
            " VALUES (?, ?, ?, '', '', '', '{}')",
            (time.time(), verb, json.dumps(body)),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid
    except sqlite3.OperationalError as error:
        raise SwarmError(
            f"the wish {verb} cannot be written to {path}: {error}",
            hint="see `swarm doctor`: the disk may be full",
        ) from error
    finally:
        connection.close()
