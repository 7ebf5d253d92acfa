"""A keeper is killed at every step of a launch and of a merge; nothing is lost."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from swarm.model import events
from swarm.model.task import State
from swarm.store import wishes
from tests.engine.keeper_harness import PATIENCE, KeeperHarness

LAUNCH = [
    "journal:TaskProvisioning",
    "journal:StepDone:base",
    "git:worktree:before",
    "git:worktree:after",
    "git:read-tree:before",
    "git:read-tree:after",
    "journal:StepDone:worktree",
    "sandboxes:make_volume:after",
    "sandboxes:create:before",
    "sandboxes:create:after",
    "journal:StepDone:sandbox",
    "panes:open:before",
    "panes:open:after",
    "journal:StepDone:start",
    "journal:TaskLive",
]

ENDING = ["journal:TaskStopped", "journal:SnapshotTaken", "sandboxes:run:after"]

MERGE = [
    "git:merge-tree:before",
    "git:commit-tree:after",
    "journal:MergeStarted",
    "git:index-pack:before",
    "git:index-pack:after",
    "disk:os.link:0",
    "git:read-tree:before",
    "git:read-tree:after",
    "disk:os.link:1",
    "disk:os.link:2",
    "git:update-ref:before",
    "git:update-ref:after",
    "journal:TaskMerged",
]

SAMPLE = {
    "sandboxes:create:after",
    "journal:TaskLive",
    "journal:SnapshotTaken",
    "git:update-ref:before",
}
"""What every run tries; the other points take minutes in all."""


def sampled(points: list[str]) -> list[ParameterSet]:
    """The points, of which most run in `make test-long` only."""
    return [
        pytest.param(point, marks=() if point in SAMPLE else pytest.mark.long)
        for point in points
    ]


WORK = "echo one >> README.md; echo two > new.txt; git add -A; git commit -qm work"


def die_at(harness: KeeperHarness, point: str) -> None:
    """Run a keeper that dies at the point, and see it die there."""
    keeper = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.engine.crashing_keeper",
            str(harness.paths.home),
            point,
        ],
        cwd=Path(__file__).resolve().parent.parent.parent,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert keeper.wait(PATIENCE) == -signal.SIGKILL, (
            f"{point}: {harness.journal_text()}"
        )
    finally:
        keeper.kill()
        keeper.wait()


def _git(repo: Path, *argv: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *argv], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _wish_new(harness: KeeperHarness, sample: Path, command: str) -> None:
    body = {"repo": str(sample), "prompt": "work", "command": command}
    wishes.insert(harness.paths.database, "new", body)


@pytest.mark.parametrize("point", sampled(LAUNCH))
def test_a_launch_is_taken_up_wherever_it_was_cut(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    """One task, one sandbox, the whole work: as if the keeper had never died."""
    _wish_new(harness, sample, WORK)
    die_at(harness, point)

    harness.start_keeper()
    task = harness.until_taken_in(1)

    assert [task.id for task in harness.queries.tasks.all()] == [1]
    assert (task.state, task.exit_code, task.review.files) == (State.STOPPED, 0, 2)
    assert len(harness.task_containers()) == 1
    assert not harness.queries.events.of_kind(events.Trouble)
    assert _git(sample, "status", "--porcelain") == ""


@pytest.mark.parametrize("point", sampled(ENDING))
def test_what_an_agent_left_is_taken_in_all_the_same(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    """A keeper that dies while it takes work in leaves it to the next."""
    _wish_new(harness, sample, WORK)
    die_at(harness, point)

    harness.start_keeper()
    task = harness.until_taken_in(1)

    assert (task.state, task.review.files, task.review.commits) == (State.STOPPED, 2, 1)


@pytest.mark.parametrize("point", sampled(MERGE))
def test_a_merge_is_finished_or_never_was(
    harness: KeeperHarness, sample: Path, point: str
) -> None:
    """The user's checkout is never half of each."""
    keeper = harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    keeper.stop()
    harness.stop_keepers()
    body = {"task": task.id, "tree": task.review.tree, "accepted": "all"}
    wish = wishes.insert(harness.paths.database, "merge", body)
    die_at(harness, point)

    harness.start_keeper()
    harness.until(lambda: bool(harness.queries.wishes.get(wish).outcome), "the merge")

    assert harness.queries.wishes.get(wish).outcome == "done", harness.journal_text()
    assert harness.queries.tasks.get(task.id).state is State.MERGED
    assert _git(sample, "status", "--porcelain") == ""
    assert _git(sample, "rev-list", "--count", "main") == "2"
    assert (sample / "new.txt").read_text() == "two\n"


@pytest.mark.parametrize(
    ("point", "strategy"),
    [
        ("disk:os.link:2", "squash"),
        pytest.param("git:update-ref:before", "merge", marks=pytest.mark.long),
    ],
)
def test_a_merge_whose_branch_moved_meanwhile_is_taken_back_and_told(
    harness: KeeperHarness, sample: Path, point: str, strategy: str
) -> None:
    """The user committed elsewhere while no keeper lived; nothing is half done."""
    keeper = harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    keeper.stop()
    harness.stop_keepers()
    body = {"task": task.id, "tree": task.review.tree, "accepted": "all"}
    wish = wishes.insert(
        harness.paths.database, "merge", {**body, "strategy": strategy}
    )
    die_at(harness, point)
    tree = _git(sample, "rev-parse", "main^{tree}")
    pushed = _git(sample, "commit-tree", "-m", "pushed", "-p", "main", tree)
    _git(sample, "update-ref", "refs/heads/main", pushed)

    harness.start_keeper()
    harness.until(lambda: bool(harness.queries.wishes.get(wish).outcome), "the merge")

    told = [known.event for known in harness.queries.events.after(task=task.id)]
    (trouble,) = (event for event in told if isinstance(event, events.Trouble))
    assert "it is taken back" in trouble.reason
    (refused,) = (event for event in told if isinstance(event, events.MergeRefused))
    assert "has moved" in refused.reason
    # The wish was still open: it is carried out on the branch as it is now.
    assert harness.queries.wishes.get(wish).outcome == "done", harness.journal_text()
    assert _git(sample, "merge-base", "main", pushed) == pushed
    assert _git(sample, "status", "--porcelain") == ""
    assert (sample / "new.txt").read_text() == "two\n"


def test_the_death_of_tmux_costs_a_view_and_nothing_else(
    harness: KeeperHarness, sample: Path
) -> None:
    """Agents live in the engine; the next look attaches them again."""
    keeper = harness.start_keeper()
    task_id = harness.new_task(sample, "echo here; sleep 600")
    harness.until_state(task_id, State.LIVE)
    keeper.stop()
    harness.stop_keepers()
    harness.context.panes.kill_server()
    assert harness.context.panes.all() == {}

    harness.start_keeper()
    pane = harness.context.names(task_id).pane
    harness.until(lambda: pane in harness.context.panes.all(), "the pane")

    assert harness.queries.tasks.get(task_id).state is State.LIVE


def test_a_container_removed_behind_our_back_is_lost_and_its_work_is_not(
    harness: KeeperHarness, sample: Path
) -> None:
    """`lost` is a state with the worktree still there."""
    harness.start_keeper()
    task_id = harness.new_task(sample, "echo kept > kept.txt; sleep 600")
    harness.until_state(task_id, State.LIVE)
    kept = harness.paths.worktree(task_id) / "kept.txt"
    harness.until(kept.exists, "the agent's file")

    harness.context.containers.remove(harness.context.names(task_id).sandbox)

    harness.until_state(task_id, State.LOST, State.STOPPED)
    assert harness.wish_done("snapshot", task=task_id)["tree"]
    assert kept.read_text() == "kept\n"


def test_a_second_keeper_yields(harness: KeeperHarness, sample: Path) -> None:
    """The lock decides, not a pid file."""
    environment = {"SWARM_HOME": str(harness.paths.home), "PATH": "/usr/bin:/bin"}
    argv = [sys.executable, "-m", "swarm", "keeper"]
    first = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL)
    harness.until(
        lambda: bool(harness.queries.events.fleet().engine), "the first keeper"
    )

    second = subprocess.run(
        argv, env=environment, capture_output=True, text=True, check=False
    )
    first.terminate()

    assert first.wait(PATIENCE) == 0
    assert second.returncode == 0
    assert f"pid {first.pid}" in second.stdout
