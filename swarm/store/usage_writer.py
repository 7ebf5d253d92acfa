"""The writer of usage: one row a task, overwritten, without a history."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swarm.model.usage import Usage
from swarm.store.transaction import WriteConnection

_USAGE = """
INSERT OR REPLACE INTO usage VALUES (
    :task, :at, :cpu, :memory, :memory_limit, :pids, :pids_limit,
    coalesce(:written, (SELECT sum(bytes) FROM path_activity WHERE task = :task)),
    :throttled, :peak_memory, :peak_pids, :oom, :samples)
"""
# If the engine counts no bytes, those that the sensor saw written stand for them.


class UsageWriter:
    """Safe for several threads; each call blocks for its transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = WriteConnection(path, "the usage of sandboxes")

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def store(self, usages: Mapping[int, Usage]) -> None:
        """Overwrite the rows of these tasks, all or none."""
        with self._connection.transaction() as run:
            run(_USAGE, (_row(task, usage) for task, usage in usages.items()))


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
