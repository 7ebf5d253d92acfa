"""Queries of tasks as they stand: the read side of `swarm ls`, by plain SQL.

Imports neither SQLModel nor pydantic, nor the events: making their classes costs as
much as the start of Python, and a list may take only a few of those.
"""

import json
from typing import Any

from swarm.errors import NotFound
from swarm.model.task import Task
from swarm.model.usage import Usage
from swarm.store.connection import ReadConnection
from swarm.store.row_mapping import USAGE, task_from, usage_from


class TaskQueries:
    """Questions about tasks; each blocks for one short read.

    One instance per thread, or guarded by its owner.
    """

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection

    def all(self, repo: str | None = None, removed: bool = False) -> list[Task]:
        """Tasks by id, of one repository or of all."""
        rows = self._connection.all(
            "SELECT id, body FROM task WHERE (:repo IS NULL OR repo = :repo)"
            " AND (:removed OR NOT removed) ORDER BY id",
            {"repo": repo, "removed": removed},
        )
        return [task_from(row[0], json.loads(row[1])) for row in rows]

    def get(self, task_id: int) -> Task:
        """One task; NotFound if none has that id."""
        rows = self._connection.all(
            "SELECT body FROM task WHERE id = :id", {"id": task_id}
        )
        if not rows:
            raise NotFound(f"there is no task {task_id}", hint="see `swarm ls --all`")
        return task_from(task_id, json.loads(rows[0][0]))

    def plan(self, task_id: int) -> dict[str, Any]:
        """The resolved plan that was stored with the task."""
        rows = self._connection.all(
            "SELECT plan FROM task WHERE id = :id", {"id": task_id}
        )
        return dict(json.loads(rows[0][0])) if rows else {}

    def own_preset(self, task_id: int) -> str:
        """The preset of the task's own in its plan; empty for the settings'."""
        rows = self._connection.all(
            "SELECT json_extract(plan, '$.preset') FROM task WHERE id = :id",
            {"id": task_id},
        )
        return str(rows[0][0] or "") if rows else ""

    def usage(self, task_id: int) -> Usage | None:
        """The newest usage of the task's sandbox; None before the first reading."""
        rows = self._connection.all(
            f"{_USAGES} WHERE usage.task = :id", {"id": task_id}
        )
        return usage_from(rows[0][1:]) if rows else None

    def usages(self) -> dict[int, Usage]:
        """The usage of every task that has a reading, by its id."""
        return {row[0]: usage_from(row[1:]) for row in self._connection.all(_USAGES)}

    def max_running(self) -> int:
        """The most tasks at work at once; 0 before the first keeper."""
        row = self._connection.one(
            "SELECT json_extract(body, '$.max_running') FROM event"
            " WHERE task IS NULL AND kind = 'QueueLimit' ORDER BY id DESC LIMIT 1"
        )
        return int(row[0]) if row else 0

    def last_agent(self, repo: str) -> str:
        """The agent used last in a repository, else anywhere; or empty.

        Removed tasks count; a command only where there was no agent in any of them.
        """
        for query in _LAST_AGENT:
            if row := self._connection.one(query, {"repo": repo}):
                return str(row[0])
        return ""

    def disk_warning(self) -> str:
        """The keeper's newest words on a disk that fills; empty if there is room."""
        row = self._connection.one(
            "SELECT json_extract(body, '$.words') FROM event"
            " WHERE task IS NULL AND kind = 'DiskRoom' ORDER BY id DESC LIMIT 1"
        )
        return str(row[0]) if row else ""


_LAST_AGENT = tuple(
    "SELECT json_extract(body, '$.agent') FROM task"  # noqa: S608 - ours
    f" WHERE {where} ORDER BY id DESC LIMIT 1"
    for where in (
        "repo = :repo AND json_extract(body, '$.agent') != 'command'",
        "json_extract(body, '$.agent') != 'command'",
        "repo = :repo",
    )
)
"""Here, anywhere, and a command here."""
_USAGES = (
    f"SELECT usage.task, {USAGE},"  # noqa: S608 - the columns are ours
    " json_extract(task.plan, '$.sandbox.limits.cpus')"
    " FROM usage JOIN task ON task.id = usage.task"
)
