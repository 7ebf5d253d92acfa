"""Which tasks need their human, and when that is a new need."""

from dataclasses import replace

import pytest

from swarm.model import needs
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.question import Question
from swarm.model.task import State, Task
from tests.builders import queued_task
from tests.scenes import HOSTILE_NAME

ASKED = Question("1", "permission", HOSTILE_NAME, tool=HOSTILE_NAME)


def live(state: AgentState, since: float = 5.0, *questions: Question) -> Task:
    evidence = Evidence(Source.SCREEN, HOSTILE_NAME, HOSTILE_NAME, since)
    status = AgentStatus(state, since, evidence, detail=HOSTILE_NAME)
    return queued_task(
        1, state=State.LIVE, agent_status=status, questions=tuple(questions)
    )


@pytest.mark.parametrize("state", AgentState)
def test_what_needs_a_human_is_told(state: AgentState) -> None:
    """What works, waits for its model or begins is not."""
    quiet = {AgentState.WORKING, AgentState.STARTING, AgentState.OVERLOADED}

    assert bool(needs.notices([live(state)])) == (state not in quiet)


def test_another_question_is_another_need() -> None:
    """And so is the same state at another time."""
    first = live(AgentState.ASKS_PERMISSION, 5.0, ASKED)
    second = live(AgentState.ASKS_PERMISSION, 5.0, ASKED, replace(ASKED, id="2"))
    later = live(AgentState.ASKS_PERMISSION, 6.0, ASKED)

    keys = [needs.notices([task])[1].key for task in (first, first, second, later)]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert all(set(key) <= set("0123456789abcdefghijklmnopqrstuvwxyz-") for key in keys)


def test_no_word_of_the_agents_is_told() -> None:
    """Neither its question, nor its reason, nor the line that was seen."""
    for state in AgentState:
        for notice in needs.notices([live(state, 5.0, ASKED)]).values():
            assert "evil" not in notice.words


def test_what_was_ended_by_hand_is_known() -> None:
    """Nobody is told of what they did."""
    stopped = queued_task(1, state=State.STOPPED, exit_code=143)

    assert needs.notices([replace(stopped, reason="stopped by you")]) == {}
    assert needs.notices([replace(stopped, reason="out of memory")]) != {}
