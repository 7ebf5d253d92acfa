"""Computes the landing list of a merge, the one place that knows all its parts."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from swarm.adapters.git import diff
from swarm.adapters.git.merge import preview, target
from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.engine.review import snapshot
from swarm.errors import PlanError, Refused
from swarm.model.landing import LandingItem, LandingList, Subject, Verdict
from swarm.model.review import STRATEGIES, BranchStrategy, Hidden, MergeOrder
from swarm.model.safe_text import safe_line
from swarm.model.task import MERGEABLE, State, Task
from swarm.model.wishes import Merge, PlanLanding

IN_SUBMODULE = "content in a submodule"
"""The reason for which a snapshot leaves out what lies in a submodule."""


def plan_wish(context: EngineContext, wish: PlanLanding) -> dict[str, Any]:
    """Answer the landing list of a merge as it would be now; nothing is written.

    Of a live task nothing is computed, so that no filter holds up a stop.
    """
    task = snapshot.task_with_worktree(context, wish.task, "to merge")
    chosen = strategy(context, wish.strategy)
    if task.state not in MERGEABLE:
        tree = wish.tree or task.review.tree
        item = _task_item(not_mergeable(task))
        return LandingList(wish.target, chosen, tree, tree, (item,)).to_json()
    tree, hidden = wish.tree, _hidden(context, task, wish.tree)
    if hidden is None:
        taken = snapshot.snapshot(context, task.id)
        tree, hidden = taken.tree, taken.hidden
    of = context.task_git(task)
    if chosen == "patch":
        return patch_list(of, tree, hidden).to_json()
    order = order_of(of, task, wish, tree, chosen)
    return plan(of, order, hidden, known(context, of, order)).to_json()


def known(context: EngineContext, of: TaskGit, order: MergeOrder) -> tuple[str, ...]:
    """Keys that were acknowledged in earlier merges of this kind."""
    return context.read().events.acknowledged(str(of.repo.root), order.strategy)


def plan(
    of: TaskGit,
    order: MergeOrder,
    hidden: Iterable[Hidden] = (),
    acknowledged: tuple[str, ...] = (),
) -> LandingList:
    """The list for an order; `hidden` is what the snapshot could not hold.

    Runs the user's clean filters, each within its time; writes nothing of the user's.
    """
    tree, hidden = order.tree, tuple(hidden)
    items = [*_task_items(of, tree, hidden), *_history(of, order)]
    items += _merge_items(of, order, tree)
    items += _submodules(hidden)
    return LandingList(
        target=order.target,
        strategy=order.strategy,
        tree=order.tree,
        landing_tree=tree,
        items=tuple(items),
        flagged=_flagged(of, order.tree),
        acknowledged=acknowledged,
    )


def patch_list(of: TaskGit, tree: str, hidden: Iterable[Hidden]) -> LandingList:
    """The list of a patch file, which holds the reviewed bytes.

    No git of the user's has a say before somebody applies it.
    """
    hidden = tuple(hidden)
    items = (*_task_items(of, tree, hidden), *_submodules(hidden))
    return LandingList("", "patch", tree, tree, items, flagged=_flagged(of, tree))


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


def _hidden(context: EngineContext, task: Task, tree: str) -> tuple[Hidden, ...] | None:
    """What the snapshot `tree` could not hold; None if it is not the newest."""
    file = context.paths.hidden_files(task.id)
    body = json.loads(file.read_text(encoding="ascii")) if file.exists() else {}
    if not tree or body.get("tree") != tree:
        return None
    return tuple(Hidden(**entry) for entry in body["hidden"])


def _task_item(reason: tuple[str, str], paths: tuple[str, ...] = ()) -> LandingItem:
    sentence, hint = reason
    return LandingItem(
        Subject.TASK, Verdict.REFUSED, "state", sentence, paths, hint=hint
    )


def _task_items(
    of: TaskGit, tree: str, hidden: tuple[Hidden, ...]
) -> Iterator[LandingItem]:
    """Refusals for which git need not be asked."""
    blocking = [entry for entry in hidden if entry.blocks]
    if blocking:
        names = tuple(f"{entry.path} ({entry.reason})" for entry in blocking)
        sentence = f"task {of.task} holds what no merge may leave out"
        yield _task_item((sentence, ""), names)
    if _is_unchanged(of, tree):
        yield _task_item(
            (f"task {of.task} changed nothing", f"`swarm discard {of.task}`")
        )


def _is_unchanged(of: TaskGit, tree: str) -> bool:
    base_tree: str = of.review.git.rev_parse(f"{of.base}^{{tree}}")
    return tree == base_tree


def _history(of: TaskGit, order: MergeOrder) -> Iterator[LandingItem]:
    if order.strategy == "merge" and not order.head:
        yield LandingItem(
            Subject.HISTORY,
            Verdict.REFUSED,
            "commits",
            f"the commits of task {of.task} could not be brought back, and the "
            "strategy merge keeps them",
            hint="merge what the files hold as one commit: strategy squash",
        )


def _merge_items(of: TaskGit, order: MergeOrder, tree: str) -> Iterator[LandingItem]:
    """What the target itself stands against."""
    merged = preview.preview(of, tree, order.target)
    branch = safe_line(order.target)
    if merged.conflicts:
        yield LandingItem(
            Subject.CONFLICT,
            Verdict.REFUSED,
            "content",
            f"{branch} changed in the same places",
            merged.conflicts,
            hint="ask the agent to bring its work up to date, or merge by hand",
        )
    elif merged.new == merged.old and not _is_unchanged(of, tree):
        yield _task_item(
            (
                f"{branch} holds all of this already",
                "there is nothing to merge; discard the task",
            )
        )


def _submodules(hidden: tuple[Hidden, ...]) -> Iterator[LandingItem]:
    """What lies in submodules, which no tree of this repository can hold."""
    inside = tuple(entry.path for entry in hidden if entry.reason == IN_SUBMODULE)
    if inside:
        yield LandingItem(
            Subject.SUBMODULE,
            Verdict.NAMED,
            "content",
            "files inside a submodule are not merged: they belong to its own "
            "repository, and its commit here stays",
            inside,
            hint="take them from the task's worktree into the submodule's repository",
        )


def _flagged(of: TaskGit, tree: str) -> tuple[str, ...]:
    changes = diff.changes(of, of.base, tree)
    return tuple(change.path for change in changes if change.gating)


def _message(task: Task) -> str:
    """The first line of the prompt as a subject, the whole of it as the body."""
    words = task.prompt.strip().splitlines() or [task.name]
    subject = safe_line(words[0], 72)
    body = "\n".join(words).strip()
    return subject if body == words[0] and len(body) <= 72 else f"{subject}\n\n{body}"
