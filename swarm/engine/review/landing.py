"""Computes the landing list of a merge, the one place that knows all its parts."""

from typing import Any

from swarm.adapters.git.task_git import TaskGit
from swarm.engine.context import EngineContext
from swarm.engine.review import snapshot
from swarm.model.landing import LandingList
from swarm.model.review import MergeOrder
from swarm.model.wishes import PlanLanding


def plan_wish(context: EngineContext, wish: PlanLanding) -> dict[str, Any]:
    """Answer the landing list of a merge as it would be now; nothing is written."""
    task = context.read().tasks.get(wish.task)
    tree = wish.tree or snapshot.snapshot(context, task.id).tree
    order = MergeOrder(
        target=wish.target or task.target,
        strategy="merge" if wish.strategy == "merge" else "squash",
        tree=tree,
        message=wish.message,
        agent=task.agent,
        head=task.review.head,
    )
    return plan(context.task_git(task), order).to_json()


def plan(_task: TaskGit, order: MergeOrder) -> LandingList:
    """The list for an order; SwarmError if the target cannot be merged to at all."""
    return LandingList(order.target, order.strategy, order.tree, order.tree)
