"""A task goes on by the way that disturbs it least, or a sentence says why not."""

from dataclasses import replace

import pytest

from swarm.engine.tasks import take_up
from swarm.model import agent_screen, events
from swarm.model.agent_state import NEEDS_YOU, AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import Choice
from swarm.model.question import Question
from swarm.model.task import Budget, State, Task
from tests.engine.tasks.limited_tasks import LIMIT, NOW, World, on_screen, task


def test_a_budget_that_is_used_up_is_told() -> None:
    spent = replace(task(1), budget=Budget(tokens=10))
    spent = replace(spent, model=replace(spent.model, tokens_in=10))
    world = World(spent)

    (told,) = world.moves(20.0)
    assert (told.how, told.why) == ("told", "it used 10 tokens of 10")


def test_it_is_given_up_after_many_tries() -> None:
    limit = replace(LIMIT, tries=take_up.MOST_TRIES)
    world = World(task(1, limit=limit))

    (told,) = world.moves(4000.0)
    assert (told.how, told.hint) == (
        "told",
        "`swarm retry --continue 1` takes it up",
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "stopped by you"},
        {"reason": "killed by you"},
        {"state": State.REJECTED},
        {"state": State.MERGED},
        {"removed": True},
        {"state": State.LIVE, "paused": True},
        {"state": State.QUEUED},
        {"limit": None},
    ],
    ids=str,
)
def test_what_its_human_ended_or_paused_stays(changed: dict[str, object]) -> None:
    world = World(replace(task(1), **changed))  # type: ignore[arg-type]  # fields of a task

    assert world.look(5000.0) == []


def test_an_agent_at_its_prompt_is_told_and_not_restarted() -> None:
    """It had a moment to go on by itself."""
    world = World(on_screen(1))

    assert world.look(20.0) == []
    assert world.look(5.0) == [(1, "prompt")]


@pytest.mark.parametrize("state", sorted(NEEDS_YOU))
def test_nothing_is_typed_into_a_dialog(state: AgentState) -> None:
    """Nor is an agent restarted that asks its human something."""
    evidence = Evidence(Source.SCREEN, "a dialog", "", NOW)
    asking = replace(on_screen(1), agent_status=AgentStatus(state, NOW, evidence))
    world = World(asking)
    world.look(20.0)

    assert world.look(5000.0) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"screen": agent_screen.FIRST_RUN},
        {"screen": "asks_permission"},
        {"screen": "a_new_cue"},
        {"screen": "", "questions": (Question("q", "choice", "Which?"),)},
    ],
    ids=str,
)
def test_one_that_shows_its_human_something_is_not_restarted(
    changed: dict[str, object],
) -> None:
    world = World(replace(on_screen(1), **changed))  # type: ignore[arg-type]  # fields of a task
    world.look(20.0)

    assert world.look(5000.0) == []


@pytest.mark.parametrize("screen", [agent_screen.READY, "", agent_screen.FIRST_RUN])
def test_an_agent_that_asks_its_model_by_itself_is_let_be(screen: str) -> None:
    live = on_screen(1, screen)
    world = World(replace(live, model=replace(live.model, open_requests=1)))
    world.look(20.0)

    assert world.look(5000.0) == []


@pytest.mark.parametrize(
    ("made", "seconds"),
    [
        (on_screen(1, ""), take_up.HANG_SECONDS),
        (task(1, State.LIVE), take_up.HANG_HEADLESS_SECONDS),
    ],
)
def test_one_that_hangs_past_the_reset_is_taken_up_anew(
    made: Task, seconds: float
) -> None:
    """Its screen may say that it works; the gate saw that it asks nothing."""
    world = World(made)
    world.look(20.0)

    assert world.look(seconds - 1) == []
    assert world.look(1.0) == [(1, "sandbox")]


def test_a_headless_one_that_hangs_is_stopped_where_the_reset_is_far() -> None:
    far = replace(LIMIT, until=NOW + 7200)
    world = World(task(1, State.LIVE, far))

    assert world.look(take_up.STOP_SECONDS - 1) == []
    assert world.look(1.0) == [(1, "stop")]

    world.happen(1, events.TaskStopped(137, "stopped at its model's limit"))
    assert world.look(100.0) == []
    assert world.look(7200.0) == [(1, "sandbox")]


@pytest.mark.parametrize("choice", ["ask", "no"])
def test_it_is_stopped_only_where_it_goes_on(choice: Choice) -> None:
    far = replace(LIMIT, until=NOW + 7200)
    world = World(task(1, State.LIVE, far), choice=choice)

    assert world.look(500.0) == []


def test_one_that_still_works_on_something_is_not_stopped() -> None:
    far = replace(LIMIT, until=NOW + 7200)
    evidence = Evidence(Source.SENSOR, "a command", "", NOW)
    working = AgentStatus(AgentState.WORKING, NOW, evidence, "tool")
    world = World(replace(task(1, State.LIVE, far), agent_status=working))

    assert world.look(500.0) == []


@pytest.mark.parametrize("screen", [agent_screen.READY, "", "a_dialog"])
@pytest.mark.parametrize("state", [AgentState.LIMITED, AgentState.ASKS_QUESTION])
def test_an_agent_that_listens_at_its_side_channel_is_told_there(
    screen: str, state: AgentState
) -> None:
    """A dialog that its screen shows, as codex's offer of another model, is let be."""
    evidence = Evidence(Source.SCREEN, "a dialog", "", NOW)
    status = AgentStatus(state, NOW, evidence)
    world = World(replace(on_screen(1, screen), agent_status=status))
    world.listens = True
    world.look(20.0)

    assert world.look(4.0) == []
    assert world.look(1.0) == [(1, "channel")]


@pytest.mark.parametrize(
    "changed",
    [
        {"questions": (Question("q", "choice", "Which?"),)},
        {"awaits_prompt": "ready"},
        {"paused": True},
    ],
    ids=str,
)
def test_nothing_goes_by_the_channel_while_it_asks_or_waits(
    changed: dict[str, object],
) -> None:
    world = World(replace(on_screen(1), **changed))  # type: ignore[arg-type]  # fields of a task
    world.listens = True
    world.look(20.0)

    assert ("channel" in [how for _, how in world.look(5000.0)]) is False
