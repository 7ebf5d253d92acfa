"""What a checkout has, a real sandbox has, or its agent and the human are told."""

import subprocess
from pathlib import Path

from swarm.engine.review.snapshot import snapshot as take_snapshot
from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness, new_sample_repository

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


def test_with_base_only_a_real_box_reads_no_other_branch(
    harness: KeeperHarness, sample: Path
) -> None:
    """The setting reaches the launch; commits come back."""
    git(sample, "switch", "-qc", "other")
    (sample / "secret").write_text("secret")
    git(sample, "add", "-A")
    git(sample, "commit", "-qm", "other")
    secret = git(sample, "rev-parse", "HEAD")
    git(sample, "switch", "-q", "-")
    script = (
        f"git cat-file -t {secret} > seen 2>&1; git log --oneline >> seen; "
        "git branch >> seen; git add -A; git commit -qm work"
    )
    harness.start_keeper()
    harness.configure('[sandbox]\nobjects = "base-only"\n')

    task = harness.new_task(sample, script)
    harness.until_taken_in(task)

    seen = (harness.paths.worktree(task) / "seen").read_text()
    assert seen.startswith("fatal: ")
    assert "other" not in seen
    assert harness.queries.tasks.get(task).review.commits == 1


def test_a_submodule_is_filled_or_named_to_all(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    """In the box, in an event, in the launch's log; edits are named in the review."""
    source = new_sample_repository(tmp_path / "source")
    for path in ("lib", "gone"):
        words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
        git(sample, *words, str(source), path)
    git(sample, "commit", "-qm", "submodules")
    git(sample, "submodule", "deinit", "-q", "-f", "gone")
    (sample / ".git/modules/gone").rename(tmp_path / "away")
    name = next(path.name for path in source.iterdir() if path.is_file())
    script = f"ls lib > seen; cat /etc/swarm/repository.md > page; echo x > lib/{name}"
    harness.start_keeper()

    task = harness.new_task(sample, script)
    harness.until_state(task, State.STOPPED)

    worktree = harness.paths.worktree(task)
    assert name in (worktree / "seen").read_text().split()
    page = (worktree / "page").read_text()
    assert "`gone`: it is not in the local repository" in page
    assert "submodule gone: it is not" in harness.paths.launch_log(task).read_text()
    reasons = [
        record.event.reason
        for record in harness.queries.events.after(task=task)
        if isinstance(record.event, events.Trouble)
    ]
    assert any("the sandbox lacks submodule gone" in reason for reason in reasons)
    snapshot = take_snapshot(harness.context, task)
    assert [entry.path for entry in snapshot.hidden] == [f"lib/{name}"]
