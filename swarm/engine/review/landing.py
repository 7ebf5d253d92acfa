"""Computes the landing list of a merge, the one place that knows all its parts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from swarm.adapters.git.merge import (
    conversion,
    drivers,
    history,
    hooks,
    identity,
    in_force,
    signing,
    smudge,
    target,
)
from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.engine.readers import hidden_files
from swarm.engine.review import landing_items, snapshot
from swarm.errors import PlanError, Refused
from swarm.model.landing import LandingList, Verdict
from swarm.model.review import STRATEGIES, BranchStrategy, Hidden, MergeOrder, Snapshot
from swarm.model.safe_text import safe_line
from swarm.model.task import MERGEABLE, State, Task
from swarm.model.wishes import Merge, PlanLanding


def plan_wish(context: EngineContext, wish: PlanLanding) -> dict[str, Any]:
    """Answer the landing list of a merge as it would be now; nothing is written.

    Of a live task nothing is computed, so that no filter holds up a stop.
    """
    task = snapshot.task_with_worktree(context, wish.task, "to merge")
    chosen = strategy(context, wish.strategy)
    if task.state not in MERGEABLE:
        tree = wish.tree or task.review.tree
        item = landing_items.refusal(not_mergeable(task))
        return LandingList(wish.target, chosen, tree, tree, (item,)).to_json()
    hidden, tree = (
        hidden_files.of_snapshot(context.paths, task.id, wish.tree),
        wish.tree,
    )
    if hidden is None:
        taken = reviewed(context, task, wish.tree)
        hidden, tree = taken.hidden, taken.tree
    of = context.task_git(task)
    if chosen == "patch":
        return patch_list(of, tree, hidden).to_json()
    order = order_of(of, task, wish, tree, chosen)
    planned = plan(of, order, options(context), hidden)
    return replace(
        planned.listed, acknowledged=acknowledged_before(context, of, order)
    ).to_json()


def reviewed(context: EngineContext, task: Task, tree: str) -> Snapshot:
    """A snapshot taken now; Refused if it is not the tree, unless that is empty."""
    taken = snapshot.snapshot(context, task.id, trust_stamps=False)
    if tree and tree != taken.tree:
        raise Refused(
            f"the work of task {task.id} is no longer what was reviewed",
            hint="look at it again: what changed would be merged unseen",
        )
    return taken


def options(context: EngineContext) -> LandingOptions:
    """What the settings say of the user's programs at a landing."""
    settings = context.config().merge
    return LandingOptions(
        author=settings.author,
        sign_seconds=settings.sign_seconds,
        filter_seconds=settings.filter_seconds,
        hook_seconds=settings.hook_seconds,
    )


def acknowledged_before(
    context: EngineContext, of: TaskGit, order: MergeOrder
) -> tuple[str, ...]:
    """Keys that were acknowledged in earlier merges of this kind."""
    return context.read().events.acknowledged(str(of.repo.root), order.strategy)


@dataclass(frozen=True, slots=True)
class Planned:
    """A landing list, and the landing tree that `prepare` takes."""

    listed: LandingList
    converted: Converted


def plan(
    of: TaskGit,
    order: MergeOrder,
    options: LandingOptions,
    hidden: Iterable[Hidden] = (),
) -> Planned:
    """The list for an order; `hidden` is what the snapshot could not hold.

    Runs the user's clean filters, each within its time; writes nothing of the user's.
    Nothing in it is acknowledged yet.
    """
    hidden = tuple(hidden)
    of = in_force.on_target(of, order.target)
    early = (
        *landing_items.refusals(of, order.tree, hidden),
        *drivers.items(of, order.tree),
    )
    if any(item.verdict is Verdict.REFUSED for item in early):
        # No program of the user's runs for what cannot land.
        converted = Converted(order.tree)
    else:
        converted = conversion.convert(of, order, options)
    items = (
        *early,
        *landing_items.history(of, order),
        *converted.items,
        *landing_items.target(of, order, converted.tree),
        *smudge.items(of, order, converted),
        *history.items(of, order, converted),
        *landing_items.submodules(hidden),
        *hooks.items(of, order),
        *identity.items(of, order.agent, options),
        *signing.items(of, order.tree),
    )
    listed = LandingList(
        target=order.target,
        strategy=order.strategy,
        tree=order.tree,
        landing_tree=converted.tree,
        items=items,
        conversions=converted.conversions,
        flagged=landing_items.flagged(
            of, order.target, order.tree, converted.tree, converted.conversions
        ),
    )
    return Planned(listed, converted)


def patch_list(of: TaskGit, tree: str, hidden: Iterable[Hidden]) -> LandingList:
    """The list of a patch file, which holds the reviewed bytes.

    No git of the user's has a say before somebody applies it.
    """
    hidden = tuple(hidden)
    items = (
        *landing_items.refusals(of, tree, hidden),
        *landing_items.submodules(hidden),
    )
    flagged = landing_items.flagged(of, of.target, tree)
    return LandingList("", "patch", tree, tree, items, flagged=flagged)


def strategy(context: EngineContext, asked: str) -> str:
    """The strategy that was asked for, else the settings'; PlanError if unknown."""
    chosen = asked or context.config().merge.strategy
    if chosen not in STRATEGIES:
        raise PlanError(
            f"there is no merge strategy {chosen!r}",
            hint=f"choose one of {', '.join(STRATEGIES)}",
        )
    return chosen


def order_of(
    of: TaskGit, task: Task, wish: PlanLanding | Merge, tree: str, chosen: str
) -> MergeOrder:
    """The merge as the wish asks for it; Refused if it names no branch to merge to."""
    asked = wish.target or task.target
    if not asked:
        raise Refused(
            f"task {task.id} began from a detached HEAD, so it has no branch of its "
            "own to merge to",
            hint=f"name one: `swarm merge {task.id} --into BRANCH`",
        )
    return MergeOrder(
        target=target.branch(of.repo, asked),
        strategy=shape(chosen),
        tree=tree,
        message=wish.message or _message(task),
        agent=task.agent,
        head=task.review.head,
        signoff=wish.signoff,
        message_hook=wish.message_hook,
    )


def shape(chosen: str) -> BranchStrategy:
    """The strategy that moves a branch, of a word."""
    return "merge" if chosen == "merge" else "squash"


def not_mergeable(task: Task) -> tuple[str, str]:
    """The reason why a task in its state cannot be merged, and the way out."""
    hint = f"see `swarm show {task.id}`"
    if task.state is State.LIVE:
        hint = f"stop it first: `swarm stop {task.id}`"
    return f"task {task.id} is {task.state}; only a stopped task can be merged", hint


def _message(task: Task) -> str:
    """The first line of the prompt as a subject, the whole of it as the body."""
    words = task.prompt.strip().splitlines() or [task.name]
    subject = safe_line(words[0], 72)
    body = "\n".join(words).strip()
    return subject if body == words[0] and len(body) <= 72 else f"{subject}\n\n{body}"
