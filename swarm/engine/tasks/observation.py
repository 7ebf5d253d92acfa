"""A task under the sensor's eye: from before its first program to after its last."""

import functools
import os
import time
from pathlib import Path

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.repository import Repository
from swarm.engine.context import EngineContext
from swarm.engine.review import snapshot
from swarm.engine.sensor.supervisor import ObservedSandbox
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.activity import WORKTREE, PathActivity
from swarm.model.task import State, Task

SETTLED_SECONDS = 1.0
"""A file that is newer than its last known write by this was written unseen."""


def begin(context: EngineContext, task: Task) -> None:
    """The sandbox exists and has not started: from its first program on all is seen."""
    context.sensing.begin(_subject(context, task))


def resume(context: EngineContext, task: Task) -> None:
    """The sandbox runs, and another keeper observed it; a gap between is recorded."""
    subject = _subject(context, task)
    last = context.sensing.last_seen(subject.container)
    if context.sensing.resume(subject) and last:
        found = _reconciled(context, subject)
        gap = events.ObservationGap(last, max(0.0, time.time() - last), found)
        context.journal.record(task.id, gap)


def end(context: EngineContext, task_id: int) -> None:
    """The sandbox has ended: blocks until all that was seen of it is stored."""
    try:
        context.sensing.end(task_id)
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("sensor", error.message))


def recover(context: EngineContext) -> None:
    """Start the sensor anew and observe every live task again."""
    context.sensing.recover(lambda subject: _reconciled(context, subject))


def _subject(context: EngineContext, task: Task) -> ObservedSandbox:
    box = context.names(task.id).sandbox
    facts = context.sandboxes.inspect(box)
    if facts is None:
        raise SwarmError(f"the sandbox {box} is gone before it was observed")
    return ObservedSandbox(
        task.id,
        facts.id,
        context.places.worktree(task.id),
        lambda path: path in _base_paths(context.places.home, task.repo, task.base),
    )


@functools.lru_cache(maxsize=8)
def _base_paths(home: Path, repo: str, base: str) -> frozenset[str]:
    """Every path of a commit; read once, for tasks often share one."""
    try:
        git = Repository.open(Path(repo), home).git
        words = ("-r", "-z", "--name-only", "--full-tree", base)
        listing = os.fsdecode(git.ls_tree(*words, **RAW))
    except SwarmError:
        return frozenset()
    return frozenset(listing.split("\0"))


def _reconciled(context: EngineContext, subject: ObservedSandbox) -> int:
    """What git finds changed and no sensor told of becomes known as `found`."""
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
        if _is_news(context, subject, change.path)
    ]
    context.audit.note(task.id, found)
    return len(found)


def _is_news(context: EngineContext, subject: ObservedSandbox, path: str) -> bool:
    last = context.audit.last_write(subject.task, f"{WORKTREE}/{path}")
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
