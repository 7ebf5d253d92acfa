"""What a checkout has, a real sandbox has, or its agent and the human are told."""

import subprocess
from pathlib import Path

from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness

URL = "https://ann:s3cret@git.example/org/sample.git"
QUESTIONS = [
    "git describe --tags",
    "git log -1 --format=%H main",
    "git merge-base main HEAD",
    "git rev-parse v1.0^{} light feature",
]


def git(repo: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repo), *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_git_answers_in_the_box_as_in_the_checkout(
    harness: KeeperHarness, sample: Path
) -> None:
    """Tags, other branches, remotes by name; and the page that says what is not."""
    git(sample, "tag", "-a", "v1.0", "-m", "one")
    git(sample, "tag", "light")
    git(sample, "branch", "feature")
    git(sample, "remote", "add", "origin", URL)
    (sample / "more").write_text("more\n")
    git(sample, "add", "-A")
    git(sample, "commit", "-qm", "more")
    script = "; ".join(f"{question} >> answers 2>&1" for question in QUESTIONS)
    page = "cat /etc/swarm/repository.md > page; git remote -v > remotes"
    push = "git push > pushed 2>&1"
    harness.start_keeper()

    task = harness.new_task(sample, f"{script}; {page}; {push}; true")
    harness.until_state(task, State.STOPPED)

    worktree = harness.paths.worktree(task)
    expected = [git(sample, *question.split()[1:]) for question in QUESTIONS]
    assert (worktree / "answers").read_text().splitlines() == "\n".join(
        expected
    ).splitlines()
    assert (
        "`origin`: `https://git.example/org/sample.git`"
        in (worktree / "page").read_text()
    )
    assert "s3cret" not in (worktree / "remotes").read_text()
    assert "repository.md says why" in (worktree / "pushed").read_text()
    policy = harness.paths.etc_swarm(task) / "policy.md"
    assert "/etc/swarm/repository.md" in policy.read_text()
