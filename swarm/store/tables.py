"""The tables, as the writer sees them; `schema` is how a file comes to have them."""

from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel


class TaskRow(SQLModel, table=True):
    """A task as its events have made it; rewritten with each of them."""

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    repo: str = Field(index=True)
    state: str = Field(index=True)
    removed: bool = False
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """Every field of `model.task.Task`."""
    plan: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The resolved plan, apart, because lists never need it."""


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
    """What a front end asks for, and what came of it."""

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
