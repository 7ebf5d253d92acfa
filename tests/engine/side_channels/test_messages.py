"""Messages of a side channel are read strictly, whatever an agent sends."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.engine.side_channels import messages
from swarm.engine.side_channels.messages import Unreadable, read
from swarm.model.agent_state import AgentState
from swarm.model.question import Option, Part, Question

EDIT = {"id": "q1", "kind": "permission", "title": "edit?", "tool": "Edit"}

PART = {"title": "x", "options": [{"id": "1", "label": "y"}]}


def line(**body: Any) -> bytes:
    """The message as it comes."""
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (line(ready=True), messages.Ready()),
        (line(sync=True), messages.Synced()),
        (line(gone="q1"), messages.Gone("q1")),
        (line(gone="q1", answer="once"), messages.Gone("q1", "once")),
        (line(gone="q1", answer="\x1b[2J"), messages.Gone("q1")),
        (line(delivered="q1"), messages.Delivered("q1")),
        (line(failed="q1", why="no"), messages.Delivered("q1", "no")),
        (line(sent=4), messages.Sent(4)),
        (line(unsent=4), messages.Sent(4, "no reason told")),
        (line(fault="none"), messages.Fault("none")),
        (
            line(state="overloaded", rule="r", until=1.5e9),
            messages.Stated(AgentState.OVERLOADED, "r", "", 1.5e9),
        ),
    ],
)
def test_each_kind_is_read(data: bytes, message: messages.Message) -> None:
    assert read(data, "hooks") == message


def test_a_question_is_read_with_its_options() -> None:
    options = [{"id": "1", "label": "red"}]
    data = line(ask={**EDIT, "kind": "choice", "options": options, "text": True})

    assert read(data, "hooks") == messages.Asked(
        Question(
            "",
            "choice",
            "edit?",
            "Edit",
            options=(Option("1", "red"),),
            source="hooks",
            channel_id="q1",
            allows_text=True,
        )
    )


def test_long_words_are_cut() -> None:
    message = read(line(ask={**EDIT, "body": "x" * 100_000}), "hooks")

    assert isinstance(message, messages.Asked)
    assert len(message.question.body) == messages.BODY + 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b"[1]",
        b"{}",
        b'{"state": NaN}',
        line(other=1),
        line(unreadable="x"),
        line(ask=7),
        line(ask={**EDIT, "kind": "order"}),
        line(ask={**EDIT, "id": "a b"}),
        line(ask={**EDIT, "id": "x" * 200}),
        line(ask={**EDIT, "id": "q\n"}),
        line(ask={**EDIT, "title": ["x"]}),
        line(ask={**EDIT, "always": "yes"}),
        line(ask={**EDIT, "kind": "choice"}),
        line(ask={**EDIT, "options": [{"id": "once", "label": "x"}]}),
        line(ask={**EDIT, "options": [{"id": "1"}, {"id": "1"}]}),
        line(ask={**EDIT, "options": [{"id": str(n)} for n in range(17)]}),
        line(ask={**EDIT, "parts": [PART, PART]}),
        line(ask={**EDIT, "kind": "choice", "parts": [PART]}),
        line(ask={**EDIT, "kind": "choice", "parts": [PART] * 9}),
        line(ask={**EDIT, "kind": "choice", "parts": [PART, 7]}),
        line(ask={**EDIT, "kind": "choice", "parts": [PART, {"title": "x"}]}),
        line(ask={**EDIT, "kind": "choice", "parts": "xx"}),
        line(ask={**EDIT, "kind": "choice", "parts": [PART, {**PART, "text": 1}]}),
        line(state="stalled"),
        line(state="starting"),
        line(state=["ready"]),
        line(state="limited", until="tomorrow"),
        line(state="limited", until=1e30),
        line(state="limited", until=-1),
        line(state="limited", until=True),
        line(state="limited", until=10**400),
        line(sent=True),
        line(sent=-1),
        line(gone=3),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "hooks")


def test_several_questions_are_read_as_parts() -> None:
    message = read(line(ask={**EDIT, "kind": "choice", "parts": [PART] * 2}), "hooks")

    assert isinstance(message, messages.Asked)
    assert message.question.parts == (Part("x", (Option("1", "y"),)),) * 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted(messages._READERS))
FIELDS = st.sampled_from(
    [
        "id",
        "kind",
        "title",
        "body",
        "options",
        "parts",
        "answer",
        "why",
        "until",
        "rule",
        "text",
    ]
)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda key, value, more: json.dumps({key: value, **more}).encode(),
            KEYS,
            JSON | st.dictionaries(FIELDS, JSON, max_size=6),
            st.dictionaries(FIELDS, JSON, max_size=3),
        ),
    )
)
def test_anything_is_a_message_or_refused(data: bytes) -> None:
    """Never another error, and never an id that a screen could not show."""
    try:
        message = read(data, "hooks")
    except Unreadable:
        return
    if isinstance(message, messages.Asked):
        assert message.question.channel_id.isprintable()
        assert all(option.id.isprintable() for option in message.question.options)
        message.question.title.encode()


def test_a_lone_surrogate_is_no_text_that_breaks_the_store() -> None:
    message = read(b'{"ask": {"id": "1", "kind": "text", "title": "\\ud800"}}', "hooks")

    assert isinstance(message, messages.Asked)
    assert message.question.title == "?"
