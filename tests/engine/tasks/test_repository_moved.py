"""A repository that the user moved, deleted or replaced, on the real engine and git."""

import shutil
import subprocess
from pathlib import Path

from swarm.engine.egress.repository_policy import is_trusted, project_file, trust
from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness, new_sample_repository

WORK = "echo new > new.txt; git add new.txt; git commit -qm new"


def git(repo: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_tasks_follow_a_repository_that_moved(
    harness: KeeperHarness, sample: Path
) -> None:
    """Ended, live and queued ones, by the directory above; and the user's trust."""
    harness.configure("max_running = 1\n")
    harness.start_keeper()
    ended = harness.until_taken_in(harness.new_task(sample, WORK)).id
    live = harness.new_task(sample, f"read line; {WORK}")
    harness.until_state(live, State.LIVE)
    queued = harness.new_task(sample, WORK)
    trust(harness.paths, sample, "text")
    old, new = sample.parent / "before", sample.parent / "after"
    moved = new / sample.name
    new.mkdir()
    sample.rename(moved)

    refused = harness.wish("snapshot", task=ended)
    assert "there is no repository at" in refused.message
    assert "swarm repo moved" in refused.hint
    other = new_sample_repository(new / "other")
    git(other, "commit", "-q", "--amend", "-m", "another root")
    no = harness.wish("repo_moved", old=str(sample), new=str(other))
    assert "is not the repository of task" in no.message
    assert "no task was started" in (
        harness.wish("repo_moved", old=str(old), new=str(new)).message
    )
    answer = harness.wish_done("repo_moved", old=str(sample), new=str(moved))

    assert answer == {"tasks": [ended, live, queued], "live": [live]}
    harness.wish_done("merge", task=ended, accepted="all")
    assert (moved / "new.txt").exists()
    harness.wish_done("send", task=live, text="go")
    assert harness.until_taken_in(live).review.commits == 1
    assert harness.until_taken_in(queued).review.commits == 1
    assert is_trusted(harness.paths, moved, "text")
    assert not project_file(harness.paths, sample).parent.exists()
    for task_id in (live, queued):
        harness.wish_done("discard", task=task_id)
    for task_id in (ended, live, queued):
        harness.wish_done("rm", task=task_id)
    assert git(moved, "branch", "--list", "swarm/*") == ""
    assert git(moved, "worktree", "list").count("\n") == 0


def test_work_can_be_thrown_away_without_its_repository(
    harness: KeeperHarness, sample: Path
) -> None:
    """And nothing happens to the one that is at its place now; it is told."""
    harness.start_keeper()
    task_id = harness.until_taken_in(harness.new_task(sample, WORK)).id
    shutil.rmtree(sample)
    new_sample_repository(sample)
    git(sample, "commit", "-q", "--amend", "-m", "another root")
    git(sample, "branch", harness.queries.tasks.get(task_id).branch)
    before = git(sample, "for-each-ref")

    assert "it is another one" in harness.wish("merge", task=task_id).message
    harness.wish_done("discard", task=task_id)
    harness.wish_done("rm", task=task_id)

    assert git(sample, "for-each-ref") == before
    assert not harness.paths.worktree(task_id).exists()
    told = [
        record.event.reason
        for record in harness.queries.events.after(task=task_id, limit=1000)
        if isinstance(record.event, events.Trouble)
    ]
    assert any("stays as it is" in reason for reason in told)
