"""Where a text for an agent goes, in words."""

from typing import Any

import pytest

from swarm.model import events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.question import Question
from swarm.model.task import State, Task
from swarm.tui.present import reply_destination, task_appearance
from tests.builders import queued_task

NOW = 1_790_000_000.0
ASKED = Question("1", "permission", "npm test")
SILENT = Question("1", "permission", "npm test", is_answerable=False)
WAYS: tuple[reply_destination.Way, ...] = ("channel", "now")
TERMINAL = "it asks in its terminal: Enter attaches"


def live(state: AgentState | None, source: Source = Source.SCREEN, **more: Any) -> Task:
    evidence = Evidence(source, "rule", "", NOW)
    status = AgentStatus(state, NOW, evidence) if state else None
    return queued_task(1, state=State.LIVE, agent_status=status, **more)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (live(None), "typed into its terminal"),
        (live(AgentState.READY), "it is ready: typed into its terminal"),
        (live(AgentState.WORKING), "at work: typed when it is ready"),
        (live(AgentState.LIMITED), "at work: typed when it is ready"),
    ],
)
def test_a_text_goes_somewhere(task: Task, words: str) -> None:
    """At once, or once its agent is ready."""
    assert reply_destination.destination(task) == words
    assert task_appearance.disabled_reason("reply", task) == ""


@pytest.mark.parametrize("state", [AgentState.READY, AgentState.WORKING])
def test_an_agent_may_take_a_text_at_any_time(state: AgentState) -> None:
    """By a side channel; or because nobody can tell when it is ready."""
    ways = [reply_destination.destination(live(state), way) for way in WAYS]

    assert ways == ["through its side channel", "typed into its terminal"]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            live(AgentState.FIRST_RUN),
            "its terminal shows a dialog: Enter attaches",
        ),
        (live(AgentState.NEEDS_LOGIN), "it needs a login: Enter attaches"),
        (live(AgentState.ASKS_PERMISSION), TERMINAL),
        (live(AgentState.ASKS_QUESTION, questions=(SILENT,)), TERMINAL),
        (
            live(AgentState.ASKS_QUESTION, questions=(SILENT, ASKED)),
            "it asks something: ! answers",
        ),
        (
            live(AgentState.WORKING, questions=(ASKED,)),
            "it asks something: ! answers",
        ),
    ],
)
def test_nothing_is_typed_into_a_dialog(task: Task, words: str) -> None:
    """It would be taken for the dialog's answer."""
    assert task_appearance.disabled_reason("reply", task) == words
    assert reply_destination.destination(task) == words


@pytest.mark.parametrize(
    ("event", "words", "is_good"),
    [
        (
            events.FollowUpSettled(1, "channel"),
            "arrived through its side channel",
            True,
        ),
        (events.FollowUpSettled(1, "paste"), "arrived in its terminal", True),
        (
            events.FollowUpSettled(1, "paste", "no echo was seen"),
            "was given, but no echo was seen",
            False,
        ),
        (
            events.FollowUpSettled(1, failure="its agent ended before"),
            "was not delivered: its agent ended before",
            False,
        ),
        (events.FollowUpSettled(1), "was not delivered: no reason is known", False),
    ],
)
def test_what_became_of_a_text(
    event: events.FollowUpSettled, words: str, is_good: bool
) -> None:
    """Only what is known to have arrived is said to have."""
    assert reply_destination.settled(event) == (words, is_good)
