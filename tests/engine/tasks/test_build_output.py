"""`gc` removes ignored build output of ended tasks first, and no work of theirs."""

from pathlib import Path

import pytest

from swarm.engine.tasks import build_output, cleanup
from swarm.model import events
from tests.adapters.git.git_helpers import commit_all
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.test_setup import agree

WORK = (
    "mkdir -p node_modules/a build && head -c 300000 /dev/zero > node_modules/a/x; "
    "echo o > build/x.o; echo work > work.txt; echo S=1 > .env"
)


def test_it_goes_first_and_the_work_stays(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With sizes before and after; a dry run removes nothing."""
    (sample / ".gitignore").write_text("node_modules\nbuild\n.env\n")
    commit_all(sample, "rules")
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    merged = harness.until_taken_in(harness.new_task(sample, "echo y > y"))
    harness.wish_done("merge", task=merged.id)
    worktree = harness.paths.worktree(task.id)
    assert not [
        *build_output.of_ended(
            harness.context, harness.queries.tasks.all(), 24 * 3600.0
        )
    ]
    monkeypatch.setattr(cleanup, "DAY_SECONDS", 0.0)

    named = harness.wish_done("gc", dry_run=True)
    assert (worktree / "node_modules/a/x").exists()
    answer = harness.wish_done("gc")

    first, second = named["found"]
    assert first.startswith(f"build output of task {task.id}: build/ node_modules/ (")
    assert second == f"task {merged.id} do-it (merged)"
    assert named["outputs"]["before"] == named["outputs"]["after"] >= 300_000
    assert answer["removed"] == [first, second]
    assert answer["outputs"] == {"before": named["outputs"]["before"], "after": 0}
    assert sorted(each.name for each in worktree.iterdir() if each.is_file()) == sorted(
        [".env", ".git", ".gitignore", "README.md", "work.txt"]
    )
    assert not (worktree / "node_modules").exists()
    told = harness.queries.events.last(events.BuildOutputRemoved, task.id)
    assert told
    assert tuple(told.paths) == ("build", "node_modules")
    before = harness.queries.tasks.get(task.id).review.tree
    assert harness.wish_done("snapshot", task=task.id)["tree"] == before


def test_one_that_goes_on_meanwhile_keeps_it(
    harness: KeeperHarness, sample: Path
) -> None:
    (sample / ".gitignore").write_text("build\n")
    commit_all(sample, "rules")
    harness.start_keeper()
    task = harness.until_taken_in(
        harness.new_task(sample, "mkdir build; echo o > build/x")
    )
    (output,) = build_output.of_ended(harness.context, harness.queries.tasks.all(), 0.0)
    harness.wish_done("discard", task=task.id)
    harness.wish_done("restore", task=task.id)

    build_output.remove(harness.context, output)

    assert (harness.paths.worktree(task.id) / "build/x").exists()


def test_what_a_set_up_installed_stays_for_a_task_that_may_go_on(
    harness: KeeperHarness, sample: Path
) -> None:
    """A task that goes on runs no set-up; one that is offline could fetch nothing."""
    install = "mkdir node_modules; echo i > node_modules/x"
    agree(harness, sample, install, ignored="node_modules\nbuild\n")
    harness.start_keeper()
    work = "test -e node_modules/x && mkdir build && echo o > build/x"
    task = harness.until_taken_in(harness.new_task(sample, work))
    harness.until_taken_in(harness.new_task(sample, work, offline=True))
    worktree = harness.paths.worktree(task.id)

    (output,) = build_output.of_ended(harness.context, harness.queries.tasks.all(), 0.0)
    assert (output.task.id, output.folders) == (task.id, ("build",))
    build_output.remove(harness.context, output)
    harness.wish_done("continue", task=task.id, fresh=True)

    harness.until((worktree / "build/x").exists, "the work of one that goes on")
    assert (worktree / "node_modules/x").exists()
