"""Discard, restore, remove and gc: how a task's things go, and how they come back."""

from typing import Any

from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.worktree import create
from swarm.engine.context import EngineContext
from swarm.engine.egress import task_network
from swarm.engine.review import snapshot
from swarm.engine.worktree import task_git
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events as e
from swarm.model.task import State, Task
from swarm.plan.gate_containers import GATING
from swarm.plan.naming import KIND_LABEL, TASK_LABEL

REMOVABLE = frozenset({State.MERGED, State.REJECTED, State.FAILED})
"""Nothing is lost when these go: merged, given up, or never begun."""

DISCARD_SECONDS = 7 * 24 * 3600.0
"""How long `gc` leaves a discarded task restorable."""


def discard(kit: EngineContext, task_id: int) -> None:
    """Give the work up; it stays on disk until `rm` or `gc`, so it can be restored."""
    kit.journal.record(task_id, e.TaskRejected("discarded by you"))


def restore(kit: EngineContext, task_id: int) -> None:
    """Take a discard back."""
    task = kit.read().task(task_id)
    if task.removed or not kit.places.worktree(task_id).exists():
        raise IllegalMove(
            f"task {task_id} has nothing left to restore",
            hint=f"start it anew: `swarm retry {task_id}`",
        )
    kit.journal.record(task_id, e.TaskRestored())
    snapshot.snapshot(kit, task_id)


def remove(kit: EngineContext, task_id: int) -> None:
    """Remove container, volume, pane, worktree and branch; the history stays.

    IllegalMove where that would destroy work that is neither merged nor discarded.
    """
    task = kit.read().task(task_id)
    if task.removed:
        return
    if task.state not in REMOVABLE:
        raise IllegalMove(
            f"task {task_id} is {task.state}; removing it would destroy its work",
            hint=f"merge it, or `swarm discard {task_id}` first",
        )
    names = kit.names(task_id, task.name)
    kit.panes.close(names.pane)
    kit.sandboxes.remove(names.sandbox)
    task_network.drop(kit, task)
    kit.sandboxes.remove_volume(names.home_volume)
    _remove_worktree(kit, task)
    kit.journal.record(task_id, e.TaskRemoved())


def _remove_worktree(kit: EngineContext, task: Task) -> None:
    """Also where the repository itself is gone: then only our own folders go."""
    try:
        of = task_git(kit, task)
    except SwarmError:
        erase(kit.places.worktree(task.id))
        erase(kit.places.task(task.id))
        return
    create.remove(of)


def gc(kit: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Remove merged tasks' things, old discards, and what no task knows.

    With `dry_run` only names them. Answers `found` and `removed`, each a list of words.
    """
    dry = bool(body.get("dry_run"))
    found, removed = [], []
    for task in kit.read().tasks():
        if _is_spent(kit, task):
            found.append(f"task {task.id} {task.name} ({task.state})")
            if not dry:
                with kit.locks.of(task.id):
                    remove(kit, task.id)
                removed.append(found[-1])
    for name in _orphans(kit):
        found.append(f"container {name}")
        if not dry:
            kit.sandboxes.remove(name)
            removed.append(found[-1])
    return {"found": found, "removed": removed}


def _is_spent(kit: EngineContext, task: Task) -> bool:
    if task.state is State.REJECTED:
        return kit.clock() - task.changed > DISCARD_SECONDS
    return task.state is State.MERGED


def _orphans(kit: EngineContext) -> list[str]:
    known = {str(task.id) for task in kit.read().tasks()}
    return [
        facts.name
        for facts in kit.sandboxes.all(kit.home_labels)
        if facts.labels.get(TASK_LABEL) not in known
        and facts.labels.get(KIND_LABEL) not in GATING
    ]
