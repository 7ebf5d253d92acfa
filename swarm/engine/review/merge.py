"""Brings reviewed work home: exactly the tree that was looked at, or a refusal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from swarm.adapters.git import diff
from swarm.adapters.git.merge import apply, recovery
from swarm.adapters.git.merge import prepare as merging
from swarm.adapters.git.repository import OBJECT_ID
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.engine.host import disk_room
from swarm.engine.review import acknowledgements, landing
from swarm.engine.review.landing import Planned
from swarm.errors import IllegalMove, Refused, SwarmError, Unfinished
from swarm.model import events
from swarm.model.landing import LandingList, named
from swarm.model.review import MergeOrder, PreparedMerge
from swarm.model.task import MERGEABLE, State
from swarm.model.wishes import Merge


def merge(context: EngineContext, wish: Merge) -> dict[str, Any]:
    """Merge a tree of the task's into its target, or write it to a patch file.

    Without a tree a snapshot is taken now. Refused if the landing list, computed anew,
    refuses anything or leaves out what is not acknowledged, if files in classes X0 to
    X2 are not acknowledged by path, or if other bytes would land than the list showed.
    Answers `commit` and `target`, or `path`; and `landing`, the list.
    """
    task = context.read().tasks.get(wish.task)
    if task.state is State.MERGED and wish.tree in ("", task.review.tree):
        # The keeper died between the merge and its answer.
        return {"commit": task.merge_commit, "target": task.target}
    if task.removed or task.state not in MERGEABLE:
        raise IllegalMove(*landing.not_mergeable(task))
    disk_room.require("a merge", context.paths.home, Path(task.repo))
    strategy = landing.strategy(context, wish.strategy)
    taken = landing.reviewed(context, task, wish.tree)
    of = context.task_git(task)
    if strategy == "patch":
        listed = landing.patch_list(of, taken.tree, taken.hidden)
        acknowledgements.require(listed, wish.accepted, wish.acknowledged)
        return _write_patch(context, of, listed, wish.output)
    order = landing.order_of(of, task, wish, taken.tree, strategy)
    planned = landing.plan(of, order, landing.options(context), taken.hidden)
    known = landing.acknowledged_before(context, of, order)
    listed = replace(planned.listed, acknowledged=known)
    acknowledgements.require(listed, wish.accepted, wish.acknowledged)
    _require_seen(of, listed, wish.landing_tree)
    return _merge(context, of, order, replace(planned, listed=listed))


def _require_seen(of: TaskGit, listed: LandingList, seen: str) -> None:
    """Refused if other bytes would land than a human saw in the landing list."""
    if listed.landing_tree == (seen or listed.tree):
        return
    if not seen:
        paths = [conversion.path for conversion in listed.conversions]
        raise Refused(
            "your git would store other bytes than those that were reviewed: "
            f"{named(paths)}",
            hint=f"look at them: `swarm merge {of.task} --dry-run`",
        )
    paths = []
    if _is_tree(of, seen):
        paths = [change.path for change in diff.changes(of, seen, listed.landing_tree)]
    raise Refused(
        "other bytes would land than the landing list showed; a filter or an "
        "attribute gives something else now"
        + (f": {named(paths)}" if paths else f", tree {listed.landing_tree}"),
        hint="look at the landing list again",
    )


def _is_tree(of: TaskGit, name: str) -> bool:
    """True for the id of a tree that the task's review directory has."""
    if not OBJECT_ID.fullmatch(name):
        return False
    git = of.review.git.accepting(1, 128)
    words = ("-e", f"{name}^{{tree}}")
    status, _, _ = git.cat_file(*words, with_extended_output=True)
    return bool(status == 0)


def _write_patch(
    context: EngineContext, of: TaskGit, listed: LandingList, output: str
) -> dict[str, Any]:
    to = Path(output) if output else of.repo.root / f"swarm-{of.task}.patch"
    merging.write_patch(of, listed.tree, to)
    context.journal.record(of.task, events.PatchWritten(str(to), listed.tree))
    return {"path": str(to), "landing": listed.to_json()}


def _merge(
    context: EngineContext, of: TaskGit, order: MergeOrder, planned: Planned
) -> dict[str, Any]:
    listed, settings = planned.listed, landing.options(context)
    prepared = merging.prepare(of, order, planned.converted, settings)
    started = events.MergeStarted(
        strategy=prepared.strategy,
        target=prepared.target,
        tree=listed.tree,
        old=prepared.old,
        new=prepared.new,
        landing_tree=listed.landing_tree,
        acknowledged=tuple(item.key for item in listed.named),
    )
    known = acknowledgements.new_standing(of.repo.root, listed)
    context.journal.record(of.task, *known, started)
    try:
        _apply(context, of, prepared)
    except SwarmError as error:
        context.journal.record(of.task, events.MergeRefused(error.message, error.hint))
        raise
    context.journal.record(of.task, merged(started))
    return {
        "commit": prepared.new,
        "target": prepared.target,
        "landing": listed.to_json(),
    }


def merged(started: events.MergeStarted) -> events.TaskMerged:
    """The event of a merge that is done."""
    return events.TaskMerged(
        strategy=started.strategy,
        target=started.target,
        commit=started.new,
        tree=started.tree,
        landing_tree=started.landing_tree,
        acknowledged=started.acknowledged,
    )


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
        strategy=landing.shape(last.strategy),
        tree=last.tree,
    )
    try:
        of = context.task_git(context.read().tasks.get(task_id))
        recover(context, of)
        _apply(context, of, prepared)
    except SwarmError as error:
        context.journal.record(task_id, events.MergeRefused(error.message, error.hint))
    else:
        context.journal.record(task_id, merged(last))


def recover(context: EngineContext, of: TaskGit) -> None:
    """Finish or take back what a death left in the repository's checkouts, and tell."""
    for sentence in recovery.recover(of.repo):
        context.journal.record(of.task, events.Trouble("merge", sentence))


def _apply(context: EngineContext, of: TaskGit, prepared: PreparedMerge) -> None:
    """Land a merge; one that a checkout lags behind counts, and is told."""
    try:
        apply.apply(of, prepared)
    except Unfinished as error:
        context.journal.record(of.task, events.Trouble("merge", error.message))
