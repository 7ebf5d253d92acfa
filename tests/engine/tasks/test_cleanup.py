"""An old task gives up its worktree and branch; its work stays under a ref."""

import subprocess
from pathlib import Path

from swarm.plan.naming import kept_ref
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
    harness.wish_done("discard", task=old)
    harness.stop_keepers()
    harness.configure("keep_days = 0.000001\n")

    harness.start_keeper()
    harness.until(lambda: harness.queries.tasks.get(old).removed, "it is removed")

    ref = kept_ref(harness.paths.tag, old)
    assert harness.queries.tasks.get(old).kept_ref == ref
    assert git(sample, "show", f"{ref}:two", f"{ref}~1:one") == "two\none"
    assert not harness.paths.worktree(old).exists()
    assert harness.paths.worktree(waiting).exists()
    assert git(sample, "branch", "--format=%(refname:short)").split() == [
        "main",
        harness.queries.tasks.get(waiting).branch,
    ]
