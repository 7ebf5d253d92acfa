"""An old task gives up its worktree and branch; its work stays under a ref."""

import subprocess
from pathlib import Path

from swarm.engine.readers import files_copy
from swarm.model.task import State
from swarm.plan.naming import kept_ref
from swarm.tui.present.task_appearance import appearance
from tests.engine.keeper_harness import KeeperHarness

WORK = "echo one > one; git add one; git commit -qm one; echo two > two"


def git(repo: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_keeper_removes_what_ended_long_ago_and_keeps_its_work(
    harness: KeeperHarness, sample: Path
) -> None:
    """A discarded task; one that waits for its review stays, however old."""
    harness.start_keeper()
    old, waiting = (
        harness.until_taken_in(harness.new_task(sample, WORK)).id for _ in range(2)
    )
    task = harness.queries.tasks.get(old)
    copy = files_copy.read_only(harness.paths, task, task.review.tree)
    assert (copy / "two").read_text() == "two\n"
    harness.wish_done("discard", task=old)
    harness.stop_keepers()
    harness.configure("keep_days = 0.000001\n")

    harness.start_keeper()
    harness.until(lambda: harness.queries.tasks.get(old).removed, "it is removed")

    ref = kept_ref(harness.paths.tag, old)
    assert harness.queries.tasks.get(old).kept_ref == ref
    assert git(sample, "show", f"{ref}:two", f"{ref}~1:one") == "two\none"
    assert not harness.paths.worktree(old).exists()
    assert not copy.parent.exists()
    assert harness.paths.worktree(waiting).exists()
    assert git(sample, "branch", "--format=%(refname:short)").split() == [
        "main",
        harness.queries.tasks.get(waiting).branch,
    ]

    # What waits for its review is no garbage, even if it is named.
    assert harness.wish_done("gc", tasks=[waiting])["removed"] == []
    harness.wish_done("discard", task=waiting)
    assert harness.wish_done("gc", tasks=[old])["found"] == []
    assert len(harness.wish_done("gc", tasks=[waiting])["removed"]) == 1
    assert harness.queries.tasks.get(waiting).removed


def test_a_restored_task_has_ended_as_it_had_before(
    harness: KeeperHarness, sample: Path
) -> None:
    """By itself or by a kill; it is not told any more that it was discarded."""
    harness.start_keeper()
    ended = harness.until_taken_in(harness.new_task(sample, "exit 3"))
    killed = harness.new_task(sample, "sleep 600")
    harness.until_state(killed, State.LIVE)
    harness.wish_done("kill", task=killed)
    harness.until_taken_in(killed)
    ids = (ended.id, killed)
    before = [harness.queries.tasks.get(one) for one in ids]

    for one in ids:
        harness.wish_done("discard", task=one)
        harness.wish_done("restore", task=one)

    after = [harness.queries.tasks.get(one) for one in ids]
    assert [task.reason for task in after] == ["", "killed by you"]
    assert [appearance(task) for task in after] == [appearance(one) for one in before]


def test_what_the_user_tidied_up_is_told_and_the_last_snapshot_stays(
    harness: KeeperHarness, sample: Path
) -> None:
    """Worktree removed, its entry pruned, the branch deleted, all by the user's git."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    worktree = harness.paths.worktree(task.id)
    git(sample, "worktree", "remove", "--force", str(worktree))
    git(sample, "worktree", "prune")
    git(sample, "branch", "-D", task.branch)

    for verb in ("snapshot", "merge"):
        refused = harness.wish(verb, task=task.id)
        assert "removed by hand" in refused.message
        assert "swarm rm" in refused.hint
    harness.wish_done("discard", task=task.id)
    harness.wish_done("rm", task=task.id)

    ref = kept_ref(harness.paths.tag, task.id)
    assert git(sample, "show", f"{ref}:two", f"{ref}~1:one") == "two\none"
    assert git(sample, "branch", "--format=%(refname:short)") == "main"


def test_a_branch_that_the_user_moved_is_left(
    harness: KeeperHarness, sample: Path
) -> None:
    """It holds commits of theirs."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, WORK))
    git(sample, "update-ref", f"refs/heads/{task.branch}", "main")
    tree = git(sample, "rev-parse", "main^{tree}")
    commit = git(sample, "commit-tree", tree, "-p", "main", "-m", "mine")
    git(sample, "update-ref", f"refs/heads/{task.branch}", commit)

    harness.wish_done("discard", task=task.id)
    harness.wish_done("rm", task=task.id)

    assert git(sample, "rev-parse", task.branch) == commit
    assert "two" in git(
        sample, "ls-tree", "--name-only", kept_ref(harness.paths.tag, task.id)
    )
