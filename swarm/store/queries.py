"""The read side: the queries of tasks, events, wishes and the audit on one connection.

Plain SQL without SQLModel or pydantic, which would cost a front end 0.5 s.
"""

from pathlib import Path

from swarm.store.audit_queries import AuditQueries
from swarm.store.connection import ReadConnection
from swarm.store.event_queries import EventQueries
from swarm.store.task_queries import TaskQueries
from swarm.store.wish_queries import WishQueries


class Queries:
    """Questions to the file; each blocks for one short read.

    One instance per thread, or guarded by its owner.
    """

    def __init__(self, path: Path, may_begin: bool = True) -> None:
        """SwarmError without `may_begin` if there is no file; else it is made."""
        self.connection = ReadConnection(path, may_begin)
        self.tasks = TaskQueries(self.connection)
        self.events = EventQueries(self.connection)
        self.wishes = WishQueries(self.connection)
        self.audit = AuditQueries(self.connection)

    def close(self) -> None:
        """Release the file."""
        self.connection.close()

    def version(self) -> int:
        """A number that changes when another process wrote; microseconds to ask."""
        return self.connection.version()
