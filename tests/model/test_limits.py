"""Limits in words, and on a task: met, tried, met again, lifted."""

from dataclasses import replace

import pytest

from swarm.model import events, format, limits
from swarm.model.limits import ModelLimit
from swarm.model.task import Task
from swarm.model.transitions import apply_event, new_task
from tests.model.builders import build_event

HOST = "api.example.com"


def task_after(*happened: tuple[float, events.Event]) -> Task:
    """A task with these events, each at its time."""
    task = new_task(1, 0.0, build_event(events.TaskQueued))
    for at, event in happened:
        task = apply_event(task, at, event)
    return task


def limited(until: float | None, kind: str = "usage") -> events.ModelLimited:
    """A limit until then."""
    return events.ModelLimited("n", 1, HOST, kind, until, "slow down", "ab12", 429)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (7201.0, "limited until {}"),
        (30.0, "limited until {}"),
        (0.0, "limit over"),
        (-5.0, "limit over"),
        (None, "limited, no time known"),
    ],
)
def test_a_limit_in_words(ahead: float | None, words: str) -> None:
    """A near time has seconds; a far one is never told earlier than it is."""
    now = 1_800_000_000.0
    until = None if ahead is None else now + ahead
    near = format.clock(until) if until else ""
    far = format.clock(until + 59, seconds=False) if until else ""
    time = near if ahead is not None and ahead < 120 else far

    assert limits.words(ModelLimit("usage", until, HOST), now) == words.format(time)


def test_a_limit_in_days_has_its_date() -> None:
    now = 1_800_000_000.0
    until = now + 5 * 86400

    words = limits.words(ModelLimit("usage", until, HOST), now)

    assert words == f"limited until {format.date_time(until, seconds=False)}"


def test_an_overload_in_words() -> None:
    assert limits.words(ModelLimit("overload", None, HOST), 1.0) == "overloaded"


def test_a_limit_that_is_met_again_keeps_its_beginning() -> None:
    """A repetition is no try: only a limit met after a try counts as one."""
    task = task_after((5.0, limited(20.0)), (6.0, limited(30.0)))
    tried = apply_event(task, 31.0, events.ModelLimitTried("prompt"))
    again = apply_event(tried, 32.0, limited(90.0))

    assert task.limit == ModelLimit(
        "usage", 30.0, HOST, "slow down", "ab12", since=5.0, met=6.0
    )
    assert tried.limit == replace(task.limit, tried=31.0)
    assert again.limit == replace(task.limit, until=90.0, met=32.0, tries=1)


def test_a_lifted_limit_is_gone() -> None:
    task = task_after(
        (5.0, limited(20.0)), (21.0, events.ModelLimitLifted(HOST, "answered"))
    )

    assert task.limit is None


def test_a_try_without_a_limit_changes_nothing() -> None:
    task = task_after((5.0, events.ModelLimitTried("prompt")))

    assert task.limit is None


def test_a_refusal_stays_until_a_model_speaks() -> None:
    """A later one of the same kind keeps the time of the first."""
    refused = events.ModelRefused("n", 1, HOST, "key", 401, "no")
    answer = events.ModelAnswered("n", 2, HOST, "anthropic", status=200)
    task = task_after((5.0, refused), (6.0, refused), (7.0, answer))
    spoken = apply_event(task, 8.0, replace(answer, tokens_out=3))

    assert task.refusal == limits.ModelRefusal("key", 401, HOST, "no", 5.0)
    assert spoken.refusal is None


@pytest.mark.parametrize("choice", ["yes", "ask", "no", ""])
def test_a_choice_is_the_tasks_own(choice: str) -> None:
    task = task_after((5.0, events.ResumeAfterLimitSet(choice)))

    assert task.resume_after_limit == choice
    assert limits.CHOICE_WORDS[choice]
