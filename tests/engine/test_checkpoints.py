"""Checkpoints of real sandboxes: taken by themselves, and a ruined worktree back."""

import subprocess
import time
from pathlib import Path

import pytest

from swarm.adapters.git.checkpoint import restore as restoring
from swarm.config.schema import Config
from swarm.engine.review.checkpoints import CheckpointSchedule, each_round
from swarm.errors import ToolError
from swarm.model import events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.task import State, Task
from swarm.store.wish_queries import WishRecord
from tests.builders import queued_task
from tests.engine.keeper_harness import KeeperHarness

WRITES = (
    "mkdir src; for n in 1 2 3; do echo $n > src/$n; done; ln -s src/1 link; "
    "touch ready; sleep 10000"
)
MINUTES = "[checkpoint]\nminutes = 0.005\nkeep = 2"


def inside(harness: KeeperHarness, task: int, script: str) -> None:
    """Run it in the task's sandbox, as the agent does."""
    box = harness.context.names(task).sandbox
    argv = ["docker", "exec", box, "sh", "-c", script]
    subprocess.run(argv, check=True, timeout=60)


def refused(harness: KeeperHarness, **body: object) -> WishRecord:
    """A wish to go back that must not be granted."""
    wish = harness.wish("go_back", **body)
    assert wish.outcome == "refused"
    return wish


def at_work(harness: KeeperHarness, sample: Path, script: str = WRITES) -> int:
    """A live task that has written its files."""
    task = harness.new_task(sample, script)
    harness.until_state(task, State.LIVE)
    harness.until(
        lambda: (harness.paths.worktree(task) / "ready").exists(), "its files"
    )
    return task


def kinds(harness: KeeperHarness, task: int) -> list[str]:
    known = harness.queries.events.after(task=task, limit=10_000)
    return [type(one.event).__name__ for one in known]


def test_a_destroyed_worktree_is_one_wish_away(
    harness: KeeperHarness, sample: Path
) -> None:
    """`rm -rf` of everything, by the agent itself, while it goes on working."""
    harness.start_keeper()
    task = at_work(harness, sample)
    root = harness.paths.worktree(task)
    assert harness.wish_done("checkpoint", task=task) == {"number": 1, "new": True}
    inside(harness, task, "rm -rf src README.md link ready; mkdir link; touch link/x")

    done = harness.wish_done("go_back", task=task, number=1)

    assert (root / "src" / "3").read_text() == "3\n"
    assert (root / "link").readlink() == Path("src/1")
    assert (root / "README.md").exists()
    assert (done["before"], done["wrote"], done["removed"]) == (2, 6, 1)
    inside(harness, task, "echo more >> src/1; rm src/2")
    known = harness.queries.tasks.get(task)
    assert (known.state, known.paused, known.review.added) == (State.LIVE, False, 0)
    assert harness.wish_done("go_back", task=task, number=2)["number"] == 2
    assert not (root / "src").exists()
    assert "CheckpointRestored" in kinds(harness, task)


def test_nothing_is_kept_twice(harness: KeeperHarness, sample: Path) -> None:
    harness.start_keeper()
    task = at_work(harness, sample)
    harness.wish_done("checkpoint", task=task)

    assert harness.wish_done("checkpoint", task=task) == {"number": 1, "new": False}


def test_a_task_that_has_ended_goes_back_too(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    task = harness.new_task(sample, "echo done > work")
    harness.until_state(task, State.STOPPED)

    harness.wish_done("go_back", task=task, number=0)

    assert not (harness.paths.worktree(task) / "work").exists()


def test_they_come_by_themselves_and_the_oldest_go(
    harness: KeeperHarness, sample: Path
) -> None:
    """Only where something changed, and no more than the settings say."""
    harness.configure(MINUTES)
    harness.start_keeper()
    task = at_work(harness, sample)
    harness.until(lambda: bool(harness.queries.events.checkpoints(task)), "the first")
    first = harness.queries.events.checkpoints(task)[0].number
    for number in range(3):
        newest = harness.queries.events.checkpoints(task)[-1].number
        inside(harness, task, f"echo {number} > src/more")
        harness.until(
            lambda newest=newest: (  # type: ignore[misc]
                harness.queries.events.checkpoints(task)[-1].number > newest
            ),
            "the next",
        )

    harness.until(lambda: "CheckpointsDropped" in kinds(harness, task), "one dropped")
    known = [one.number for one in harness.queries.events.checkpoints(task)]
    assert len(known) <= 3
    assert first not in known
    assert "no checkpoint" in refused(harness, task=task, number=first).message
    harness.wish_done("go_back", task=task, number=known[-1])


def test_a_strange_number_is_refused(harness: KeeperHarness, sample: Path) -> None:
    """With a way out; the keeper and the task go on."""
    harness.start_keeper()
    task = at_work(harness, sample)

    for number in (-1, "1", None, True, 99):
        assert refused(harness, task=task, number=number).hint, number


def test_one_that_fails_midway_is_told_and_the_agent_runs_on(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before is kept, so nothing is lost by it."""

    def broken(*_words: object) -> None:
        raise ToolError("git restore: No space left on device")

    harness.start_keeper()
    task = at_work(harness, sample)
    harness.wish_done("checkpoint", task=task)
    inside(harness, task, "echo other > src/1")
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "restore", broken)
        answer = refused(harness, task=task, number=1)

    assert "No space left" in answer.message
    assert harness.queries.events.checkpoints(task)[-1].why == "before going back to 1"
    inside(harness, task, "echo alive > src/alive")


def test_what_an_agent_changed_is_known_when_it_is_done(
    harness: KeeperHarness, sample: Path
) -> None:
    """For the list's row; the keeper that would find the state anew is gone."""
    harness.start_keeper()
    task = at_work(harness, sample)
    harness.stop_keepers()
    done = done_since(task, time.time()).agent_status
    assert done is not None
    harness.context.journal.record(task, events.AgentStateChanged.of(done))

    each_round(harness.context, task)

    assert harness.queries.events.checkpoints(task)[0].why == "its turn ended"
    assert harness.queries.tasks.get(task).review.files == 5


def test_a_round_is_for_those_who_worked_so_long() -> None:
    """Nobody at once, each in its turn, and nobody where the settings say 0."""
    rounds = CheckpointSchedule()
    one, two = at_work_since(1, 0.0), at_work_since(2, 0.0)

    assert rounds.due([one], 0.0, lambda: every(1)) == []
    assert rounds.due([one, two], 59.0, lambda: every(1)) == []
    assert rounds.due([one, two], 61.0, lambda: every(1)) == [1]
    assert rounds.due([one, two], 118.0, lambda: every(1)) == []
    assert rounds.due([one, two], 120.0, lambda: every(1)) == [2]
    assert rounds.due([two], 900.0, lambda: every(0)) == []


def test_an_agent_that_is_done_has_its_turn_once_and_soon() -> None:
    """Again when it was at work meanwhile, and not as often as it says so."""
    rounds, working = CheckpointSchedule(), at_work_since(1, 5.0)
    looks: tuple[tuple[float, Task, list[int]], ...] = (
        (0.0, working, []),
        (10.0, done_since(1, 9.0), [1]),
        (20.0, done_since(1, 9.0), []),
        (30.0, at_work_since(1, 25.0), []),
        (40.0, done_since(1, 39.0), [1]),
        (42.0, done_since(1, 41.0), []),
        (45.0, done_since(1, 41.0), [1]),
    )

    for now, task, expected in looks:
        assert rounds.due([task], now, lambda: every(5)) == expected, now
    assert rounds.due([done_since(1, 80.0)], 90.0, lambda: every(0)) == []
    assert CheckpointSchedule().due([done_since(2, 1.0)], 9.0, lambda: every(5)) == []


def every(minutes: float) -> Config:
    """Settings with so many minutes between two."""
    return Config.model_construct(checkpoint=type("C", (), {"minutes": minutes})())


def at_work_since(
    task: int, since: float, state: AgentState = AgentState.WORKING
) -> Task:
    """A live task whose agent is in a state since then."""
    evidence = Evidence(Source.CHANNEL, "Stop", "", since)
    status = AgentStatus(state, since, evidence)
    return queued_task(task, state=State.LIVE, agent_status=status)


def done_since(task: int, since: float) -> Task:
    """A live task whose agent has done its work since then."""
    return at_work_since(task, since, AgentState.READY)
