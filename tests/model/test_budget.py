"""When a task has used what it may, and how much more a human's resume gives."""

from dataclasses import replace

import pytest

from swarm.model import budget, events, transitions
from swarm.model.task import Budget, ModelUsage, Task
from tests.model.builders import build_event

USED = ModelUsage("claude-x", tokens_in=900, tokens_out=100)


def task(model: ModelUsage, limit: Budget) -> Task:
    queued = transitions.new_task(1, 0.0, build_event(events.TaskQueued))
    return replace(queued, model=model, budget=limit)


@pytest.mark.parametrize(
    ("limit", "cost", "unpriced_tokens", "why"),
    [
        (Budget(), 0.0, 0, ""),
        (Budget(), 99.0, 0, ""),
        (Budget(tokens=1001), 0.0, 0, ""),
        (Budget(tokens=1000), 0.0, 0, "it used 1,000 tokens of 1,000"),
        (Budget(dollars=2.0), 1.99, 0, ""),
        (Budget(dollars=2.0), 2.5, 0, "it used about $2.50 of $2.00"),
        (
            Budget(dollars=2.0),
            0.0,
            5,
            "claude-x has no price, so $2.00 cannot be kept; "
            "add a line for it to prices.toml beside your config.toml",
        ),
        (Budget(), 0.0, 5, ""),
    ],
)
def test_the_reason_to_pause(
    limit: Budget, cost: float, unpriced_tokens: int, why: str
) -> None:
    """Both limits count, and what cannot be priced is over a sum of money."""
    used = replace(USED, cost=cost, unpriced_tokens=unpriced_tokens)

    assert budget.exceeded_reason(task(used, limit)) == why


@pytest.mark.parametrize(
    ("limit", "more", "raised"),
    [(1000, 1000, 2000), (0, 0, 0), (500, 200, 1200)],
)
def test_a_resume_gives_as_much_again(limit: int, more: int, raised: int) -> None:
    """Counted from the usage if that is more than the limit: it never stops at once."""
    paused = task(USED, Budget(tokens=limit))

    tokens, dollars = budget.raised_budget(paused, more, 0.0)

    assert (tokens, dollars) == (raised, 0.0)
    assert not budget.exceeded_reason(replace(paused, budget=Budget(tokens=tokens)))
