"""One goes first after a limit, and the others follow a few at a time."""

from dataclasses import replace

import pytest

from swarm.engine.tasks import limit_watch
from swarm.engine.tasks.limit_watch import AT_ONCE
from swarm.engine.tasks.take_up import ASKS
from swarm.model import events
from swarm.model.limits import Choice
from swarm.model.task import State
from tests.engine.tasks.limited_tasks import LIMIT, NOW, World, task


def test_nobody_goes_on_before_the_reset() -> None:
    world = World(task(1), task(2))

    assert world.look(19.0) == []
    assert world.look(1.0) == [(1, "sandbox")]


def test_one_asks_first_and_two_follow_at_a_time() -> None:
    """The others wait until the host has answered the first; then two, then two."""
    world = World(*(task(number) for number in range(1, 7)))
    world.look(20.0)
    world.taken_up(1)
    assert world.look(1.0) == []

    world.answered(1)
    assert world.look(1.0) == [(2, "sandbox"), (3, "sandbox")]

    world.taken_up(2)
    world.taken_up(3)
    assert world.look(1.0) == []

    world.answered(3)
    assert world.look(1.0) == [(4, "sandbox")]


def test_thirty_are_never_more_than_two_at_once() -> None:
    """Each goes on once, and none is left."""
    world = World(*(task(number) for number in range(1, 31)))
    world.now += 20
    went: list[int] = []
    for _ in range(200):
        due = world.look(1.0)
        opened = [
            t.id for t in world.tasks.values() if t.limit and t.limit.tried is not None
        ]
        assert len(due) + len(opened) <= AT_ONCE
        for number, how in due:
            assert how == "sandbox"
            went.append(number)
            world.taken_up(number)
        if opened:
            world.answered(opened[0])

    assert went == list(range(1, 31))


def test_accounts_are_tried_apart() -> None:
    """Each host and key has its own first; all together are still two."""
    other = replace(LIMIT, key="other")
    third = replace(LIMIT, host="n.test")
    world = World(task(1), task(2), task(3, limit=other), task(4, limit=third))

    assert world.look(20.0) == [(1, "sandbox"), (3, "sandbox")]


def test_the_newest_limit_of_an_account_counts_for_all_of_it() -> None:
    newer = replace(LIMIT, met=NOW + 5, until=NOW + 300)
    world = World(task(1), task(2, limit=newer))

    assert world.look(30.0) == []
    assert world.look(270.0) == [(1, "sandbox")]


def test_a_reset_that_comes_late_is_backed_off() -> None:
    """One task finds out; the pause grows, however often a time is told."""
    world = World(task(1), task(2))
    world.look(20.0)
    for pause in limit_watch.BACK_OFF[:4]:
        world.taken_up(1)
        world.limited_again(1)
        world.happen(1, events.TaskStopped(1))
        assert world.look(1.0) == []
        assert world.look(pause - 2.0) == []
        assert world.look(2.0) == [(1, "sandbox")]


@pytest.mark.parametrize(
    ("kind", "first"), [("usage", 300.0), ("overload", 60.0), ("?", 3600.0)]
)
def test_a_limit_without_a_time_is_tried_after_a_while(kind: str, first: float) -> None:
    world = World(task(1, limit=replace(LIMIT, kind=kind, until=None)))

    assert world.look(first - 1) == []
    assert world.look(1.0) == [(1, "sandbox")]


def test_a_clock_that_jumps_back_waits_and_one_that_jumps_ahead_tries_once() -> None:
    """The pause between tries is counted by a clock that does not jump."""
    world = World(task(1))
    world.now -= 7200
    assert world.look(60.0) == []

    world.now = NOW + 86400
    assert world.look() == [(1, "sandbox")]

    world.taken_up(1)
    world.limited_again(1)
    world.happen(1, events.TaskStopped(1))
    world.look()
    world.now += 86400
    assert world.look(59.0) == []
    assert world.look(2.0) == [(1, "sandbox")]


@pytest.mark.parametrize("choice", ["ask", "no"])
def test_without_a_yes_nobody_goes_on(choice: Choice) -> None:
    """Who is to be asked is told once; who is switched off is let be."""
    live = task(2, State.LIVE, replace(LIMIT, key="b"))
    world = World(task(1), live, choice=choice)
    for _ in range(3):
        for move in world.moves(1000.0):
            assert (move.how, move.why) == ("told", ASKS)
            told = events.ModelLimitNotResumed(move.why, move.hint)
            world.happen(move.task, told)

    held = [each.limit.held for each in world.tasks.values() if each.limit]
    assert held == ([ASKS, ASKS] if choice == "ask" else ["", ""])


def test_a_yes_after_the_question_takes_it_up() -> None:
    world = World(task(1), choice="ask")
    world.look(20.0)
    world.happen(1, events.ModelLimitNotResumed(ASKS))
    world.choice = "yes"
    assert world.look(1.0) == []

    world.happen(1, events.ResumeAfterLimitSet("yes"))
    assert world.look(1.0) == [(1, "sandbox")]


def test_a_try_of_which_nothing_comes_is_told_and_not_repeated() -> None:
    world = World(task(1), task(2))
    world.look(20.0)
    world.taken_up(1)
    world.look()

    (told, other) = world.moves(limit_watch.TRY_SECONDS)
    assert (told.task, told.how) == (1, "told")
    assert (other.task, other.how) == (2, "sandbox")

    world.happen(1, events.ModelLimitNotResumed(told.why, told.hint))
    world.taken_up(2)
    assert world.look(5000.0)[1:] == []


def test_a_new_keeper_tries_one_first_and_repeats_no_try() -> None:
    """It knows of no answer, and of no pause; what was tried stands on the task."""
    tried = task(1, State.LIVE, replace(LIMIT, tried=NOW))
    world = World(tried, task(2))
    world.now += 60

    assert world.look() == []
    world.answered(1)
    assert world.look(1.0) == [(2, "sandbox")]
