"""What an agent does, as its task's row says it."""

import os
import time
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.question import Question
from swarm.model.task import State, Task
from swarm.tui.present import agent_appearance, formatting, task_appearance
from swarm.tui.present.appearance import Need, Section
from tests.builders import queued_task
from tests.scenes import HOSTILE_NAME

NOW = 1_790_000_000.0
ASKED = Question("1", "permission", "npm test", tool="Bash")


def live(state: AgentState, questions: tuple[Question, ...] = (), **more: Any) -> Task:
    evidence = Evidence(Source.SCREEN, "rule", "line", NOW)
    choice = more.pop("choice", "")
    status = AgentStatus(state, NOW, evidence, **more)
    return queued_task(
        1,
        state=State.LIVE,
        agent="codex",
        agent_status=status,
        questions=questions,
        resume_after_limit=choice,
    )


@pytest.mark.parametrize("state", AgentState)
@pytest.mark.parametrize("contradiction", ["", "says ready, but a request is open"])
def test_every_state_has_a_look(state: AgentState, contradiction: str) -> None:
    """A new state cannot be forgotten, and each has a character in ASCII."""
    look = task_appearance.appearance(live(state, contradiction=contradiction))
    ascii_glyph = look.glyph.translate(formatting.ASCII)

    assert cell_len(look.glyph) == 1
    assert ascii_glyph.isascii()
    assert len(look.word) <= 9
    assert look.word.endswith("*") == bool(contradiction)
    assert (look.section is Section.NEEDS_YOU) == (look.need is not Need.NONE)
    counted = {word for _, word, _ in task_appearance.COUNTED}
    assert (look.counted or look.word.rstrip("*")) in counted


def test_the_most_urgent_comes_first_and_equals_stay() -> None:
    """Asks, failed, stalled, limited, then what can be reviewed, then what works."""
    states = [
        live(AgentState.WORKING),
        live(AgentState.READY),
        live(AgentState.LIMITED, until=NOW + 60),
        live(AgentState.STALLED),
        live(AgentState.FAILED),
        live(AgentState.ASKS_PERMISSION),
        live(AgentState.LIMITED, until=NOW + 60, choice="yes"),
        live(AgentState.ASKS_QUESTION),
    ]
    tasks = [replace(task, id=number) for number, task in enumerate(states)]

    order = [t.id for _, part in task_appearance.by_section(tasks) for t in part]

    assert order == [5, 7, 4, 3, 2, 1, 0, 6]


@pytest.mark.parametrize(
    ("task", "whole"),
    [
        (live(AgentState.FIRST_RUN), "first-run dialog: Enter attaches"),
        (live(AgentState.NEEDS_LOGIN), "needs login: swarm login codex"),
        (live(AgentState.ASKS_PERMISSION), "asks in its pane: Enter attaches"),
        (live(AgentState.ASKS_PERMISSION, (ASKED,)), "asks: Bash: npm test"),
        (
            live(AgentState.ASKS_QUESTION, (replace(ASKED, tool=""), ASKED)),
            "question (+1): npm test",
        ),
        (
            live(AgentState.ASKS_QUESTION, (replace(ASKED, is_answerable=False),)),
            "has a question in its pane: Enter attaches",
        ),
        (live(AgentState.STALLED), "stalled: ! decides what was denied"),
        (live(AgentState.FAILED, detail="it has no key"), "failed: it has no key"),
        (live(AgentState.LIMITED), "limited no time known, then asks you"),
    ],
)
def test_the_row_says_the_way_on(task: Task, whole: str) -> None:
    """What a newcomer does next stands there."""
    assert task_appearance.appearance(task).whole == whole


@pytest.mark.parametrize(
    ("choice", "section", "then"),
    [
        ("yes", Section.WORKING, "goes on by itself"),
        ("ask", Section.NEEDS_YOU, "asks you"),
        ("no", Section.NEEDS_YOU, "waits for you"),
        ("", Section.NEEDS_YOU, "asks you"),
    ],
)
def test_a_limit_needs_nobody_if_the_task_goes_on(
    monkeypatch: pytest.MonkeyPatch, choice: str, section: Section, then: str
) -> None:
    """And the row says what will happen."""
    monkeypatch.setitem(os.environ, "TZ", "UTC")
    time.tzset()
    look = task_appearance.appearance(
        live(AgentState.LIMITED, until=NOW + 4000, choice=choice)
    )

    assert look.section is section
    assert look.whole == f"limited until 15:20, then {then}"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (60, "14:14"),
        (86_400, "Tue 14:13"),
        (8 * 86_400, "29 Sep 14:13"),
        (-86_400, "20 Sep 14:13"),
    ],
)
def test_a_time_on_another_day_says_which(ahead: float, words: str) -> None:
    """A limit may be lifted next week."""
    assert agent_appearance.until(NOW + ahead, NOW) == words


def test_no_byte_of_the_agents_acts() -> None:
    """A question's words, and a reason that an agent chose."""
    asking = live(
        AgentState.ASKS_QUESTION, (replace(ASKED, title=HOSTILE_NAME, tool="\x1b[2J"),)
    )
    failed = live(AgentState.FAILED, detail=HOSTILE_NAME)

    drawn = "".join(task_appearance.appearance(task).whole for task in (asking, failed))

    assert not set(drawn) & set("\x1b\x07\u202e\u200b\x9b\n")


def test_a_stopped_task_whose_agent_did_nothing_failed() -> None:
    """Exit 0 proves nothing."""
    task = replace(
        live(AgentState.FAILED, detail="it was refused its tools"),
        state=State.STOPPED,
        exit_code=0,
    )
    fine = replace(live(AgentState.ENDED), state=State.STOPPED, exit_code=0)

    assert task_appearance.appearance(task).word == "failed"
    assert task_appearance.appearance(fine).word == "ready"


@pytest.mark.parametrize("field", ["paused", "budget"])
def test_what_swarm_stopped_is_told_before_what_the_agent_does(field: str) -> None:
    """A frozen agent does nothing at all."""
    task = live(AgentState.WORKING)
    if field == "paused":
        task = replace(task, paused=True)
    else:
        task = replace(task, budget=replace(task.budget, exceeded="it used all"))

    assert task_appearance.appearance(task).word == field
