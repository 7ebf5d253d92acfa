"""A live task that has used its budget is paused, keeps everything, and goes on."""

from pathlib import Path

import pytest

from swarm.model import events
from swarm.model.task import State, Task
from tests.engine.conftest import House


def answered(
    house: House, task: Task, tokens: int, model: str = "claude-opus-4"
) -> None:
    """What the gate says when a model's answer has ended."""
    log = house.kit.nets.log
    facts = {"host": "api.test", "provider": "anthropic", "model": model}
    counts = {"tokens_in": tokens, "tokens_out": 0, "tokens_cached": 0}
    number = log.last(task.net.name) + 1
    line = {"net": task.net.name, "seq": number, "phase": "answer"}
    log.heard({**line, **facts, **counts})
    house.until(lambda: log.last(task.net.name) == number, "recorded")


def status(house: House, task: Task) -> str:
    facts = house.kit.sandboxes.inspect(house.kit.names(task.id).sandbox)
    assert facts is not None
    return facts.status


def live(house: House, sample: Path, **more: object) -> Task:
    house.keep()
    return house.reach(house.new(sample, "sleep 1000", **more), State.LIVE)


def paused(house: House, task: Task) -> Task:
    house.until(lambda: house.queries.task(task.id).paused, "paused")
    return house.queries.task(task.id)


def test_a_task_over_its_tokens_is_paused_and_goes_on_when_resumed(
    house: House, sample: Path
) -> None:
    task = live(house, sample, tokens="1k")

    answered(house, task, 400)
    answered(house, task, 700)
    over = paused(house, task)

    assert over.budget.exceeded == "it used 1,100 tokens of 1,000"
    assert status(house, task) == "paused"

    house.done("resume", task=task.id)
    again = house.queries.task(task.id)

    assert (again.budget.exceeded, again.paused) == ("", False)
    assert again.budget.tokens == 2100
    assert status(house, task) == "running"


def test_money_counts_by_the_price_table(house: House, sample: Path) -> None:
    task = live(house, sample, dollars=1.0)

    answered(house, task, 100_000)  # at $15 a million

    assert paused(house, task).budget.exceeded == "it used about $1.50 of $1.00"


def test_a_model_without_a_price_cannot_hide_from_a_budget_of_money(
    house: House, sample: Path
) -> None:
    task = live(house, sample, dollars=1.0)

    answered(house, task, 10, model="unheard-of")

    assert "unheard-of has no price" in paused(house, task).budget.exceeded


def test_a_budget_given_later_counts_at_once(house: House, sample: Path) -> None:
    task = live(house, sample)
    answered(house, task, 5000)
    house.until(lambda: house.queries.task(task.id).model.tokens_in == 5000, "counted")

    house.done("budget", task=task.id, tokens="2k")

    assert paused(house, task).budget.exceeded == "it used 5,000 tokens of 2,000"


def test_a_budget_in_the_config_is_every_task_s(house: House, sample: Path) -> None:
    house.configure('[budget]\ntokens = "3k"')

    assert live(house, sample).budget.tokens == 3000


@pytest.mark.parametrize("wrong", ["lots", "-1", "1k5"])
def test_what_is_no_budget_is_refused(house: House, sample: Path, wrong: str) -> None:
    house.keep()

    body = {"repo": str(sample), "prompt": "x", "command": "true", "tokens": wrong}
    wish = house.wish("new", **body)

    assert wish.outcome == "refused"
    assert "budget" in wish.message


def test_a_task_that_others_paused_is_left_alone(house: House, sample: Path) -> None:
    task = live(house, sample, tokens="1k")
    house.done("pause", task=task.id)

    answered(house, task, 2000)
    house.until(lambda: house.queries.task(task.id).model.tokens_in == 2000, "counted")
    house.done("pause", task=task.id)

    said = [type(r.event) for r in house.queries.events(task=task.id)]
    assert events.BudgetSpent not in said
