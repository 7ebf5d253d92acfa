"""Holds live tasks to what they may use of models: over it they are paused."""

from typing import Any

from swarm.config import schema
from swarm.engine import freezing
from swarm.engine.context import EngineContext
from swarm.errors import PlanError, Refused
from swarm.model import budget, events
from swarm.model.task import SETTLED, State, Task
from swarm.model.wishes import NewTasks, SetBudget


def check(context: EngineContext, task_id: int) -> None:
    """Freeze the task where it has used up its budget; it loses nothing by it."""
    task = context.read().tasks.get(task_id)
    why = budget.exceeded_reason(task)
    if not why or task.state is not State.LIVE or task.paused:
        return
    freezing.freeze(context, task.id)
    context.journal.record(
        task.id, events.BudgetSpent(why), events.TaskPaused("its budget")
    )


def raise_again(context: EngineContext, task: Task) -> None:
    """As much again as the task was given at first."""
    first = context.read().events.after(task=task.id, limit=1)[0].event
    assert isinstance(first, events.TaskQueued)
    tokens = first.budget_tokens or task.budget.tokens
    dollars = first.budget_dollars or task.budget.dollars
    context.journal.record(
        task.id, events.BudgetSet(*budget.raised_budget(task, tokens, dollars))
    )


def change(context: EngineContext, wish: SetBudget) -> dict[str, Any]:
    """Set the budget's totals; a number that the wish does not name stays as it is."""
    task_id = wish.task
    task = context.read().tasks.get(task_id)
    if task.state in SETTLED:
        raise Refused(f"task {task_id} is {task.state}: it uses nothing any more")
    usual = schema.Budget(tokens=task.budget.tokens, dollars=task.budget.dollars)
    context.journal.record(task_id, events.BudgetSet(*resolve(wish, usual)))
    check(context, task_id)
    return {}


def resolve(wish: NewTasks | SetBudget, usual: schema.Budget) -> tuple[int, float]:
    """Tokens and dollars as a wish names them, or else the usual ones; PlanError."""
    tokens = usual.tokens if wish.tokens is None else wish.tokens
    dollars = usual.dollars if wish.dollars is None else wish.dollars
    if tokens < 0 or not 0 <= dollars < 1e9:
        raise PlanError("budget: it cannot be negative")
    return tokens, dollars
