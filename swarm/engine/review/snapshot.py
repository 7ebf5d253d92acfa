"""Snapshot and bring-back: what a task did, taken in without trusting any of it."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from swarm.adapters.git import quarantine
from swarm.adapters.git.snapshot import take as snapshots
from swarm.engine.context import EngineContext
from swarm.engine.host import disk_room, failed_starts
from swarm.errors import IllegalMove, NoRoom, Refused, SwarmError
from swarm.model import events
from swarm.model.review import Snapshot
from swarm.model.safe_text import safe_line
from swarm.model.task import REVIEWABLE, State, Task
from swarm.model.wishes import TakeSnapshot
from swarm.plan import own_caches
from swarm.plan.image_probe import SHELLS
from swarm.plan.naming import TaskNames
from swarm.plan.specs import SandboxSpec


def snapshot_wish(context: EngineContext, wish: TakeSnapshot) -> dict[str, Any]:
    """Answer the tree of a snapshot taken now."""
    before = context.read().tasks.get(wish.task).review.included
    kept = [path for path in before if path not in (wish.leave_out or ())]
    included = tuple(dict.fromkeys([*kept, *(wish.include or ())]))
    return {"tree": snapshot(context, wish.task, included).tree}


def snapshot(
    context: EngineContext,
    task_id: int,
    included: tuple[str, ...] | None = None,
    *,
    trust_stamps: bool = True,
) -> Snapshot:
    """Read the worktree's bytes into a tree of the host's; recorded if it differs.

    `included` are paths that tools made and a human wants; None for those of before.
    """
    task = task_with_worktree(context, task_id, "to look at")
    if included is not None:
        task = replace(task, review=replace(task.review, included=included))
    taken = take(context, task, trust_stamps=trust_stamps)
    _write_hidden(context.paths.hidden_files(task_id), taken)
    recorded = context.read().tasks.get(task_id).review
    now = (taken.tree, len(taken.hidden), task.review.included)
    if (recorded.tree, recorded.hidden, recorded.included) != now:
        event = events.SnapshotTaken(**counts(taken), included=task.review.included)
        context.journal.record(task_id, event)
    return taken


def task_with_worktree(context: EngineContext, task_id: int, purpose: str) -> Task:
    """Return the task; IllegalMove if it has no worktree, with the purpose of it."""
    task = context.read().tasks.get(task_id)
    if task.removed or task.state not in REVIEWABLE:
        raise IllegalMove(
            f"task {task_id} is {task.state} and has no worktree {purpose}",
            hint=f"see `swarm show {task_id}`",
        )
    return task


def take(context: EngineContext, task: Task, *, trust_stamps: bool = True) -> Snapshot:
    """Take a snapshot within the settings' limits; nothing is recorded."""
    review = context.config().review
    caps = snapshots.Caps(
        file=review.max_file, total=review.max_total, seconds=review.max_seconds
    )
    of = context.task_git(task)
    if not of.worktree.is_dir():
        raise Refused(
            f"the worktree of task {task.id} is gone: {safe_line(str(of.worktree))} "
            "was removed by hand",
            hint=f"`swarm discard {task.id}` and `swarm rm {task.id}` keep its last "
            "snapshot under a ref of the repository",
        )
    included = task.review.included
    return snapshots.take(of, caps, included, trust_stamps=trust_stamps)


def counts(taken: Snapshot) -> dict[str, Any]:
    """The fields that the events of snapshots and checkpoints share."""
    return {
        "tree": taken.tree,
        "files": len(taken.changes),
        "added": taken.added,
        "deleted": taken.deleted,
        "flags": taken.flagged,
        "hidden": len(taken.hidden),
    }


def _write_hidden(file: Path, taken: Snapshot) -> None:
    """Replace the list of the files that the snapshot could not hold, atomically."""
    body = {"tree": taken.tree, "hidden": [asdict(entry) for entry in taken.hidden]}
    new_file = file.with_suffix(".new")
    new_file.write_text(json.dumps(body), encoding="ascii")
    new_file.replace(file)


def bring_back(context: EngineContext, task_id: int) -> None:
    """Take the agent's commits through the quarantine; a refusal is an event.

    The sending side runs in a one-shot sandbox like the agent's own: the host's git
    never reads what the agent could write. NoRoom if a full disk is in its way: that
    says nothing of the commits.
    """
    task = context.read().tasks.get(task_id)
    limit = context.config().review.max_pack
    try:
        plan = context.plan(task)
        packing = sender(context.names(task_id), plan.sandbox, task.base)
        sent = failed_starts.once_more(lambda: context.containers.run(packing, limit))
        received = quarantine.receive(context.task_git(task), sent, limit)
    except (SwarmError, OSError) as error:
        refusal = disk_room.explained(error, context.paths.home)
        if isinstance(refusal, NoRoom):
            raise refusal from error
        context.journal.record(task_id, events.ImportRefused(refusal.message))
        return
    if received.head != task.review.head or not is_taken_in(context, task):
        context.journal.record(
            task_id, events.CommitsImported(received.head, len(received.commits))
        )


def is_taken_in(context: EngineContext, task: Task) -> bool:
    """True unless the task's last sandbox ended and its commits were not looked at."""
    ends = (events.CommitsImported, events.ImportRefused)
    return task.state is not State.STOPPED or context.read().events.follows(
        task.id, events.TaskStopped, *ends
    )


def sender(names: TaskNames, sandbox: SandboxSpec, base: str) -> SandboxSpec:
    """The sandbox that packs commits: the agent's own, without terminal and home."""
    shell = sandbox.argv[0] if sandbox.argv[0] in SHELLS else "sh"
    return replace(
        sandbox,
        name=names.sender,
        argv=quarantine.sender_argv(base, shell),
        labels=names.labels("sender"),
        mounts=tuple(
            replace(mount, read_only=True)
            for mount in sandbox.mounts
            # What the user lent may be gone by now, and packs nothing.
            if mount.kind == "bind" and not own_caches.is_one(mount)
        ),
        environment={**sandbox.environment, "HOME": "/tmp"},  # noqa: S108 - inside
        network="none",
        terminal=False,
    )
