"""The card of a question: what it shows, and what each key answers."""

from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Input

from swarm.model.question import Option, Part, Question
from swarm.tui.app import SwarmApp
from swarm.tui.dialogs.base import Dialog
from swarm.tui.dialogs.open_question import OpenQuestion, QuestionReply
from swarm.tui.dialogs.question_card import QuestionCard
from swarm.tui.messages import Nudge
from tests.scenes import EMPTY, HOSTILE_NAME, press, settled, shown
from tests.tui.fakes import FakeBackend
from tests.tui.screens.dashboard.test_decisions import Recorded

ASKS = Question(
    "1",
    "permission",
    "npm install",
    tool="Bash",
    body="npm install",
    allows_always=True,
)
CHOICE = Question(
    "1",
    "choice",
    "Which?",
    options=(Option("a", "this"), Option("b", "that"), Option("c", "neither")),
)
MANY = replace(CHOICE, allows_many=True)
SEVERAL = Question(
    "1",
    "choice",
    "Which? (and 2 more)",
    parts=(
        Part("Which?", CHOICE.options),
        Part("What?", CHOICE.options, True, True),
        Part("Its name?", (), True),
    ),
)
TEXT = Question("1", "text", "What is its name?", allows_text=True)


async def replies(
    backend: FakeBackend, question: Question, *keys: str, words: str = ""
) -> list[QuestionReply | None]:
    """What the card answers to these keys; empty while it stays open."""
    given: list[QuestionReply | None] = []
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await open_card(app, question, given, words)
            await press(pilot, backend, *keys)
    return given


async def open_card(
    app: SwarmApp, question: Question, given: list[Any], words: str = ""
) -> None:
    shown_question = OpenQuestion(
        question, 3, "fix", "claude", "1/1", lambda: 60.0, lambda: words
    )
    await app.push_screen(QuestionCard(shown_question), given.append)


@pytest.mark.parametrize(
    ("question", "keys", "reply"),
    [
        (ASKS, ("a",), QuestionReply("answer", "once")),
        (ASKS, ("A",), QuestionReply("answer", "always")),
        (ASKS, ("x",), QuestionReply("answer", "reject")),
        (
            replace(ASKS, allows_text=True),
            ("x", "type:use pnpm", "enter"),
            QuestionReply("answer", "reject", "use pnpm"),
        ),
        (
            replace(ASKS, allows_text=True),
            ("x", "enter"),
            QuestionReply("answer", "reject"),
        ),
        (
            replace(ASKS, options=(Option("session", "for this session"),)),
            ("1",),
            QuestionReply("answer", "session"),
        ),
        (ASKS, ("right_square_bracket",), QuestionReply("next")),
        (ASKS, ("t",), QuestionReply("attach")),
        (ASKS, ("y",), QuestionReply("copy")),
        (ASKS, ("escape",), None),
        (CHOICE, ("2",), QuestionReply("answer", "b")),
        (CHOICE, ("down", "j", "down", "up", "enter"), QuestionReply("answer", "b")),
        (CHOICE, ("enter",), QuestionReply("answer", "a")),
        (CHOICE, ("x",), QuestionReply("answer", "reject")),
        (MANY, ("3", "1", "enter"), QuestionReply("answer", "a,c")),
        (MANY, ("down", "space", "1", "1", "enter"), QuestionReply("answer", "b")),
        (MANY, ("down", "enter"), QuestionReply("answer", "b")),
        (MANY, ("x",), QuestionReply("answer", "reject")),
        (
            replace(CHOICE, allows_text=True),
            ("w", "type:both a", "enter"),
            QuestionReply("answer", "", "both a"),
        ),
        (
            SEVERAL,
            ("2", "1", "3", "enter", "type:fix it", "enter"),
            QuestionReply("answer", "b;a,c;", "fix it"),
        ),
        (
            SEVERAL,
            ("enter", "w", "type:tea", "enter", "type:fix", "enter"),
            QuestionReply("answer", "a;;", "tea\nfix"),
        ),
        (
            SEVERAL,
            ("1", "backspace", "2", "w", "escape", "enter", "type:x", "enter"),
            QuestionReply("answer", "b;a;", "x"),
        ),
        (SEVERAL, ("1", "x", "enter"), QuestionReply("answer", "reject")),
        (SEVERAL, ("1", "escape"), None),
        (TEXT, ("type:aAx1t]y", "enter"), QuestionReply("answer", "", "aAx1t]y")),
        (TEXT, ("type:a", "escape"), None),
    ],
)
async def test_a_key_is_an_answer(
    recorded: Recorded,
    question: Question,
    keys: tuple[str, ...],
    reply: QuestionReply | None,
) -> None:
    """Exactly one, by the question's own ids; letters in a line are text."""
    assert await replies(recorded(EMPTY), question, *keys) == [reply]


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        (replace(ASKS, allows_always=False), ("A",)),
        (ASKS, ("1", "enter", "w", "9")),
        (CHOICE, ("a", "A", "4", "w", "space")),
        (MANY, ("1", "2", "space", "4")),
        (TEXT, ("enter",)),
        (SEVERAL, ("1", "2", "enter")),
        (SEVERAL, ("backspace", "1", "enter", "enter")),
        (replace(SEVERAL, is_answerable=False), ("1", "enter", "w", "x")),
        (replace(ASKS, is_answerable=False), ("a", "A", "x", "1", "w")),
        (replace(CHOICE, is_answerable=False), ("1", "enter", "x")),
        (replace(TEXT, is_answerable=False), ("w", "enter")),
        (replace(ASKS, allows_text=True), ("x", "type:aA", "escape")),
    ],
)
async def test_a_key_that_is_no_answer_does_nothing(
    recorded: Recorded, question: Question, keys: tuple[str, ...]
) -> None:
    """The card stays, and nothing is sent."""
    assert await replies(recorded(EMPTY), question, *keys) == []


@pytest.mark.parametrize(
    ("question", "keys"), [(ASKS, ("a", "A", "x")), (CHOICE, ("1", "enter", "x"))]
)
async def test_keys_decide_nothing_in_the_first_moment(
    recorded: Recorded,
    monkeypatch: pytest.MonkeyPatch,
    question: Question,
    keys: tuple[str, ...],
) -> None:
    """One may be meant for the screen below."""
    monkeypatch.setattr(Dialog, "arm_seconds", 60.0)

    assert await replies(recorded(EMPTY), question, *keys) == []


async def test_it_closes_in_words_when_nobody_waits_any_more(
    recorded: Recorded,
) -> None:
    """Even while a reason is being written."""
    given: list[QuestionReply | None] = []
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            question = replace(ASKS, allows_text=True)
            await open_card(app, question, given, "it was answered in its terminal")
            await press(pilot, backend, "x", "type:no")
            app.screen.post_message(Nudge())
            await settled(pilot)

    assert given == [QuestionReply("settled", text="it was answered in its terminal")]


async def test_a_long_body_scrolls_beside_the_answers(recorded: Recorded) -> None:
    """The answers stay in sight, and so does what is cut."""
    body = "".join(f"echo {number}\n" for number in range(1000))
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await open_card(app, replace(ASKS, body=body), [])
            await press(pilot, backend, "pagedown", "down")
            words = app.screen.query_one("#asked")
            assert words.scroll_offset.y > 3
            answers = app.screen.query_one("#answers")
            assert app.screen.region.contains_region(answers.region)
            assert "600 lines more than is shown here" in str(answers.render())


async def test_all_options_can_be_reached(recorded: Recorded) -> None:
    """More than have a digit, and more than are drawn at once."""
    options = tuple(Option(str(n), f"label {n}") for n in range(40))
    many = replace(CHOICE, options=options)

    reply = await replies(recorded(EMPTY), many, *["down"] * 30, "enter")

    assert reply == [QuestionReply("answer", "30")]


async def test_nothing_of_the_agents_acts(recorded: Recorded) -> None:
    """Title, tool, body and options are text, whatever they hold."""
    hostile = replace(
        CHOICE,
        title=HOSTILE_NAME,
        tool=HOSTILE_NAME,
        body=HOSTILE_NAME,
        options=(Option("a", HOSTILE_NAME),),
    )
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            await open_card(app, hostile, [])
            await settled(pilot)
            strips = app.screen._compositor.render_strips()
            drawn = "".join(strip.text for strip in strips)

    assert drawn.count("[bold]x[/bold]") >= 3
    assert not set(drawn) & set("\x1b\x07\u202e\u200b\x9b")


@pytest.mark.parametrize(("question", "has_line"), [(TEXT, True), (CHOICE, False)])
async def test_a_question_for_words_has_the_cursor_in_its_line(
    recorded: Recorded, question: Question, has_line: bool
) -> None:
    """And no other kind has: their keys are answers."""
    backend = recorded(EMPTY)
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await open_card(app, question, [])
            await settled(pilot)
            assert isinstance(app.focused, Input) == has_line
