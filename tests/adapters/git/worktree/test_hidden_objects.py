"""What is hidden is in no object that a box has, of this commit or an earlier one."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create, hidden_objects
from swarm.adapters.git.worktree.hidden_objects import sparse_patterns
from swarm.errors import ToolError
from swarm.model.covers import Wanted
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git, task_on

SECRETS = ("s3cr3t-now", "s3cr3t-before", "s3cr3t-on-a-side", "s3cr3t-of-evil-merge")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A key that changed, on two branches and in their merge, and was renamed."""
    place = new_repository(tmp_path / "repo")
    (place / ".env").write_text(SECRETS[1])
    (place / "keys").mkdir()
    (place / "keys/same").write_text("hello\n")  # as README.md
    commit_all(place, "one")
    sh_git(place, "switch", "-q", "-c", "side")
    (place / ".env").write_text(SECRETS[2])
    commit_all(place, "side")
    sh_git(place, "switch", "-q", "main")
    (place / "src/a.py").write_text("changed\n")
    commit_all(place, "main")
    sh_git(place, "merge", "-q", "--no-commit", "--no-ff", "side")
    (place / ".env").write_text(SECRETS[3])
    commit_all(place, "merge")
    (place / ".env").write_text(SECRETS[0])
    commit_all(place, "now")
    sh_git(place, "tag", "-a", "v1", "-m", "one")
    return place


def made(repo: Path, *hide: str) -> TaskGit:
    task = task_on(repo)
    create.create_worktree(task, base_only=True, wanted=Wanted(hide=hide))
    return task


@pytest.fixture
def agent(tmp_path: Path) -> Callable[..., str]:
    """Git as the agent has it: with the pack of the base alone."""

    def git(task: TaskGit, *words: str, fails: bool = False) -> str:
        environment = {
            **os.environ,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(task.base_objects),
            "GIT_ALLOW_PROTOCOL": "none",
        }
        places = (f"--git-dir={task.private_git}", f"--work-tree={task.worktree}")
        done = subprocess.run(
            ["git", *places, *words],
            cwd=task.worktree,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert bool(done.returncode) is fails, done.stderr
        return os.fsdecode(done.stdout).strip()

    return git


def everything(task: TaskGit, git: Callable[..., str]) -> bytes:
    """The content of every object that the agent's git has."""
    words = ("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    names = git(task, *words).split()
    assert names
    return b"".join(
        os.fsencode(git(task, "cat-file", "-p", name)) + b"\n" for name in names
    )


def test_no_object_holds_what_was_hidden(repo: Path, agent: Callable[..., str]) -> None:
    """Nor in history: of another branch, or in a merge that is like neither parent."""
    task = made(repo, ".env")

    held = everything(task, agent)

    assert not [secret for secret in SECRETS if secret.encode() in held]
    assert b"changed" in held


def test_the_probe_finds_what_is_not_hidden(
    repo: Path, agent: Callable[..., str]
) -> None:
    """Or the test above would prove nothing."""
    task = made(repo, "keys")

    held = everything(task, agent)

    assert all(secret.encode() in held for secret in SECRETS)


def test_what_the_base_shows_elsewhere_is_there(
    repo: Path, agent: Callable[..., str]
) -> None:
    task = made(repo, "keys")

    assert agent(task, "show", "HEAD:README.md") == "hello"


def test_the_agents_git_works(repo: Path, agent: Callable[..., str]) -> None:
    """It misses nothing, commits, switches to earlier commits and comes back."""
    task = made(repo, ".env", "keys")
    assert agent(task, "status", "--porcelain") == ""

    (task.worktree / "new").write_text("new\n")
    agent(task, "add", "-A")
    agent(task, "commit", "-q", "-m", "work")
    changed = agent(task, "diff", "--name-status", f"{task.base}..HEAD")
    agent(task, "checkout", "-q", "HEAD~3")
    agent(task, "checkout", "-q", task.branch)
    (task.worktree / "new").write_text("newer\n")
    agent(task, "stash", "-q")
    agent(task, "stash", "pop", "-q")
    agent(task, "log", "--stat", "-1")
    agent(task, "fsck")

    assert changed == "A\tnew"
    assert agent(task, "status", "--porcelain") == "M new"
    agent(task, "show", "HEAD:.env", fails=True)


def test_names_with_signs_of_patterns_are_themselves(
    tmp_path: Path, agent: Callable[..., str]
) -> None:
    place = new_repository(tmp_path / "repo")
    names = ["a*b", "axb", "!bang", "#hash", "[x]", "x", "q?", "qq", "end ", "end"]
    for name in names:
        (place / name).write_text(f"of {name}\n")
    commit_all(place, "names")

    task = made(place, "a*b", "!bang", "#hash", "[x]", "q?", "end ")

    files = (path for path in task.worktree.iterdir() if path.is_file())
    there = {path.name for path in files if path.read_bytes()}
    assert {"axb", "x", "qq", "end"} <= there
    assert not {"a*b", "!bang", "#hash", "[x]", "q?", "end "} & there
    assert agent(task, "status", "--porcelain") == ""


def test_patterns_leave_out_these_paths_alone() -> None:
    assert sparse_patterns(["a/b", "x*"]) == "/*\n!/a/b\n!/x\\*\n"


def test_a_pack_that_holds_it_is_refused(repo: Path) -> None:
    task = task_on(repo)
    create.create_worktree(task, base_only=True)
    secret = sh_git(repo, "rev-parse", "HEAD:.env")

    with pytest.raises(ToolError, match="packed what is hidden"):
        hidden_objects.require_absent(task.review.git, task.base_objects, [secret])
    with pytest.raises(ToolError, match="packed what is hidden"):
        hidden_objects.require_absent(
            task.review.git, task.base_objects, ["0" * 40, secret]
        )


def test_a_shallow_repository(repo: Path, agent: Callable[..., str]) -> None:
    place = repo.parent / "shallow"
    sh_git(repo.parent, "clone", "-q", "--depth=2", f"file://{repo}", str(place))

    held = everything(made(place, ".env"), agent)

    assert not [secret for secret in SECRETS if secret.encode() in held]
