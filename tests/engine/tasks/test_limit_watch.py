"""Who goes on after a limit, in which order, how often, and what is told instead."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from swarm.engine.tasks import limit_watch
from swarm.engine.tasks.limit_watch import ASKS, AT_ONCE, LimitWatch, Move, held_start
from swarm.model import agent_screen, events
from swarm.model.agent_state import NEEDS_YOU, AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import Choice, ModelLimit
from swarm.model.question import Question
from swarm.model.task import Budget, State, Task
from swarm.model.transitions import apply_event, new_task
from tests.builders import queued

NOW = 1_800_000_000.0
LIMIT = ModelLimit("usage", NOW + 20, "m.test", key="k", since=NOW, met=NOW)


class World:
    """Tasks and two clocks that a test moves."""

    def __init__(self, *tasks: Task, choice: Choice = "yes") -> None:
        self.tasks = {task.id: task for task in tasks}
        self.now, self.monotonic = NOW, 50.0
        self.choice = choice
        self.listens = False
        self.watch = LimitWatch()
        self.look()

    def look(self, seconds: float = 0.0) -> list[tuple[int, str]]:
        """What is due after so many seconds of both clocks."""
        return [(move.task, move.how) for move in self.moves(seconds)]

    def moves(self, seconds: float = 0.0) -> list[Move]:
        self.now, self.monotonic = self.now + seconds, self.monotonic + seconds
        return self.watch.look(
            self.tasks.values(),
            self.now,
            self.monotonic,
            lambda _: self.choice,
            lambda _: self.listens,
        )

    def happen(self, task_id: int, *happened: events.Event) -> None:
        """Events of one task, now."""
        for event in happened:
            self.tasks[task_id] = apply_event(self.tasks[task_id], self.now, event)

    def taken_up(self, task_id: int) -> None:
        """It is at work again, in a fresh sandbox."""
        again = events.TaskContinued(plan={}, by="the keeper")
        launched = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        self.happen(task_id, again, *launched)

    def answered(self, task_id: int) -> None:
        words = events.ModelAnswered("n", 1, "m.test", "x", status=200, tokens_out=5)
        self.happen(task_id, words, events.ModelLimitLifted("m.test", "answered"))

    def limited_again(self, task_id: int, ahead: float | None = -1.0) -> None:
        until = None if ahead is None else self.now + ahead
        told = events.ModelLimited("n", 1, "m.test", "usage", until, key="k")
        self.happen(task_id, told)


def task(
    number: int, state: State = State.STOPPED, limit: ModelLimit | None = LIMIT
) -> Task:
    made = new_task(number, NOW, queued(agent="claude", way="headless"))
    return replace(made, state=state, limit=limit)


def on_screen(number: int, screen: str = agent_screen.READY) -> Task:
    return replace(task(number, State.LIVE), way="screen", screen=screen)


def test_nobody_goes_on_before_the_reset() -> None:
    world = World(task(1), task(2))

    assert world.look(19.0) == []
    assert world.look(1.0) == [(1, "sandbox")]


def test_one_asks_first_and_two_follow_at_a_time() -> None:
    """The others wait until the host has answered the first; then two, then two."""
    world = World(*(task(number) for number in range(1, 7)))
    world.look(20.0)
    world.taken_up(1)
    assert world.look(1.0) == []

    world.answered(1)
    assert world.look(1.0) == [(2, "sandbox"), (3, "sandbox")]

    world.taken_up(2)
    world.taken_up(3)
    assert world.look(1.0) == []

    world.answered(3)
    assert world.look(1.0) == [(4, "sandbox")]


def test_thirty_are_never_more_than_two_at_once() -> None:
    """Each goes on once, and none is left."""
    world = World(*(task(number) for number in range(1, 31)))
    world.now += 20
    went: list[int] = []
    for _ in range(200):
        due = world.look(1.0)
        opened = [
            t.id for t in world.tasks.values() if t.limit and t.limit.tried is not None
        ]
        assert len(due) + len(opened) <= AT_ONCE
        for number, how in due:
            assert how == "sandbox"
            went.append(number)
            world.taken_up(number)
        if opened:
            world.answered(opened[0])

    assert went == list(range(1, 31))


def test_accounts_are_tried_apart() -> None:
    """Each host and key has its own first; all together are still two."""
    other = replace(LIMIT, key="other")
    third = replace(LIMIT, host="n.test")
    world = World(task(1), task(2), task(3, limit=other), task(4, limit=third))

    assert world.look(20.0) == [(1, "sandbox"), (3, "sandbox")]


def test_the_newest_limit_of_an_account_counts_for_all_of_it() -> None:
    newer = replace(LIMIT, met=NOW + 5, until=NOW + 300)
    world = World(task(1), task(2, limit=newer))

    assert world.look(30.0) == []
    assert world.look(270.0) == [(1, "sandbox")]


def test_a_reset_that_comes_late_is_backed_off() -> None:
    """One task finds out; the pause grows, however often a time is told."""
    world = World(task(1), task(2))
    world.look(20.0)
    for pause in limit_watch.BACK_OFF[:4]:
        world.taken_up(1)
        world.limited_again(1)
        world.happen(1, events.TaskStopped(1))
        assert world.look(1.0) == []
        assert world.look(pause - 2.0) == []
        assert world.look(2.0) == [(1, "sandbox")]


def test_it_is_given_up_after_many_tries() -> None:
    limit = replace(LIMIT, tries=limit_watch.MOST_TRIES)
    world = World(task(1, limit=limit))

    (told,) = world.moves(4000.0)
    assert (told.how, told.hint) == (
        "told",
        "`swarm retry --continue 1` takes it up",
    )


@pytest.mark.parametrize(
    ("kind", "first"), [("usage", 300.0), ("overload", 60.0), ("?", 3600.0)]
)
def test_a_limit_without_a_time_is_tried_after_a_while(kind: str, first: float) -> None:
    world = World(task(1, limit=replace(LIMIT, kind=kind, until=None)))

    assert world.look(first - 1) == []
    assert world.look(1.0) == [(1, "sandbox")]


def test_a_clock_that_jumps_back_waits_and_one_that_jumps_ahead_tries_once() -> None:
    """The pause between tries is counted by a clock that does not jump."""
    world = World(task(1))
    world.now -= 7200
    assert world.look(60.0) == []

    world.now = NOW + 86400
    assert world.look() == [(1, "sandbox")]

    world.taken_up(1)
    world.limited_again(1)
    world.happen(1, events.TaskStopped(1))
    world.look()
    world.now += 86400
    assert world.look(59.0) == []
    assert world.look(2.0) == [(1, "sandbox")]


@pytest.mark.parametrize("choice", ["ask", "no"])
def test_without_a_yes_nobody_goes_on(choice: Choice) -> None:
    """Who is to be asked is told once; who is switched off is let be."""
    live = task(2, State.LIVE, replace(LIMIT, key="b"))
    world = World(task(1), live, choice=choice)
    for _ in range(3):
        for move in world.moves(1000.0):
            assert (move.how, move.why) == ("told", ASKS)
            told = events.ModelLimitNotResumed(move.why, move.hint)
            world.happen(move.task, told)

    held = [each.limit.held for each in world.tasks.values() if each.limit]
    assert held == ([ASKS, ASKS] if choice == "ask" else ["", ""])


def test_a_yes_after_the_question_takes_it_up() -> None:
    world = World(task(1), choice="ask")
    world.look(20.0)
    world.happen(1, events.ModelLimitNotResumed(ASKS))
    world.choice = "yes"
    assert world.look(1.0) == []

    world.happen(1, events.ResumeAfterLimitSet("yes"))
    assert world.look(1.0) == [(1, "sandbox")]


def test_a_budget_that_is_used_up_is_told() -> None:
    spent = replace(task(1), budget=Budget(tokens=10))
    spent = replace(spent, model=replace(spent.model, tokens_in=10))
    world = World(spent)

    (told,) = world.moves(20.0)
    assert (told.how, told.why) == ("told", "it used 10 tokens of 10")


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
        (on_screen(1, ""), limit_watch.HANG_SECONDS),
        (task(1, State.LIVE), limit_watch.HANG_HEADLESS_SECONDS),
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

    assert world.look(limit_watch.STOP_SECONDS - 1) == []
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


def test_a_try_of_which_nothing_comes_is_told_and_not_repeated() -> None:
    world = World(task(1), task(2))
    world.look(20.0)
    world.taken_up(1)
    world.look()

    (told, other) = world.moves(limit_watch.TRY_SECONDS)
    assert (told.task, told.how) == (1, "told")
    assert (other.task, other.how) == (2, "sandbox")

    world.happen(1, events.ModelLimitNotResumed(told.why, told.hint))
    world.taken_up(2)
    assert world.look(5000.0)[1:] == []


def test_a_new_keeper_tries_one_first_and_repeats_no_try() -> None:
    """It knows of no answer, and of no pause; what was tried stands on the task."""
    tried = task(1, State.LIVE, replace(LIMIT, tried=NOW))
    world = World(tried, task(2))
    world.now += 60

    assert world.look() == []
    world.answered(1)
    assert world.look(1.0) == [(2, "sandbox")]


HELD = replace(LIMIT, until=NOW + 900)


@pytest.mark.parametrize(
    ("changed", "limit", "choice", "is_held"),
    [
        ({}, HELD, "yes", True),
        ({}, HELD, "ask", True),
        ({}, HELD, "no", False),
        ({"agent": "codex"}, HELD, "yes", False),
        ({"resumes": True}, HELD, "yes", False),
        ({}, replace(HELD, until=None), "yes", False),
        ({}, replace(HELD, until=NOW), "yes", False),
        ({}, replace(HELD, kind="overload"), "yes", False),
        ({}, None, "yes", False),
    ],
)
def test_a_start_during_a_limit_waits(
    changed: dict[str, object],
    limit: ModelLimit | None,
    choice: Choice,
    is_held: bool,
) -> None:
    """With the sentence, and the way to start it all the same."""
    starts = replace(task(2, State.QUEUED, None), **changed)  # type: ignore[arg-type]  # fields of a task
    tasks = [task(1, limit=limit), starts]
    own: Callable[[Task], Choice] = lambda _: choice  # noqa: E731 - a value of its type

    why, hint = held_start(starts, tasks, NOW, own)

    assert bool(why) is is_held
    if is_held:
        assert why.startswith(limit_watch.HELD)
        assert "m.test" in why
        assert hint == "`swarm limits 2 off` starts it now"


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
