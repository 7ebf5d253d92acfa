"""What codex's server asks, in a person's words; and an answer in the server's."""

from typing import Any

import pytest

from swarm.box import codex_questions as questions

RUN = {
    "threadId": "t",
    "turnId": "u",
    "itemId": "i",
    "command": "make",
    "reason": "it needs the disk",
    "proposedExecpolicyAmendment": ["make"],
}
NEW = {"path": "/w/a", "kind": {"type": "add"}, "diff": "one\ntwo\n"}
CHANGED = {"path": "/w/b", "kind": {"type": "update"}, "diff": "@@ -1 +1 @@\n-a\n+b"}
COLOUR = {
    "questions": [
        {
            "id": "c",
            "question": "Which?",
            "options": [{"label": "Red"}, {"label": "Blue", "description": "cold"}],
        }
    ]
}


def asked(method: str, given: dict[str, Any], changes: Any = None) -> dict[str, Any]:
    """The question that it is."""
    question = questions.question_of(method, given, changes)
    assert question is not None
    return question


def test_a_command_is_shown_with_its_reason() -> None:
    question = asked(questions.COMMAND, RUN)

    assert (question["title"], question["body"]) == ("it needs the disk", "make")
    assert asked(questions.COMMAND, {})["title"] == "run a command"


def test_changes_are_shown_as_a_diff() -> None:
    question = asked(questions.CHANGE, {}, [NEW, CHANGED])

    assert question["title"] == "change /w/a, /w/b"
    assert question["body"] == "+one\n+two\n@@ -1 +1 @@\n-a\n+b"


def test_changes_that_we_did_not_see_are_asked_all_the_same() -> None:
    question = asked(questions.CHANGE, {"reason": "why"})

    assert (question["title"], question["body"]) == ("why", "")


def test_a_choice_has_its_options() -> None:
    labels = [each["label"] for each in asked(questions.CHOICE, COLOUR)["options"]]

    assert labels == ["Red", "Blue: cold"]


@pytest.mark.parametrize("more", [[{"question": "Two?"}], []], ids=["two", "one"])
def test_a_secret_is_left_to_the_terminal(more: list[Any]) -> None:
    first = {**COLOUR["questions"][0], "isSecret": True}
    question = asked(questions.CHOICE, {"questions": [first, *more]})

    assert question["answerable"] is False
    assert (question["options"], question["parts"]) == ([], [])


def test_two_at_once_are_answered_by_their_ids() -> None:
    two = {**COLOUR["questions"][0], "id": "d", "question": "And?"}
    given = {"questions": [*COLOUR["questions"], two]}
    question = asked(questions.CHOICE, given)

    assert [part["title"] for part in question["parts"]] == ["Which?", "And?"]
    said = questions.decision(questions.CHOICE, given, "2;", "green")
    assert said == {
        "answers": {"c": {"answers": ["Blue"]}, "d": {"answers": ["green"]}}
    }


@pytest.mark.parametrize("method", list(questions.OTHERS))
def test_other_requests_are_told_and_answered_in_the_terminal(method: str) -> None:
    assert asked(method, {"message": "go?"})["answerable"] is False


def test_a_request_that_is_no_question_is_left_out() -> None:
    assert questions.question_of("account/chatgptAuthTokens/refresh", {}) is None


@pytest.mark.parametrize(
    ("method", "given", "answer", "text", "expected"),
    [
        (questions.COMMAND, RUN, "once", "", {"decision": "accept"}),
        (questions.COMMAND, RUN, "reject", "no", {"decision": "decline"}),
        (
            questions.COMMAND,
            RUN,
            "always",
            "",
            {
                "decision": {
                    "acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["make"]}
                }
            },
        ),
        (questions.CHANGE, {}, "always", "", {"decision": "acceptForSession"}),
        (questions.CHOICE, COLOUR, "2", "", {"answers": {"c": {"answers": ["Blue"]}}}),
        (questions.CHOICE, COLOUR, "", "x", {"answers": {"c": {"answers": ["x"]}}}),
        (questions.CHOICE, COLOUR, "reject", "", {"answers": {}}),
    ],
)
def test_an_answer_in_its_own_words(
    method: str,
    given: dict[str, Any],
    answer: str,
    text: str,
    expected: dict[str, Any],
) -> None:
    assert questions.decision(method, given, answer, text) == expected


@pytest.mark.parametrize("answer", ["9", "maybe", ""])
def test_an_answer_that_is_none_is_an_error(answer: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        questions.decision(questions.CHOICE, COLOUR, answer, "")
    with pytest.raises(LookupError):
        questions.decision(questions.COMMAND, RUN, answer, "")
