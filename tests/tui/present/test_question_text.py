"""The words of questions on a screen."""

from dataclasses import replace

import pytest

from swarm.model.question import Answer, Question
from swarm.tui.present import question_text
from tests.builders import queued_task
from tests.scenes import HOSTILE_NAME

ASKED = Question("1", "permission", "npm test", tool="Bash", body="npm test\n")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (ASKED, "Bash: npm test"),
        (replace(ASKED, title="Bash"), "Bash: npm test"),
        (replace(ASKED, title="", body=""), "Bash"),
        (replace(ASKED, tool="", title="Which?\nOne"), "Which?⏎One"),
        (replace(ASKED, title="", body="\n\n  cd /tmp &&\n ls"), "Bash: cd /tmp &&"),
        (replace(ASKED, tool="", title="", body=""), ""),
    ],
)
def test_a_question_is_one_line(question: Question, words: str) -> None:
    """Its tool, and what for."""
    assert question_text.summary(question) == words


def test_a_diff_has_its_colours_and_nothing_else_has() -> None:
    """A command that begins with a dash is no removed line."""
    diff = replace(ASKED, body="--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same")
    listing = replace(ASKED, body="- one\n+ two")

    coloured = [line.plain for line in question_text.body(diff) if line.spans]
    plain = [line.plain for line in question_text.body(listing) if line.spans]

    assert coloured == ["npm test", "--- a", "+++ b", "@@ -1 +1 @@", "-old", "+new"]
    assert plain == ["npm test"]


@pytest.mark.parametrize(
    "hostile",
    [
        replace(ASKED, title=HOSTILE_NAME),
        replace(ASKED, title="", body=HOSTILE_NAME),
        replace(ASKED, tool=HOSTILE_NAME),
    ],
)
def test_no_byte_of_the_agents_acts(hostile: Question) -> None:
    """Neither escapes nor bidi controls; markup stays text."""
    lines = [line.plain for line in question_text.body(hostile)]
    drawn = "".join([*lines, question_text.summary(hostile)])

    assert "[bold]x[/bold]" in drawn
    assert not set(drawn) & set("\x1b\x07\u202e\u200b\x9b")


def test_what_is_cut_is_told() -> None:
    """A command may go on where the card ends."""
    many = replace(ASKED, body="x\n" * question_text.MOST_LINES + "rm -rf /\n")
    wide = replace(ASKED, body="x" * 5000)

    assert question_text.cut(ASKED) == ""
    assert question_text.cut(many) == "1 line more than is shown here"
    assert question_text.cut(wide) == "a line of 5,000 characters is cut here"
    assert len(question_text.body(many)) == question_text.MOST_LINES + 2


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((Answer("1", "", "once", by="us"),), "it was answered elsewhere: once"),
        ((Answer("1", "", "", by="pane"),), "it was answered in its terminal"),
        (
            (Answer("1", "", "", by="gone"),),
            "it is gone: its agent does not wait for an answer any more",
        ),
        ((), "it is gone: its agent has ended"),
    ],
)
def test_what_became_of_a_question(answers: tuple[Answer, ...], words: str) -> None:
    """Who answered, or that nobody did."""
    task = queued_task(1, answers=answers)

    assert question_text.settled(task, "1") == words
    assert question_text.settled(replace(task, questions=(ASKED,)), "1") == ""
