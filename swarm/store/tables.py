"""The tables: the newest schema, against which a test holds the migrations.

The journal writes new tasks and wishes through these classes. Events, the audit and the
usage are written, and everything is read, by plain SQL: an object a row would cost
several times as much.
"""

from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

Blob = bytes
"""A column named `bytes` would shadow the type in its class."""


class TaskRow(SQLModel, table=True):
    """A task as its events have made it; each event rewrites the row."""

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    repo: str = Field(index=True)
    state: str = Field(index=True)
    removed: bool = False
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Every field of `model.task.Task`."""
    plan: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The resolved plan; a column of its own because lists never need it."""


class EventRow(SQLModel, table=True):
    """One thing that happened; never changed, never deleted."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_task", "task", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: float
    task: int | None = Field(default=None, foreign_key="task.id")
    kind: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class WishRow(SQLModel, table=True):
    """A request of a front end, and its outcome."""

    __tablename__ = "wish"
    __table_args__ = (Index("ix_wish_outcome", "outcome"),)

    id: int | None = Field(default=None, primary_key=True)
    at: float
    verb: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    outcome: str = ""
    """Empty while open, then `done` or `refused`."""
    message: str = ""
    hint: str = ""
    result: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    decided: float | None = None


class PathActivityRow(SQLModel, table=True):
    """All activity on one path of a task's sandbox, summed up."""

    __tablename__ = "path_activity"
    __table_args__ = (
        Index("ix_path_activity_group", "task", "path_group", "last"),
        Index("ix_path_activity_last", "last", sqlite_where=text("path_group = x''")),
        Index("ix_path_activity_level", "task", sqlite_where=text("level != ''")),
        {"sqlite_with_rowid": False},
    )

    task: int = Field(primary_key=True)
    path: Blob = Field(sa_column=Column(LargeBinary, primary_key=True))
    op: str
    first: float
    last: float
    count: int
    bytes: int
    size: int
    mode: int
    comm: str
    denied: int
    level: str
    note: str
    path_group: Blob = Field(sa_column=Column(LargeBinary, nullable=False))
    """The generated folder that the path is shown as part of, or the name of the quiet
    rule that it is counted under; empty if it is shown by itself."""


class ActionRow(SQLModel, table=True):
    """One command, refusal or flagged change in a task's sandbox."""

    __tablename__ = "action"
    __table_args__ = (
        Index("ix_action_task", "task", "id"),
        Index("ix_action_kind", "kind", "id"),
        Index(
            "ix_action_open",
            "task",
            "pid",
            sqlite_where=text("kind = 'exec' AND code IS NULL"),
        ),
        Index("ix_action_denied", "id", sqlite_where=text("result < 0")),
        Index("ix_action_level", "id", sqlite_where=text("level != ''")),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: float
    task: int
    kind: str
    op: str
    path: Blob
    other: Blob
    argv: list[str] = Field(sa_column=Column(JSON, nullable=False))
    pid: int
    parent: int
    comm: str
    result: int
    code: int | None = None
    seconds: float
    count: int
    level: str
    note: str
    quiet: str = Field(default="", sa_column_kwargs={"server_default": ""})
    housekeeping: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    generated: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class LogPositionRow(SQLModel, table=True):
    """The position up to which one log file of the sensor is stored."""

    __tablename__ = "log_position"

    container: str = Field(primary_key=True)
    part: int = Field(primary_key=True)
    task: int
    offset: int
    lines: int
    head: Blob


class UsageRow(SQLModel, table=True):
    """The newest usage of a task's sandbox, and its peaks."""

    __tablename__ = "usage"

    task: int = Field(primary_key=True)
    at: float
    cpu: float
    memory: int
    memory_limit: int
    pids: int
    pids_limit: int
    written: int | None = None
    throttled: float
    peak_memory: int
    peak_pids: int
    oom: bool
    samples: list[float] = Field(sa_column=Column(JSON, nullable=False))
