"""When a task has used what it may, and how much more a human's resume gives."""

from dataclasses import replace

import pytest

from swarm.model import budget, events, transitions
from swarm.model.task import Task
from tests.model.made import made_of

USED = {"tokens_in": 900, "tokens_out": 100, "model": "claude-x"}


def task() -> Task:
    plain = replace(made_of(events.TaskQueued), budget_tokens=0, budget_dollars=0.0)
    return transitions.queued(1, 0.0, plain)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, ""),
        ({"cost": 99.0}, ""),
        ({"budget_tokens": 1001}, ""),
        ({"budget_tokens": 1000}, "it used 1,000 tokens of 1,000"),
        ({"budget_dollars": 2.0, "cost": 1.99}, ""),
        ({"budget_dollars": 2.0, "cost": 2.5}, "it used about $2.50 of $2.00"),
        (
            {"budget_dollars": 2.0, "unpriced": 5},
            "claude-x has no price, so $2.00 cannot be kept",
        ),
        ({"unpriced": 5}, ""),
    ],
)
def test_what_is_spent(facts: dict[str, object], why: str) -> None:
    """Both limits count, and what cannot be priced is over a sum of money."""
    known = replace(task(), **USED, **facts)  # type: ignore[arg-type]  # a table of fields

    assert budget.spent(known) == why


@pytest.mark.parametrize(
    ("limit", "given", "raised"),
    [(1000, 1000, 2000), (0, 0, 0), (500, 200, 1200)],
)
def test_a_resume_gives_as_much_again(limit: int, given: int, raised: int) -> None:
    """Counted from what was used where that is more: it never stops at once."""
    known = replace(task(), **USED, budget_tokens=limit)  # type: ignore[arg-type]

    tokens, dollars = budget.raised(known, given, 0.0)

    assert (tokens, dollars) == (raised, 0.0)
    assert not budget.spent(replace(known, budget_tokens=tokens))
