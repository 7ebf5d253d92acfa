"""Says of a task, on the command line, how it stands: in a word, and as JSON."""

import time
from dataclasses import asdict
from typing import Any

from swarm.model import (
    agent_state_text,
    format,
    needs,
)
from swarm.model.task import State, Task


def state_of(task: Task) -> str:
    """The state in a word, and the exit status if it was not 0."""
    if task.paused:
        return "paused"
    if task.removed:
        return f"{task.state} removed"
    if task.awaits_setup_decision:
        return "set-up failed"
    if task.state is State.PROVISIONING and task.step_percent is not None:
        step = "set-up" if task.is_setting_up else task.state
        return f"{step} {task.step_percent}%"
    if task.state is State.LIVE and task.agent_status:
        status = task.agent_status
        age = format.age(max(0.0, time.time() - status.since))
        return f"{agent_state_text.words(status)} {age}"
    if task.state is State.STOPPED and task.exit_code:
        return f"stopped {task.exit_code}"
    if task.state is State.STOPPED and needs.has_failed(task):
        return "stopped failed"
    return task.state.value


def diff_of(task: Task) -> str:
    """Lines added and deleted; empty before its files were looked at."""
    review = task.review
    return f"+{review.added} -{review.deleted}" if review.is_counted else ""


def facts(task: Task) -> dict[str, Any]:
    """The task as a flat object, under the names that scripts read."""
    facts = asdict(task)
    merge_commit = facts.pop("merge_commit")
    review, net, model, budget = (
        facts.pop(part) for part in ("review", "net", "model", "budget")
    )
    return {
        **facts,
        **review,
        "state": task.state.value,
        "commit": merge_commit,
        "net": net["name"],
        "denied": net["denied"],
        "sent": net["sent"],
        "received": net["received"],
        "cut": net["is_cut"],
        "gate_open": net["is_open"],
        "model": model["name"],
        "asking": model["open_requests"],
        "answered": model["answered"],
        "tokens_in": model["tokens_in"],
        "tokens_out": model["tokens_out"],
        "cost": model["cost"],
        "unpriced": model["unpriced_tokens"],
        "estimated": model["estimated_tokens"],
        "budget_tokens": budget["tokens"],
        "budget_dollars": budget["dollars"],
        "over": budget["exceeded"],
    }


def budget_of(task: Task) -> str:
    """The limits of the task in total; empty if it has none."""
    parts = [f"{task.budget.tokens:,} tokens"] if task.budget.tokens else []
    if task.budget.dollars:
        parts.append(f"${task.budget.dollars:.2f}")
    over = f"; paused: {task.budget.exceeded}" if task.budget.exceeded else ""
    return " and ".join(parts) + over
