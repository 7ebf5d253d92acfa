"""A live task that has used its budget is paused, keeps everything, and goes on."""

from pathlib import Path

import pytest

from swarm.model import events
from swarm.model.task import State, Task
from tests.engine.keeper_harness import KeeperHarness


def answered(
    harness: KeeperHarness, task: Task, tokens: int, model: str = "claude-opus-4"
) -> None:
    """What the gate says when a model's answer has ended."""
    log = harness.parts.nets.log
    facts = {"host": "api.test", "provider": "anthropic", "model": model}
    counts = {"tokens_in": tokens, "tokens_out": 0, "tokens_cached": 0}
    number = log.last(task.net.name) + 1
    line = {"net": task.net.name, "seq": number, "phase": "answer"}
    log.on_line({**line, **facts, **counts})
    harness.until(lambda: log.last(task.net.name) == number, "recorded")


def status(harness: KeeperHarness, task: Task) -> str:
    facts = harness.context.containers.inspect(harness.context.names(task.id).sandbox)
    assert facts is not None
    return facts.status


def live(harness: KeeperHarness, sample: Path, **more: object) -> Task:
    harness.start_keeper()
    return harness.until_state(
        harness.new_task(sample, "sleep 1000", **more), State.LIVE
    )


def paused(harness: KeeperHarness, task: Task) -> Task:
    harness.until(lambda: harness.queries.tasks.get(task.id).paused, "paused")
    return harness.queries.tasks.get(task.id)


def test_a_task_over_its_tokens_is_paused_and_goes_on_when_resumed(
    harness: KeeperHarness, sample: Path
) -> None:
    task = live(harness, sample, tokens="1k")

    answered(harness, task, 400)
    answered(harness, task, 700)
    over = paused(harness, task)

    assert over.budget.exceeded == "it used 1,100 tokens of 1,000"
    assert status(harness, task) == "paused"

    harness.wish_done("resume", task=task.id)
    again = harness.queries.tasks.get(task.id)

    assert (again.budget.exceeded, again.paused) == ("", False)
    assert again.budget.tokens == 2100
    assert status(harness, task) == "running"


def test_money_counts_by_the_price_table(harness: KeeperHarness, sample: Path) -> None:
    task = live(harness, sample, dollars=1.0)

    answered(harness, task, 100_000)  # at $15 a million

    assert paused(harness, task).budget.exceeded == "it used about $1.50 of $1.00"


def test_a_model_without_a_price_cannot_hide_from_a_budget_of_money(
    harness: KeeperHarness, sample: Path
) -> None:
    task = live(harness, sample, dollars=1.0)

    answered(harness, task, 10, model="unheard-of")

    assert "unheard-of has no price" in paused(harness, task).budget.exceeded


def test_a_budget_given_later_counts_at_once(
    harness: KeeperHarness, sample: Path
) -> None:
    task = live(harness, sample)
    answered(harness, task, 5000)
    harness.until(
        lambda: harness.queries.tasks.get(task.id).model.tokens_in == 5000, "counted"
    )

    harness.wish_done("budget", task=task.id, tokens="2k")

    assert paused(harness, task).budget.exceeded == "it used 5,000 tokens of 2,000"


def test_a_budget_in_the_config_is_every_task_s(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.configure('[budget]\ntokens = "3k"')

    assert live(harness, sample).budget.tokens == 3000


@pytest.mark.parametrize("wrong", ["lots", "-1", "1k5"])
def test_what_is_no_budget_is_refused(
    harness: KeeperHarness, sample: Path, wrong: str
) -> None:
    harness.start_keeper()

    body = {"repo": str(sample), "prompt": "x", "command": "true", "tokens": wrong}
    wish = harness.wish("new", **body)

    assert wish.outcome == "refused"
    assert "tokens" in wish.message or "budget" in wish.message


def test_a_task_that_others_paused_is_left_alone(
    harness: KeeperHarness, sample: Path
) -> None:
    task = live(harness, sample, tokens="1k")
    harness.wish_done("pause", task=task.id)

    answered(harness, task, 2000)
    harness.until(
        lambda: harness.queries.tasks.get(task.id).model.tokens_in == 2000, "counted"
    )
    harness.wish_done("pause", task=task.id)

    said = [type(r.event) for r in harness.queries.events.after(task=task.id)]
    assert events.BudgetSpent not in said
