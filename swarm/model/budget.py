"""What a task may use of models, and when that is used up; pure."""

from swarm.model.task import Task


def spent(task: Task) -> str:
    """Why the task must wait for its human; empty where it may go on.

    Tokens without a price cannot be held to a budget of dollars, so they are over it.
    """
    used = task.tokens_in + task.tokens_out
    if 0 < task.budget_tokens <= used:
        return f"it used {used:,} tokens of {task.budget_tokens:,}"
    if 0 < task.budget_dollars <= task.cost:
        return f"it used about ${task.cost:.2f} of ${task.budget_dollars:.2f}"
    if task.budget_dollars and task.unpriced:
        model = task.model or "its model"
        return f"{model} has no price, so ${task.budget_dollars:.2f} cannot be kept"
    return ""


def raised(task: Task, tokens: int, dollars: float) -> tuple[int, float]:
    """The budget that lets the task go on with as much again as it was given."""
    used = task.tokens_in + task.tokens_out
    more_tokens = max(task.budget_tokens, used) + tokens if task.budget_tokens else 0
    if not task.budget_dollars:
        return more_tokens, 0.0
    return more_tokens, round(max(task.budget_dollars, task.cost) + dollars, 2)
