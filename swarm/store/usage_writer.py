"""The writer of what sandboxes use: one row a task, overwritten, not history."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swarm.errors import SwarmError
from swarm.model.usage import Usage
from swarm.store import migrations

_USAGE = """
INSERT OR REPLACE INTO usage VALUES (
    :task, :at, :cpu, :memory, :memory_limit, :pids, :pids_limit,
    coalesce(:written, (SELECT sum(bytes) FROM trace WHERE task = :task)),
    :throttled, :peak_memory, :peak_pids, :oom, :samples)
"""
# Where the engine counts no bytes, what the sensor saw written stands for them.


class UsageWriter:
    """Safe for several threads; each call blocks for its transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = migrations.connect(path)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def store(self, usages: Mapping[int, Usage]) -> None:
        """Overwrite the rows of these tasks, all or none."""
        rows = [_row(task, usage) for task, usage in usages.items()]
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    self._connection.executemany(_USAGE, rows)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise SwarmError(
                    f"what sandboxes use cannot be written: {error}",
                    hint="see `swarm doctor`: the disk may be full",
                ) from error


def _row(task: int, usage: Usage) -> dict[str, Any]:
    return {
        "task": task,
        "at": usage.at,
        "cpu": usage.cpu,
        "memory": usage.memory,
        "memory_limit": usage.memory_limit,
        "pids": usage.pids,
        "pids_limit": usage.pids_limit,
        "written": usage.written,
        "throttled": usage.throttled,
        "peak_memory": usage.peak_memory,
        "peak_pids": usage.peak_pids,
        "oom": usage.oom,
        "samples": json.dumps(usage.samples),
    }
