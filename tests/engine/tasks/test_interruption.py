"""What nobody ended goes on by itself: by its id, a few at a time, nothing doubled."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.keeper.loop import Keeper
from swarm.engine.tasks import interruption
from swarm.engine.tasks.continuation import GO_ON
from swarm.engine.tasks.scheduler import never_startable, startable
from swarm.model import agent_screen, events
from swarm.model.task import State, Task
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from swarm.ports import ContainerFacts
from tests.builders import queued, queued_task
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import begin, description, install, said, told, until_screen

PLAN = Plan(SandboxSpec("box", "an/image:1", ("true",), "1:1", {}), "/w")
LIVE = (events.TaskProvisioning(), events.TaskLive("box", "pane"))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path)) as opened:
        yield opened


def live(context: EngineContext, agent: str = "claude", way: str = "screen") -> int:
    plan = specs.to_json(PLAN)
    event = queued(agent=agent, plan=plan, conversation="abcd", way=way)
    task = context.journal.queue(lambda _: event).id
    context.journal.record(task, *LIVE)
    return task


def facts(exit_code: int = 137, oom_killed: bool = False) -> ContainerFacts:
    return ContainerFacts("box", "id", {}, "exited", exit_code, oom_killed)


@pytest.mark.parametrize(
    ("seen", "rebooted", "why"),
    [
        (facts(137), False, interruption.KILLED),
        (facts(255), False, interruption.KILLED),
        (facts(0), True, interruption.REBOOT),
        (None, False, interruption.GONE),
        (facts(0), False, ""),
        (facts(1), False, ""),
        (facts(137, oom_killed=True), False, ""),
    ],
)
def test_only_an_end_that_nobody_asked_for_is_an_interruption(
    context: EngineContext, seen: ContainerFacts | None, rebooted: bool, why: str
) -> None:
    task = live(context)
    context.journal.record(task, events.TaskStopped(seen.exit_code if seen else 1))
    interruption.judge(context, task, seen, rebooted)
    assert context.read().tasks.get(task).interrupted == why


def test_what_ended_just_before_the_engine_went_away_did_not_end_by_itself(
    context: EngineContext,
) -> None:
    asked, ended, later = live(context), live(context), live(context)
    context.journal.record(asked, events.TaskStopped(137, "stopped by you"))
    context.journal.record(ended, events.TaskStopped(143))
    context.journal.record(None, events.ContainerEngineDown("gone"))
    context.journal.record(later, events.TaskStopped(143))

    interruption.judge_engine(context)
    interruption.judge_engine(context)

    whys = [
        context.read().tasks.get(task).interrupted for task in (asked, ended, later)
    ]
    assert whys == ["", interruption.ENGINE, ""]
    hint = context.read().tasks.get(ended).hint
    assert hint == "it goes on by itself in a moment"


@pytest.mark.parametrize(
    ("agent", "way", "hint"),
    [
        ("command", "headless", "keeps no conversation: `swarm retry 1`"),
        ("claude", "headless", "`swarm retry --continue 1`"),
    ],
)
def test_one_that_does_not_go_on_by_itself_is_told_with_the_way_out(
    context: EngineContext, agent: str, way: str, hint: str
) -> None:
    task = live(context, agent, way)
    context.journal.record(task, events.TaskStopped(137))
    interruption.judge(context, task, facts(), rebooted=True)
    assert hint in context.read().tasks.get(task).hint
    assert not list(interruption.due(context, context.read().tasks.all(), 0.0))


def cut_short(context: EngineContext, number: int) -> list[Task]:
    for _ in range(number):
        task = live(context)
        context.journal.record(task, events.TaskLost("gone"))
        interruption.judge(context, task, None, rebooted=True)
    return context.read().tasks.all()


def test_two_at_a_time_those_used_last_first(context: EngineContext) -> None:
    tasks = cut_short(context, 30)
    due = [task.id for task in interruption.due(context, tasks, context.clock())]
    assert due == [30, 29]
    one = events.TaskContinued(plan=specs.to_json(PLAN))
    context.journal.record(30, one)
    left = interruption.due(context, context.read().tasks.all(), context.clock())
    assert [task.id for task in left] == [29]


def test_the_next_follows_once_one_is_ready_or_some_time_has_passed(
    context: EngineContext,
) -> None:
    cut_short(context, 3)
    for task in (3, 2):
        again = events.TaskContinued(plan=specs.to_json(PLAN))
        context.journal.record(task, again, *LIVE)

    def due(now: float) -> list[int]:
        tasks = context.read().tasks.all()
        return [task.id for task in interruption.due(context, tasks, now)]

    now = context.clock()
    assert due(now) == []
    assert due(now + interruption.OPENING_SECONDS + 1) == [1]
    context.journal.record(2, events.ScreenRecognised(agent_screen.READY))
    assert due(now) == [1]


def test_one_that_goes_on_waits_for_no_other_task() -> None:
    """It began once; that a task before it was given up since does not end it."""
    before = queued_task(1, state=State.REJECTED)
    goes_on, new = queued_task(2, after=(1,), resumes=True), queued_task(3, after=(1,))
    tasks = [before, goes_on, new]
    assert list(startable(tasks, 4)) == [goes_on]
    assert list(never_startable(tasks)) == [(new, before)]


def test_what_is_discarded_and_taken_back_is_no_longer_interrupted(
    context: EngineContext,
) -> None:
    cut_short(context, 1)
    back = (events.TaskRejected("discarded by you"), events.TaskRestored(""))
    context.journal.record(1, *back)
    assert not list(interruption.due(context, context.read().tasks.all(), 0.0))


def reboot(harness: KeeperHarness, keeper: Keeper) -> None:
    """Keeper, tmux server and all containers are gone; volumes and files stay."""
    keeper.stop()
    harness.stop_keepers()
    harness.context.panes.kill_server()
    labels = harness.context.home_labels
    names = [facts.name for facts in harness.context.containers.all(labels)]
    subprocess.run(["docker", "rm", "-f", *names], check=True, capture_output=True)


@pytest.mark.parametrize(
    "delivery", [pytest.param("argument", marks=pytest.mark.long), "paste"]
)
def test_after_a_reboot_it_waits_where_it_waited(
    harness: KeeperHarness, sample: Path, delivery: str
) -> None:
    """It was seen to wait for its human: nothing is said that the human did not say."""
    keeper = harness.start_keeper()
    task = begin(harness, sample, description(prompt=delivery))
    until_screen(harness, task.id, agent_screen.READY)
    reboot(harness, keeper)

    harness.start_keeper()
    until_screen(harness, task.id, "")
    until_screen(harness, task.id, agent_screen.READY)

    again = harness.queries.tasks.get(task.id)
    assert (again.state, again.conversation) == (State.LIVE, task.conversation)
    assert said(harness, again) == ["one"]
    screen = harness.context.panes.capture([harness.context.names(task.id).pane])
    assert "1 said" in screen[harness.context.names(task.id).pane].text


def test_a_turn_that_was_cut_short_is_taken_up(
    harness: KeeperHarness, sample: Path
) -> None:
    """Its sandbox was killed while no keeper lived, as an engine does that restarts."""
    keeper = harness.start_keeper()
    task = begin(harness, sample, description(), "WORK")
    keeper.stop()
    harness.stop_keepers()
    harness.context.containers.kill(harness.context.names(task.id).sandbox)

    harness.start_keeper()
    again = told(harness, task.id, 2)

    assert said(harness, again) == ["WORK", GO_ON]
    assert again.conversation == task.conversation
    went_on = harness.queries.events.last(events.TaskContinued, task.id)
    assert went_on
    assert went_on.by == "the keeper"


def test_a_keeper_killed_in_a_turn_changes_nothing(
    harness: KeeperHarness, sample: Path
) -> None:
    keeper = harness.start_keeper()
    task = begin(harness, sample, description(), "WORK")
    box = harness.context.names(task.id).sandbox
    before = harness.context.containers.inspect(box)
    keeper.stop()
    harness.stop_keepers()
    started = harness.queries.events.last_id()

    harness.start_keeper()
    harness.until(
        lambda: any(
            isinstance(each.event, events.ContainerEngineUp)
            for each in harness.queries.events.after(started)
        ),
        "the new keeper",
    )
    harness.until(lambda: box in harness.task_containers(), "the sandbox")

    after = harness.context.containers.inspect(box)
    assert before
    assert after
    assert before.id == after.id
    assert said(harness, harness.queries.tasks.get(task.id)) == ["WORK"]


def test_ask_leaves_it_to_a_person(harness: KeeperHarness, sample: Path) -> None:
    keeper = harness.start_keeper()
    task = begin(harness, sample, description())
    harness.configure('resume = "ask"')
    reboot(harness, keeper)

    harness.start_keeper()
    harness.until(
        lambda: bool(harness.queries.tasks.get(task.id).interrupted), "the interruption"
    )

    hint = f"`swarm retry --continue {task.id}` goes on with its conversation"
    assert harness.queries.tasks.get(task.id).hint == hint
    harness.wish_done("continue", task=task.id, prompt="two")
    assert said(harness, told(harness, task.id, 2)) == ["one", "two"]


@pytest.mark.long
def test_thirty_go_on_two_at_a_time(harness: KeeperHarness, sample: Path) -> None:
    """The engine never starts more than two of them at once; each says one thing."""
    small = '[sandbox]\nmemory = "128MiB"\npids = 32\n'
    harness.configure(f"max_running = 40\n{small}")
    keeper = harness.start_keeper()
    install(harness, sample, description())
    wish = {"repo": str(sample), "prompt": "one", "agent": "scripted", "copies": 30}
    ids = harness.wish_done("new", **wish)["tasks"]
    for task_id in ids:
        told(harness, task_id, 1)
        until_screen(harness, task_id, agent_screen.READY)
    reboot(harness, keeper)
    since = harness.queries.events.last_id()

    harness.start_keeper()
    for task_id in ids:
        harness.until_state(task_id, State.LIVE)
        until_screen(harness, task_id, agent_screen.READY)

    opening: set[int] = set()
    most = 0
    for each in harness.queries.events.after(since):
        if isinstance(each.event, events.TaskContinued) and each.task:
            opening.add(each.task)
        elif isinstance(each.event, events.TaskLive) and each.task:
            opening.discard(each.task)
        most = max(most, len(opening))
    assert most <= interruption.AT_ONCE
    tasks = [harness.queries.tasks.get(task_id) for task_id in ids]
    assert [said(harness, task) for task in tasks] == [["one"]] * 30
    assert len({task.conversation for task in tasks}) == 30
