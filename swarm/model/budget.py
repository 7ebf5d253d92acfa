"""Decides if a task has used up its budget of tokens or dollars; pure."""

import re
from typing import Any

from swarm.model.task import Task


def exceeded_reason(task: Task) -> str:
    """The reason why the task must wait for its human; empty if it may go on.

    Tokens without a price cannot be held to a budget of dollars, so they are over it.
    """
    used = task.model.tokens
    if 0 < task.budget.tokens <= used:
        return f"it used {used:,} tokens of {task.budget.tokens:,}"
    if 0 < task.budget.dollars <= task.model.cost:
        return f"it used about ${task.model.cost:.2f} of ${task.budget.dollars:.2f}"
    if task.budget.dollars and task.model.unpriced_tokens:
        model = task.model.name or "its model"
        return (
            f"{model} has no price, so ${task.budget.dollars:.2f} cannot be kept; "
            "add a line for it to prices.toml beside your config.toml"
        )
    return ""


def raised_budget(task: Task, tokens: int, dollars: float) -> tuple[int, float]:
    """The budget that lets the task go on with as much again as it was given."""
    used = task.model.tokens
    more_tokens = max(task.budget.tokens, used) + tokens if task.budget.tokens else 0
    if not task.budget.dollars:
        return more_tokens, 0.0
    return more_tokens, round(max(task.budget.dollars, task.model.cost) + dollars, 2)


def token_count(value: Any) -> int:
    """A number of tokens: 500000, "500k" or "2M"; ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kM]?)\s*", str(value))
    if not match:
        raise ValueError('a number of tokens such as 500000, "500k" or "2M"')
    return round(float(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]])
