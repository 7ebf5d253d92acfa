"""Events in one sentence each, whatever an agent wrote into their fields."""

import dataclasses
import typing
from typing import Any

import pytest

from swarm.model import event_text, events
from swarm.model.agent_state import AgentState, Source
from swarm.model.question import Question
from tests.scenes import HOSTILE_NAME

VALUES: dict[Any, Any] = {
    str: HOSTILE_NAME,
    int: 2,
    float: 2.0,
    bool: False,
    dict: {"host": HOSTILE_NAME},
    tuple: (),
    AgentState: AgentState.ASKS_PERMISSION,
    Source: Source.SCREEN,
    typing.Literal: "pane",
    Question: Question("1", "text", HOSTILE_NAME, HOSTILE_NAME, HOSTILE_NAME),
}
"""A value for a field of each type, text being what an agent would choose."""


def hostile(kind: type[events.Event]) -> events.Event:
    """The event with every field filled."""
    hints = typing.get_type_hints(kind)
    fields = {
        field.name: VALUES.get(
            typing.get_origin(hints[field.name]) or hints[field.name]
        )
        for field in dataclasses.fields(kind)
    }
    return kind(**fields)


@pytest.mark.parametrize("kind", event_text._TEXTS, ids=lambda kind: kind.__name__)
def test_a_sentence_is_one_harmless_line(kind: type[events.Event]) -> None:
    """A glyph of one character, words without a byte that acts."""
    text = event_text.describe(hostile(kind))

    if text is not None:
        glyph, words, _ = text
        assert len(glyph) == 1
        assert words.isprintable()
        assert "\u202e" not in words


def test_an_event_that_no_human_asks_for_has_no_sentence() -> None:
    assert event_text.describe(events.TaskProvisioning()) is None


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (events.TaskStopped(0), "the agent ended with 0; ready for review"),
        (events.TaskStopped(0, "it gave up", failed_with_0=True), "it gave up"),
        (events.TaskStopped(0, "it gave up"), "ended with 0: it gave up"),
        (events.TaskStopped(3, "it gave up"), "ended with 3: it gave up"),
    ],
)
def test_an_end_with_0_is_told_by_what_it_is(
    end: events.TaskStopped, text: str
) -> None:
    told = event_text.describe(end)

    assert told is not None
    assert told[1] == text
