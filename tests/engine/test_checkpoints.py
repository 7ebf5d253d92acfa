"""Checkpoints of real sandboxes: taken by themselves, and a ruined worktree back."""

import subprocess
from pathlib import Path

import pytest

from swarm.adapters.git.checkpoint import restore as restoring
from swarm.config.schema import Config
from swarm.engine.review.checkpoints import CheckpointSchedule
from swarm.errors import ToolError
from swarm.model.task import State
from swarm.store.event_queries import WishRecord
from tests.engine.conftest import House

WRITES = (
    "mkdir src; for n in 1 2 3; do echo $n > src/$n; done; ln -s src/1 link; "
    "touch ready; sleep 10000"
)
MINUTES = "[checkpoint]\nminutes = 0.005\nkeep = 2"


def inside(house: House, task: int, script: str) -> None:
    """Run it in the task's sandbox, as the agent does."""
    box = house.kit.names(task).sandbox
    argv = ["docker", "exec", box, "sh", "-c", script]
    subprocess.run(argv, check=True, timeout=60)


def refused(house: House, **body: object) -> WishRecord:
    """A wish to go back that must not be granted."""
    wish = house.wish("go_back", **body)
    assert wish.outcome == "refused"
    return wish


def at_work(house: House, sample: Path, script: str = WRITES) -> int:
    """A live task that has written its files."""
    task = house.new(sample, script)
    house.reach(task, State.LIVE)
    house.until(lambda: (house.places.worktree(task) / "ready").exists(), "its files")
    return task


def kinds(house: House, task: int) -> list[str]:
    known = house.queries.events(task=task, limit=10_000)
    return [type(one.event).__name__ for one in known]


def test_a_destroyed_worktree_is_one_wish_away(house: House, sample: Path) -> None:
    """`rm -rf` of everything, by the agent itself, while it goes on working."""
    house.keep()
    task = at_work(house, sample)
    root = house.places.worktree(task)
    assert house.done("checkpoint", task=task) == {"number": 1, "new": True}
    inside(house, task, "rm -rf src README.md link ready; mkdir link; touch link/x")

    done = house.done("go_back", task=task, number=1)

    assert (root / "src" / "3").read_text() == "3\n"
    assert (root / "link").readlink() == Path("src/1")
    assert (root / "README.md").exists()
    assert (done["before"], done["wrote"], done["removed"]) == (2, 6, 1)
    inside(house, task, "echo more >> src/1; rm src/2")
    known = house.queries.task(task)
    assert (known.state, known.paused, known.review.added) == (State.LIVE, False, 0)
    assert house.done("go_back", task=task, number=2)["number"] == 2
    assert not (root / "src").exists()
    assert "CheckpointRestored" in kinds(house, task)


def test_nothing_is_kept_twice(house: House, sample: Path) -> None:
    house.keep()
    task = at_work(house, sample)
    house.done("checkpoint", task=task)

    assert house.done("checkpoint", task=task) == {"number": 1, "new": False}


def test_a_task_that_has_ended_goes_back_too(house: House, sample: Path) -> None:
    house.keep()
    task = house.new(sample, "echo done > work")
    house.reach(task, State.STOPPED)

    house.done("go_back", task=task, number=0)

    assert not (house.places.worktree(task) / "work").exists()


def test_they_come_by_themselves_and_the_oldest_go(house: House, sample: Path) -> None:
    """Only where something changed, and no more than the settings say."""
    house.configure(MINUTES)
    house.keep()
    task = at_work(house, sample)
    house.until(lambda: bool(house.queries.checkpoints(task)), "the first")
    first = house.queries.checkpoints(task)[0].number
    for number in range(3):
        newest = house.queries.checkpoints(task)[-1].number
        inside(house, task, f"echo {number} > src/more")
        house.until(
            lambda newest=newest: (  # type: ignore[misc]
                house.queries.checkpoints(task)[-1].number > newest
            ),
            "the next",
        )

    house.until(lambda: "CheckpointsDropped" in kinds(house, task), "one dropped")
    known = [one.number for one in house.queries.checkpoints(task)]
    assert len(known) <= 3
    assert first not in known
    assert "no checkpoint" in refused(house, task=task, number=first).message
    house.done("go_back", task=task, number=known[-1])


@pytest.mark.parametrize("number", [-1, "1", None, True, 99])
def test_a_strange_number_is_refused(
    house: House, sample: Path, number: object
) -> None:
    house.keep()
    task = at_work(house, sample)

    assert refused(house, task=task, number=number).hint


def test_one_that_fails_midway_is_told_and_the_agent_runs_on(
    house: House, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before is kept, so nothing is lost by it."""

    def broken(*_words: object) -> None:
        raise ToolError("git restore: No space left on device")

    house.keep()
    task = at_work(house, sample)
    house.done("checkpoint", task=task)
    inside(house, task, "echo other > src/1")
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "restore", broken)
        answer = refused(house, task=task, number=1)

    assert "No space left" in answer.message
    assert house.queries.checkpoints(task)[-1].why == "before going back to 1"
    inside(house, task, "echo alive > src/alive")


def test_a_round_is_for_those_who_worked_so_long() -> None:
    """Nobody at once, each in its turn, and nobody where the settings say 0."""
    rounds = CheckpointSchedule()

    def every(minutes: float) -> Config:
        return Config.model_construct(checkpoint=type("C", (), {"minutes": minutes})())

    assert rounds.due([1], 0.0, lambda: every(1)) == []
    assert rounds.due([1, 2], 59.0, lambda: every(1)) == []
    assert rounds.due([1, 2], 61.0, lambda: every(1)) == [1]
    assert rounds.due([1, 2], 118.0, lambda: every(1)) == []
    assert rounds.due([1, 2], 120.0, lambda: every(1)) == [2]
    assert rounds.due([2], 900.0, lambda: every(0)) == []
