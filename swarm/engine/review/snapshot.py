"""Snapshot and bring-back: what a task did, taken in without trusting any of it."""

from dataclasses import replace
from typing import Any

from swarm.adapters.git import quarantine
from swarm.adapters.git.snapshot import take as snapshots
from swarm.engine.context import EngineContext
from swarm.engine.readers.review import keep_hidden
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events
from swarm.model.review import Snapshot
from swarm.model.task import REVIEWABLE
from swarm.model.wishes import TakeSnapshot
from swarm.plan import specs
from swarm.plan.naming import TaskNames
from swarm.plan.specs import SandboxSpec


def snapshot_wish(context: EngineContext, wish: TakeSnapshot) -> dict[str, Any]:
    """Answer the tree of a snapshot taken now."""
    return {"tree": snapshot(context, wish.task).tree}


def snapshot(context: EngineContext, task_id: int) -> Snapshot:
    """Read the worktree's bytes into a tree of our own; recorded where it changed."""
    task = context.read().tasks.get(task_id)
    if task.removed or task.state not in REVIEWABLE:
        raise IllegalMove(
            f"task {task_id} is {task.state} and has no worktree to look at",
            hint=f"see `swarm show {task_id}`",
        )
    review = context.config().review
    caps = snapshots.Caps(file=review.max_file, total=review.max_total)
    taken = snapshots.take(context.task_git(task), caps)
    keep_hidden(context.paths, task_id, taken.tree, taken.hidden)
    event = events.SnapshotTaken(
        tree=taken.tree,
        files=len(taken.changes),
        added=taken.added,
        deleted=taken.deleted,
        flags=taken.flagged,
        hidden=len(taken.hidden),
    )
    if (task.review.tree, task.review.hidden) != (event.tree, event.hidden):
        context.journal.record(task_id, event)
    return taken


def bring_back(context: EngineContext, task_id: int) -> None:
    """Take the agent's commits through the quarantine; a refusal is an event.

    The sending side runs in a one-shot sandbox like the agent's own: the host's git
    never reads what the agent could write.
    """
    task = context.read().tasks.get(task_id)
    plan = specs.from_json(context.read().tasks.plan(task_id))
    limit = context.config().review.max_pack
    try:
        sent = context.containers.run(
            sender(context.names(task_id), plan.sandbox, task.base), limit
        )
        received = quarantine.receive(context.task_git(task), sent, limit)
    except SwarmError as error:
        context.journal.record(task_id, events.ImportRefused(error.message))
        return
    if received.head != task.review.head:
        context.journal.record(
            task_id, events.CommitsImported(received.head, len(received.commits))
        )


def sender(names: TaskNames, sandbox: SandboxSpec, base: str) -> SandboxSpec:
    """The sandbox that packs commits: the agent's own, without terminal and home."""
    return replace(
        sandbox,
        name=names.sender,
        argv=quarantine.sender_argv(base),
        labels=names.labels("sender"),
        mounts=tuple(
            replace(mount, read_only=True)
            for mount in sandbox.mounts
            if mount.kind == "bind"
        ),
        environment={**sandbox.environment, "HOME": "/tmp"},  # noqa: S108 - inside
        network="none",
        terminal=False,
    )
