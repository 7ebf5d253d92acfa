"""Brings reviewed work home: exactly the tree that was looked at, or a refusal."""

from pathlib import Path
from typing import Any

from swarm.adapters.git import diff
from swarm.adapters.git.merge import apply
from swarm.adapters.git.merge import prepare as merging
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.engine.review import snapshot
from swarm.errors import IllegalMove, PlanError, Refused, SwarmError
from swarm.model import events
from swarm.model.review import STRATEGIES, BranchStrategy, MergeOrder, PreparedMerge
from swarm.model.safe_text import safe_line
from swarm.model.task import MERGEABLE, State, Task
from swarm.model.wishes import Accepted, Merge


def merge(context: EngineContext, wish: Merge) -> dict[str, Any]:
    """Merge a tree of the task's into its target, or write it to a patch file.

    Without a tree a snapshot is taken now. Refused while files in classes X0 to X2
    are not acknowledged by path. Answers `commit` and `target`, or `path`.
    """
    task = context.read().tasks.get(wish.task)
    if task.state is State.MERGED and wish.tree in ("", task.review.tree):
        # The keeper died between the merge and its answer.
        return {"commit": task.merge_commit, "target": task.target}
    if task.removed or task.state not in MERGEABLE:
        raise IllegalMove(
            f"task {task.id} is {task.state}; only a stopped task can be merged",
            hint=f"stop it first: `swarm stop {task.id}`"
            if task.state is State.LIVE
            else f"see `swarm show {task.id}`",
        )
    strategy = wish.strategy or context.config().merge.strategy
    if strategy not in STRATEGIES:
        raise PlanError(
            f"there is no merge strategy {strategy!r}",
            hint=f"choose one of {', '.join(STRATEGIES)}",
        )
    tree = _reviewed_tree(context, task, wish.tree)
    of = context.task_git(task)
    _require_acknowledged(of, tree, wish.accepted)
    if strategy == "patch":
        return _write_patch(context, of, tree, wish.output)
    order = MergeOrder(
        target=wish.target or task.target,
        strategy=_shape(strategy),
        tree=tree,
        message=wish.message or _message(task),
        agent=task.agent,
        head=task.review.head,
    )
    return _merge(context, of, order)


def _reviewed_tree(context: EngineContext, task: Task, tree: str) -> str:
    taken = snapshot.snapshot(context, task.id)
    if tree and tree != taken.tree:
        raise Refused(
            f"the work of task {task.id} is no longer what was reviewed",
            hint="look at it again: what changed would be merged unseen",
        )
    blocking = [hidden for hidden in taken.hidden if hidden.blocks]
    if blocking:
        names = ", ".join(f"{safe_line(h.path, 80)} ({h.reason})" for h in blocking[:5])
        raise Refused(f"task {task.id} holds what no merge may leave out: {names}")
    if taken.tree == taken.base_tree:
        raise Refused(
            f"task {task.id} changed nothing", hint=f"`swarm discard {task.id}`"
        )
    return taken.tree


def _require_acknowledged(of: TaskGit, tree: str, accepted: Accepted) -> None:
    """Nothing that runs on the human's machine goes in unseen."""
    if accepted == "all":
        return
    gating = [change for change in diff.changes(of, of.base, tree) if change.gating]
    unseen = [change for change in gating if change.path not in accepted]
    if unseen:
        names = ", ".join(
            f"{safe_line(change.path, 80)} ({change.flags[0].level})"
            for change in unseen[:5]
        )
        raise Refused(
            f"{len(unseen)} changed files would run on your machine and are not "
            f"acknowledged: {names}",
            hint="look at each, then acknowledge it in the review, or with "
            "`--accept-risk PATH`",
        )


def _write_patch(
    context: EngineContext, of: TaskGit, tree: str, output: str
) -> dict[str, Any]:
    to = Path(output) if output else of.repo.root / f"swarm-{of.task}.patch"
    merging.write_patch(of, tree, to)
    context.journal.record(of.task, events.PatchWritten(str(to), tree))
    return {"path": str(to)}


def _merge(context: EngineContext, of: TaskGit, order: MergeOrder) -> dict[str, Any]:
    prepared = merging.prepare(of, order)
    context.journal.record(
        of.task,
        events.MergeStarted(
            strategy=prepared.strategy,
            target=prepared.target,
            tree=prepared.tree,
            old=prepared.old,
            new=prepared.new,
        ),
    )
    try:
        apply.apply(of, prepared)
    except SwarmError as error:
        context.journal.record(of.task, events.MergeRefused(error.message, error.hint))
        raise
    context.journal.record(
        of.task, events.TaskMerged(prepared.strategy, prepared.target, prepared.new)
    )
    return {"commit": prepared.new, "target": prepared.target}


def complete(context: EngineContext, task_id: int) -> None:
    """Finish, or give up cleanly, a merge that a keeper's death cut short."""
    started = [
        recorded.event
        for recorded in context.read().events.after(task=task_id, limit=1_000_000)
        if isinstance(recorded.event, events.MergeStarted)
    ]
    last = started[-1]
    prepared = PreparedMerge(
        old=last.old,
        new=last.new,
        target=last.target,
        strategy=_shape(last.strategy),
        tree=last.tree,
    )
    try:
        apply.apply(context.task_git(context.read().tasks.get(task_id)), prepared)
    except SwarmError as error:
        context.journal.record(task_id, events.MergeRefused(error.message, error.hint))
    else:
        context.journal.record(
            task_id, events.TaskMerged(last.strategy, last.target, last.new)
        )


def _shape(strategy: str) -> BranchStrategy:
    return "merge" if strategy == "merge" else "squash"


def _message(task: Task) -> str:
    """The first line of the prompt as a subject, the whole of it as the body."""
    words = task.prompt.strip().splitlines() or [task.name]
    subject = safe_line(words[0], 72)
    body = "\n".join(words).strip()
    return subject if body == words[0] and len(body) <= 72 else f"{subject}\n\n{body}"
