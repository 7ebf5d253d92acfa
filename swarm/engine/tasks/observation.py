"""A task under the sensor's eye: from before its first program to after its last."""

import functools
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.repository import Repository
from swarm.engine.context import EngineContext
from swarm.engine.parts import EngineParts
from swarm.engine.review import snapshot
from swarm.engine.sensor.supervisor import ObservedSandbox
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.activity import WORKTREE, Leftover, PathActivity
from swarm.model.task import State, Task

SETTLED_SECONDS = 1.0
"""A file that is newer than its last known write by this was written unseen."""


def begin(parts: EngineParts, task: Task) -> None:
    """The sandbox exists and has not started: from its first program on all is seen."""
    parts.sensor.begin(_subject(parts.context, task))


def begin_setup(parts: EngineParts, task: Task, box: str) -> str:
    """As `begin`, for the box of the task's set-up; returns the container's id."""
    observed = _subject(parts.context, task, box)
    parts.sensor.begin(observed)
    return observed.container


def end_setup(parts: EngineParts, task_id: int, container: str) -> None:
    """The box of the set-up has ended; the sandbox is observed on."""
    try:
        parts.sensor.end(task_id, container)
    except SwarmError as error:
        parts.context.journal.record(task_id, events.Trouble("sensor", error.message))


def resume(parts: EngineParts, task: Task) -> None:
    """The sandbox runs, and another keeper observed it; a gap between is recorded."""
    context = parts.context
    subject = _subject(context, task)
    last = parts.sensor.last_seen(subject.container)
    if parts.sensor.resume(subject) and last:
        found = _reconciled(parts, subject)
        gap = events.ObservationGap(last, max(0.0, time.time() - last), found)
        context.journal.record(task.id, gap)


def end(parts: EngineParts, task_id: int) -> list[Leftover]:
    """The sandbox has ended: blocks until all that was seen of it is stored.

    Returns the processes that ended with it.
    """
    try:
        return parts.sensor.end(task_id)
    except SwarmError as error:
        parts.context.journal.record(task_id, events.Trouble("sensor", error.message))
        return []


def recover(parts: EngineParts) -> None:
    """Start the sensor anew and observe every live task again."""
    parts.sensor.recover(lambda subject: _reconciled(parts, subject))


def _subject(context: EngineContext, task: Task, name: str = "") -> ObservedSandbox:
    box = name or context.names(task.id).sandbox
    facts = context.containers.inspect(box)
    if facts is None:
        raise SwarmError(f"the sandbox {box} is gone before it was observed")
    return ObservedSandbox(
        task.id,
        facts.id,
        context.worktree(task),
        lambda path: path in base_paths(context.paths.home, task.repo, task.base),
    )


@functools.lru_cache(maxsize=8)
def base_paths(home: Path, repo: str, base: str) -> frozenset[str]:
    """Every file of a commit, and every folder with `/` behind; read once."""
    try:
        git = Repository.open(Path(repo), home).git
        words = ("-r", "-z", "--name-only", "--full-tree", base)
        listing = os.fsdecode(git.ls_tree(*words, **RAW))
    except SwarmError:
        return frozenset()
    files = listing.split("\0")
    return frozenset(files) | frozenset(_folders(files))


def _folders(files: Iterable[str]) -> Iterator[str]:
    for file in files:
        while cut := file.rfind("/") + 1:
            yield file[:cut]
            file = file[: cut - 1]


def _reconciled(parts: EngineParts, subject: ObservedSandbox) -> int:
    """What git finds changed and no sensor told of becomes known as `found`."""
    context = parts.context
    task = context.read().tasks.get(subject.task)
    if task.state is not State.LIVE:
        return 0
    try:
        taken = snapshot.snapshot(context, task.id)
    except SwarmError as error:
        context.journal.record(task.id, events.Trouble("sensor", error.message))
        return 0
    found = [
        _found(change.path)
        for change in taken.changes
        if _is_news(parts, subject, change.path)
    ]
    parts.audit.note(task.id, found)
    return len(found)


def _is_news(parts: EngineParts, subject: ObservedSandbox, path: str) -> bool:
    last = parts.audit.last_write(subject.task, f"{WORKTREE}/{path}")
    if last is None:
        return True
    try:
        return (subject.root / path).lstat().st_mtime > last + SETTLED_SECONDS
    except OSError:
        return False


def _found(path: str) -> PathActivity:
    now = time.time()
    note = "changed while nobody watched; git found it"
    return PathActivity(f"{WORKTREE}/{path}", "found", now, now, count=1, note=note)
