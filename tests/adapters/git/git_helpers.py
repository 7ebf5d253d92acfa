"""A real repository, git as a careless tool would call it, and tasks on it."""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.plan.naming import HomePaths
from tests.process_starts import ProcessStart

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}


def strangers(starts: Iterable[ProcessStart]) -> list[ProcessStart]:
    """The process starts that neither our bounded runner nor a test made itself."""
    return [start for start in starts if not _is_expected(start)]


def _is_expected(start: ProcessStart) -> bool:
    if start.passes("swarm/adapters/process.py", "_start"):
        return True
    # The standard library's frames stand before the one that called it.
    library = Path(subprocess.__file__).parent.as_posix()
    callers = (frame for frame in start.stack if not _lies_in(frame, library))
    return "/tests/" in next(callers, "") or start.passes(__file__, "new_repository")


def _lies_in(frame: str, library: str) -> bool:
    return frame.startswith(f"{library}/") and "site-packages" not in frame


def sh_git(at: Path, *words: str, check: bool = True, stdin: bytes = b"") -> str:
    """Git as anyone calls it: configuration, hooks and drivers in force."""
    environment = {**os.environ, **IDENTITY, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *words],
        cwd=at,
        env=environment,
        input=stdin,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"git {words}: {done.stderr.decode(errors='replace')}")
    return os.fsdecode(done.stdout).strip()


def new_repository(at: Path, object_format: str = "sha1") -> Path:
    """A repository with one commit on `main`."""
    at.mkdir(parents=True)
    sh_git(at, "init", "-q", "-b", "main", f"--object-format={object_format}")
    sh_git(at, "config", "user.name", "Ann")
    sh_git(at, "config", "user.email", "ann@example.org")
    (at / "README.md").write_text("hello\n")
    (at / "src").mkdir()
    (at / "src" / "a.py").write_text("one\ntwo\nthree\n")
    (at / "src" / "b.py").write_text("b\n")
    (at / ".gitignore").write_text("*.log\nbuild/\n")
    commit_all(at, "begin")
    return at


def commit_all(at: Path, message: str) -> str:
    """Commit all that is there; the commit's id."""
    sh_git(at, "add", "-A")
    sh_git(at, "commit", "-q", "-m", message)
    return sh_git(at, "rev-parse", "HEAD")


def task_on(repo: Path, number: int = 1) -> TaskGit:
    """A task on the repository's HEAD; nothing of it is made yet."""
    home = repo.parent / "swarm-home"
    opened = Repository.open(repo, home)
    places = HomePaths(home)
    return TaskGit(opened, places, number, f"swarm/{number}-work", opened.head)


def task_with_worktree(repo: Path, number: int = 1) -> TaskGit:
    """A task whose worktree is there."""
    task = task_on(repo, number)
    create.create_worktree(task)
    return task


def reopened(task: TaskGit) -> TaskGit:
    """The same task, its repository opened anew, as a restarted keeper does."""
    root = task.repo.root
    return replace(task, repo=Repository.open(root, task.places.home))


def agent_git(task: TaskGit, *words: str, check: bool = True) -> str:
    """Git as the agent has it: its own git directory, on its worktree."""
    at = task.private_git
    # Inside, the alternates are mounts; here they are the directories themselves.
    lent = os.pathsep.join(str(path) for path, _ in task.borrowed())
    words = (f"--git-dir={at}", f"--work-tree={task.worktree}", *words)
    environment = {**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": lent}
    done = subprocess.run(
        ["git", *words],
        cwd=task.worktree,
        env=environment,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"git {words}: {done.stderr.decode(errors='replace')}")
    return os.fsdecode(done.stdout).strip()


def sender_output(task: TaskGit) -> bytes:
    """What the sender prints, run here instead of in a sandbox."""
    head = agent_git(task, "rev-parse", "HEAD")
    return head.encode() + b"\n" + agent_pack(task, f"{head}\n^{task.base}\n")


def agent_pack(task: TaskGit, revisions: str, *words: str) -> bytes:
    """A pack of the agent's objects."""
    lent = os.pathsep.join(str(path) for path, _ in task.borrowed())
    command = ("pack-objects", "--revs", "--thin", "--stdout", "-q", *words)
    return subprocess.run(
        ["git", f"--git-dir={task.private_git}", *command],
        input=revisions.encode(),
        env={**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": lent},
        capture_output=True,
        check=True,
    ).stdout


def agent_commit(task: TaskGit, message: str = "work") -> str:
    """Commit all of the worktree as the agent would; the commit's id."""
    agent_git(task, "add", "-A")
    agent_git(task, "commit", "-q", "--allow-empty", "-m", message)
    return agent_git(task, "rev-parse", "HEAD")


@dataclass(frozen=True)
class Canary:
    """A program that leaves a trace when it is run."""

    program: Path
    trace: Path

    @property
    def ran(self) -> bool:
        """Whether it was run since the last `reset`."""
        return self.trace.exists()

    def reset(self) -> None:
        """Forget that it ran."""
        self.trace.unlink(missing_ok=True)


def canary(at: Path) -> Canary:
    """A fresh canary that passes on what it is fed, as a filter does."""
    at.mkdir(parents=True, exist_ok=True)
    program, trace = at / "canary", at / "trace"
    program.write_text(f"#!/bin/sh\necho ran >> '{trace}'\n[ $# -gt 0 ] || cat\n")
    program.chmod(0o755)
    return Canary(program, trace)
