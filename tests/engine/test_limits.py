"""Limits of a model, from the gate's first sight to the tasks that go on after them.

Everything is real but the model and the agent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.engine.tasks import after_limit, held_start, limit_watch
from swarm.model import events
from swarm.model.task import State
from swarm.scripted_model.steps import LimitUntil, Say
from tests.limited_agent import HOST, LimitedAgents, open_limited_agents

SMALL = 'max_running = 40\n[sandbox]\nmemory = "128MiB"\npids = 32\n'
YES = {"resume_after_limit": "yes"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LimitedAgents]:
    with open_limited_agents(tmp_path, SMALL) as opened:
        yield opened


def until_limited(house: LimitedAgents, *ids: int) -> None:
    """Block until the gate has told that each of them is limited."""
    tasks = house.harness.queries.tasks
    for task_id in ids:
        house.harness.until(
            lambda task_id=task_id: tasks.get(task_id).limit is not None,  # type: ignore[misc]  # mypy knows no default of a lambda
            f"{task_id} is limited",
        )


@contextmanager
def another_keeper(house: LimitedAgents) -> Iterator[None]:
    """The keeper ends, and one begins that remembers nothing but what is stored."""
    harness = house.harness
    harness.forget_all()
    harness.start_keeper()
    try:
        yield
    finally:
        harness.stop_keepers()


def tries(house: LimitedAgents, task_id: int) -> list[tuple[float, str]]:
    """When and how it was taken up again."""
    found = house.harness.queries.events.after(task=task_id, limit=10_000)
    return [
        (each.at, each.event.how)
        for each in found
        if isinstance(each.event, events.ModelLimitTried)
    ]


def test_three_at_once_wait_and_go_on_once_each(house: LimitedAgents) -> None:
    """Two ended at the limit and one hangs; one that is switched off stays."""
    limit = LimitUntil(25.0)
    *ids, off = house.start_held(
        [limit, Say("Done.")],
        {"prompt": "please HANG", **YES},
        {"prompt": "please EXIT", "copies": 2, **YES},
        {"prompt": "please EXIT", "resume_after_limit": "no"},
    )
    first = ids[1]
    until_limited(house, *ids, off)
    shown = house.harness.queries.tasks.get(first).limit
    for task_id in ids:
        house.until_answered(task_id)
        house.harness.until_state(task_id, State.STOPPED)

    assert shown
    assert (shown.kind, shown.host, shown.model) == ("usage", HOST, "m-large")
    for task_id in ids:
        ((at, how),) = tries(house, task_id)
        assert how == "sandbox"
        assert at >= limit.reset() - 1
        assert house.answered(task_id) == [after_limit.GO_ON]
        happened = house.happened(task_id)
        assert happened.count("TaskContinued") == 1
        assert happened.count("ModelLimitLifted") == 1
        assert house.harness.queries.tasks.get(task_id).limit is None
    assert tries(house, off) == []
    assert house.happened(off).count("TaskContinued") == 0


@pytest.mark.long
def test_an_agent_at_its_prompt_is_told_in_its_own_conversation(
    house: LimitedAgents,
) -> None:
    """No sandbox is restarted, and nothing is said twice."""
    house.model.plays("please", [LimitUntil(15.0), Say("Done.")])
    (task_id,) = house.start("please WAIT", "screen", **YES)
    until_limited(house, task_id)
    house.until_answered(task_id)

    assert house.answered(task_id) == [after_limit.GO_ON]
    assert [how for _, how in tries(house, task_id)] == ["prompt"]
    assert "TaskContinued" not in house.happened(task_id)


@pytest.mark.long
def test_a_reset_that_comes_late_is_found_out_by_one(house: LimitedAgents) -> None:
    """It is told that nobody goes on yet; then the pause begins for all of them."""
    limit = LimitUntil(3600.0, told=5.0)
    start = {"prompt": "please EXIT", "copies": 3, **YES}
    ids = house.start_held([limit, Say("Done.")], start)
    until_limited(house, *ids)
    tasks = house.harness.queries.tasks

    def has_met_it_again() -> bool:
        known = [tasks.get(task_id).limit for task_id in ids]
        return any(each and each.tries == 1 for each in known)

    house.harness.until(has_met_it_again, "the limit is met again")
    house.harness.until(
        lambda: all(tasks.get(i).state is State.STOPPED for i in ids), "ended"
    )

    assert sum(len(tries(house, task_id)) for task_id in ids) == 1


def test_a_keeper_that_comes_back_waits_on_and_tries_nothing_twice(
    house: LimitedAgents,
) -> None:
    limit = LimitUntil(20.0)
    start = {"prompt": "please EXIT", "copies": 2, **YES}
    ids = house.start_held([limit, Say("Done.")], start)
    until_limited(house, *ids)
    for task_id in ids:
        house.harness.until_state(task_id, State.STOPPED)
    with another_keeper(house):
        for task_id in ids:
            house.until_answered(task_id)

    for task_id in ids:
        ((at, _),) = tries(house, task_id)
        assert at >= limit.reset() - 1
        assert house.answered(task_id) == [after_limit.GO_ON]


def test_a_start_during_a_limit_waits_in_the_queue(house: LimitedAgents) -> None:
    """It has not met the limit itself: it starts after the reset, and says so."""
    limit = LimitUntil(30.0)
    house.model.plays("please", [limit, Say("Done.")])
    (first,) = house.start("please EXIT", **YES)
    until_limited(house, first)
    (later,) = house.start("please EXIT", **YES)
    tasks = house.harness.queries.tasks
    house.harness.until(lambda: bool(tasks.get(later).reason), "it waits")
    waiting = tasks.get(later)
    house.until_answered(later)

    assert waiting.state is State.QUEUED
    assert waiting.reason.startswith(held_start.HELD)
    assert HOST in waiting.reason
    assert "ModelLimited" not in house.happened(later)
    assert house.answered(later) == ["please EXIT"]


@pytest.mark.long
def test_who_is_to_be_asked_goes_on_with_a_yes(house: LimitedAgents) -> None:
    """The config's own choice; the answer is one wish."""
    house.model.plays("please", [LimitUntil(10.0), Say("Done.")])
    (task_id,) = house.start("please EXIT")
    tasks = house.harness.queries.tasks
    house.harness.until(
        lambda: bool((each := tasks.get(task_id).limit) and each.held), "it asks"
    )
    assert tries(house, task_id) == []

    house.harness.wish_done("limits", task=task_id, choice="yes")
    house.until_answered(task_id)

    assert len(tries(house, task_id)) == 1


@pytest.mark.long
def test_a_budget_that_is_used_up_is_not_passed(house: LimitedAgents) -> None:
    limit = LimitUntil(15.0)
    house.model.plays("please", [limit, Say("Done.")])
    (task_id,) = house.start("please EXIT", **YES)
    until_limited(house, task_id)
    house.harness.until_state(task_id, State.STOPPED)
    spent = events.ModelAnswered("n", 0, HOST, "anthropic", tokens_out=0, tokens_in=9)
    house.harness.context.journal.record(task_id, spent, events.BudgetSet(9, 0.0))
    tasks = house.harness.queries.tasks
    house.harness.until(
        lambda: bool((each := tasks.get(task_id).limit) and each.held), "it is told"
    )

    held = tasks.get(task_id).limit
    assert held
    assert held.held == "it used 9 tokens of 9"
    assert tries(house, task_id) == []


@pytest.mark.long
def test_thirty_go_on_staggered(house: LimitedAgents) -> None:
    """One finds out, then never more than two are taken up at once; each once."""
    house.harness.patience = 900.0
    limit = LimitUntil(60.0)
    start = {"prompt": "please EXIT", "copies": 30, **YES}
    ids = house.start_held([limit, Say("Done.")], start)
    since = house.harness.queries.events.last_id()
    until_limited(house, *ids)
    for task_id in ids:
        house.until_answered(task_id)

    opened: set[int] = set()
    most, has_answered = [0, 0], False
    for each in house.harness.queries.events.after(since, limit=1_000_000):
        if isinstance(each.event, events.ModelLimitTried) and each.task:
            opened.add(each.task)
        elif isinstance(each.event, events.ModelLimitLifted) and each.task:
            opened.discard(each.task)
            has_answered = True
        most[has_answered] = max(most[has_answered], len(opened))
    assert most == [1, limit_watch.AT_ONCE]
    assert [len(tries(house, task_id)) for task_id in ids] == [1] * 30
    assert [house.answered(i) for i in ids] == [[after_limit.GO_ON]] * 30
