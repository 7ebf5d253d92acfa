"""The one door by which anything flows back: a front end inserts what it wants."""

import json
import time
from pathlib import Path
from typing import Any

from swarm.store import schema


def make(path: Path, verb: str, body: dict[str, Any]) -> int:
    """Insert a wish for the keeper and return its id; blocks for one transaction."""
    connection = schema.connect(path)
    try:
        cursor = connection.execute(
            "INSERT INTO wish (at, verb, body, outcome, message, hint, result)"
            " VALUES (?, ?, ?, '', '', '', '{}')",
            (time.time(), verb, json.dumps(body)),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid
    finally:
        connection.close()
