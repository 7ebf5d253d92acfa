"""What a hook makes of its agent's event, and of a person's answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.box import hook
from swarm.engine.side_channels import messages

ASK = "AskUserQuestion"
TWO = [{"question": "One?", "options": [{"label": "a"}]}, {"question": "Two?"}]


def event(tool: str, **given: Any) -> dict[str, Any]:
    """A permission that is requested."""
    return {
        "hook_event_name": "PermissionRequest",
        "tool_name": tool,
        "tool_input": given,
    }


@pytest.mark.parametrize(
    ("asked", "title", "body"),
    [
        (event("Bash", command="make"), "run a command", "make"),
        (event("Bash", command="make", description="build"), "build", "make"),
        (event("Write", file_path="/w/a", content="x"), "write /w/a", "x"),
        (event("WebFetch", url="https://a", prompt="read"), "fetch https://a", "read"),
        (event("ExitPlanMode", plan="1. go"), "go on with its plan", "1. go"),
        (event("mcp__a__b", x=1), "use mcp__a__b", '{\n "x": 1\n}'),
    ],
)
def test_a_permission_in_a_person_s_words(
    asked: dict[str, Any], title: str, body: str
) -> None:
    question = hook.question_of(asked)

    assert (question["kind"], question["title"]) == ("permission", title)
    assert question["body"] == body


def test_several_questions_at_once_are_parts_of_one() -> None:
    question = hook.question_of(event(ASK, questions=TWO))

    assert (question["title"], question["answerable"]) == ("One? (and 1 more)", True)
    assert question["body"] == "One?\nTwo?"
    assert [(part["title"], len(part["options"])) for part in question["parts"]] == [
        ("One?", 1),
        ("Two?", 0),
    ]
    line = json.dumps({"ask": {"id": "1", **question}}).encode()
    assert isinstance(messages.read(line, "hooks"), messages.Asked)


def test_more_than_a_card_asks_are_left_to_the_terminal() -> None:
    question = hook.question_of(event(ASK, questions=TWO * 8))

    assert question["answerable"] is False
    assert "parts" not in question


@pytest.mark.parametrize(
    ("answer", "text", "answers"),
    [
        ("1;", "green", {"One?": "a", "Two?": "green"}),
        (";", "red\ngreen", {"One?": "red", "Two?": "green"}),
    ],
)
def test_several_are_answered_together(
    answer: str, text: str, answers: dict[str, str]
) -> None:
    decided = hook.decision(event(ASK, questions=TWO), answer, text)

    assert decided["updatedInput"] == {"questions": TWO, "answers": answers}


@pytest.mark.parametrize(
    ("answer", "text"),
    [("1", ""), ("1;1;1", ""), ("1;", ""), (";", "one"), ("9;", "x"), ("", "x")],
)
def test_an_answer_to_some_of_several_is_none(answer: str, text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        hook.decision(event(ASK, questions=TWO), answer, text)


def test_one_question_may_take_several_options() -> None:
    asked = {"question": "One?", "options": [{"label": "a"}], "multiSelect": True}
    question = hook.question_of(event(ASK, questions=[asked]))

    assert (question["many"], question["answerable"]) == (True, True)


def test_always_means_this_tool_or_this_command() -> None:
    edit = hook.decision(event("Edit", file_path="a"), "always", "")
    run = hook.decision(event("Bash", command="make"), "always", "")

    assert edit["updatedPermissions"][0]["rules"] == [{"toolName": "Edit"}]
    rule = {"toolName": "Bash", "ruleContent": "make"}
    assert run["updatedPermissions"][0]["rules"] == [rule]


def test_a_plan_is_not_taken_for_always() -> None:
    assert hook.question_of(event("ExitPlanMode", plan="x"))["always"] is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(
    st.text(max_size=10) | st.just(ASK),
    st.dictionaries(
        st.sampled_from(["command", "file_path", "old_string", "content", "questions"]),
        JSON,
    ),
)
def test_what_it_asks_is_a_message_that_the_keeper_reads(
    tool: str, given: dict[str, Any]
) -> None:
    """Or it understands nothing, and leaves the dialog to the agent."""
    try:
        question = hook.question_of(event(tool, **given))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        return
    line = json.dumps({"ask": {"id": "1", **question}}).encode()
    try:
        messages.read(line, "hooks")
    except messages.Unreadable as error:
        assert "choice without options" in str(error)  # noqa: PT017 - one of two ends


COPILOT = {"hookName": "permissionRequest", "toolName": "edit"}


def test_what_copilot_asks_is_read_of_its_own_words() -> None:
    given = {"file_path": "/w/a", "diff": "\n@@ -1 +1 @@\n-a\n+b\n\n"}
    event = hook.of_copilot({**COPILOT, "toolInput": given})
    question = hook.question_of(event, "copilot")

    assert (question["tool"], question["title"]) == ("edit", "change /w/a")
    assert question["body"] == "@@ -1 +1 @@\n-a\n+b"
    assert question["always"] is False
    rejected = hook.output("copilot", hook.decision(event, "reject", "not now"))
    assert rejected == {"behavior": "deny", "message": "not now"}
    assert hook.output("copilot", hook.decision(event, "once", "")) == {
        "behavior": "allow"
    }
