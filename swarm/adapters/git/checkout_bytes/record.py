"""Keeps the answer about a tree, so that every look at the tree gives the same one."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import CheckoutBytes


@dataclass(frozen=True, slots=True)
class Record:
    """The files of one tree that a checkout would write otherwise."""

    key: str = ""
    """The attributes that were in force."""
    files: dict[str, CheckoutBytes] = field(default_factory=dict)
    stored: str = ""
    written: str = ""
    """Trees of the files whose difference a human must see: as the repository holds
    them, and as a checkout writes them; empty if there are none."""


def load(task: TaskGit, tree: str) -> Record:
    """The record of a tree; an empty one if nothing is written otherwise."""
    file = _file(task, tree)
    if not file.exists():
        return Record()
    body = json.loads(file.read_bytes())
    files = {path: _bytes_from(entry) for path, entry in body["files"].items()}
    return Record(body["key"], files, body["stored"], body["written"])


def _bytes_from(entry: dict[str, Any]) -> CheckoutBytes:
    lists = {name: tuple(entry[name]) for name in ("conversions", "others")}
    return CheckoutBytes(**{**entry, **lists})


def save(task: TaskGit, tree: str, record: Record) -> None:
    """Replace the record of a tree, atomically."""
    file = _file(task, tree)
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(asdict(record)), encoding="ascii")
    draft.replace(file)


def drop(task: TaskGit, tree: str) -> None:
    """Nothing is written otherwise any more."""
    _file(task, tree).unlink(missing_ok=True)


def _file(task: TaskGit, tree: str) -> Path:
    return task.review_git / "checkout-bytes" / f"{tree}.json"
