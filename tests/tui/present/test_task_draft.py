"""What was typed is refused in a sentence, or becomes exactly the wish."""

from dataclasses import replace

import pytest

from swarm.model.standing import Standing
from swarm.tui.present.task_draft import Draft, Surroundings

DRAFT = Draft(prompt="go", agents=("claude",))
AROUND = Surroundings(("claude",), ("", ""), "swarm/7", "api", "main", 4, 4 << 30)


@pytest.mark.parametrize("text", ["0", "-1", "²", "1e9", "1000000000", "x", "9" * 5000])
def test_an_absurd_number_of_copies_is_refused(text: str) -> None:
    draft = replace(DRAFT, copies=text)

    assert draft.trouble() == "copies must be a number from 1 to 1,000"
    assert draft.wrong_field() == "copies"


@pytest.mark.parametrize("text", ["²", "a", "-1", "9" * 30])
def test_after_takes_numbers_of_tasks(text: str) -> None:
    assert replace(DRAFT, after=text).wrong_field() == "after"


def test_many_copies_are_taken_and_what_they_take_is_said() -> None:
    draft = replace(DRAFT, copies=" 200 ")

    assert (draft.trouble(), draft.wish("/r").copies) == ("", 200)
    assert "; 200 tasks, 4 at work at once" in draft.preview(AROUND)
    assert DRAFT.preview(AROUND).endswith("branch swarm/7-go from main in api")


def test_several_agents_are_one_wish_and_counted() -> None:
    draft = replace(DRAFT, agents=("claude", "codex"), copies="2", mode="ask")

    wish = draft.wish("/r")

    assert (wish.agent, wish.agents, wish.mode) == ("", ("claude", "codex"), "ask")
    assert "will create 4 tasks" in draft.preview(AROUND)
    assert "branch swarm/7-go-claude-1 from" in draft.preview(AROUND)
    assert (DRAFT.wish("/r").agent, DRAFT.wish("/r").agents) == ("claude", ())


def test_a_command_beside_agents_needs_both_words() -> None:
    both = replace(DRAFT, agents=("claude", "command"))

    assert both.trouble() == "the command is empty"
    assert replace(both, command="make", prompt=" ").trouble() == "the prompt is empty"
    alone = replace(DRAFT, agents=("command",), command="make", prompt="")
    assert alone.trouble() == ""
    assert replace(DRAFT, agents=()).trouble().startswith("no agent is chosen")


def test_a_mode_that_the_repository_would_loosen_is_told() -> None:
    why = "qwen would obey .qwen of the repository, which can loosen ask or edits"
    known = {"qwen": Standing("qwen", modes=("ask", "full"), no_low_mode=why)}
    draft = Draft(prompt="do it", agents=("qwen",))

    assert replace(draft, mode="ask").trouble(known) == why
    assert replace(draft, mode="full").trouble(known) == ""
    assert draft.trouble(known) == ""


def test_a_mode_that_an_agent_has_not_is_told() -> None:
    known = {"claude": Standing("claude", modes=("ask", "full"))}

    assert replace(DRAFT, mode="edits").trouble(known) == "claude has no mode edits"
    assert replace(DRAFT, mode="ask").trouble(known) == ""
    assert replace(DRAFT, mode="edits").trouble() == ""
