"""A real repository, git as a careless tool would call it, and tasks on it."""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from git import Actor, Repo

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from swarm.plan.naming import HomePaths
from tests.process_starts import ProcessStart

ANN = Actor("Ann", "ann@example.org")
"""The user, whose repositories the tests make."""
IDENTITY = {
    Actor.env_author_name: "Ann",
    Actor.env_author_email: "ann@example.org",
    Actor.env_committer_name: "Ann",
    Actor.env_committer_email: "ann@example.org",
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


def sh_git(directory: Path, *words: str, check: bool = True, stdin: bytes = b"") -> str:
    """Git as anyone calls it: configuration, hooks and drivers in force."""
    environment = {**os.environ, **IDENTITY, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *words],
        cwd=directory,
        env=environment,
        input=stdin,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"git {words}: {done.stderr.decode(errors='replace')}")
    return os.fsdecode(done.stdout).strip()


def new_repository(work_tree: Path, object_format: str = "sha1") -> Path:
    """A repository with one commit on `main`."""
    repo = Repo.init(work_tree, initial_branch="main", object_format=object_format)
    with repo.config_writer() as config:
        config.set_value("user", "name", ANN.name)
        config.set_value("user", "email", ANN.email)
    (work_tree / "README.md").write_text("hello\n")
    (work_tree / "src").mkdir()
    (work_tree / "src" / "a.py").write_text("one\ntwo\nthree\n")
    (work_tree / "src" / "b.py").write_text("b\n")
    (work_tree / ".gitignore").write_text("*.log\nbuild/\n")
    # Not by `repo.index`: it knows SHA-1 only, and its entries lack what git compares
    # with a file's status, so that `git apply --index` takes each file for changed.
    repo.git.add("--all")
    repo.git.commit("--quiet", "--message=begin", env=IDENTITY)
    repo.close()
    return work_tree


def commit_all(work_tree: Path, message: str) -> str:
    """Commit all that is there, with hooks and all; the commit's id."""
    sh_git(work_tree, "add", "-A")
    sh_git(work_tree, "commit", "-q", "-m", message)
    return sh_git(work_tree, "rev-parse", "HEAD")


def make_relative(admin: Path) -> None:
    """Write the path as git 2.48 does if `worktree.useRelativePaths` is set."""
    gitdir = admin / "gitdir"
    gitdir.write_text(os.path.relpath(gitdir.read_text().strip(), admin) + "\n")


def task_on(repo: Path, number: int = 1) -> TaskGit:
    """A task on the repository's HEAD; nothing of it is made yet."""
    home = repo.parent / "swarm-home"
    repository = Repository.open(repo, home)
    branch = f"swarm/{number}-work"
    return TaskGit(repository, HomePaths(home), number, branch, repository.head)


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
    # Inside, the alternates are mounts; here they are the directories themselves.
    alternates = os.pathsep.join(str(path) for path, _ in task.borrowed())
    words = (f"--git-dir={task.private_git}", f"--work-tree={task.worktree}", *words)
    environment = {**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates}
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
    """The sender's output, computed here instead of in a sandbox."""
    head = agent_git(task, "rev-parse", "HEAD")
    return head.encode() + b"\n" + agent_pack(task, f"{head}\n^{task.base}\n")


def agent_pack(task: TaskGit, revisions: str, *words: str) -> bytes:
    """A pack of the agent's objects."""
    alternates = os.pathsep.join(str(path) for path, _ in task.borrowed())
    command = ("pack-objects", "--revs", "--thin", "--stdout", "-q", *words)
    return subprocess.run(
        ["git", f"--git-dir={task.private_git}", *command],
        input=revisions.encode(),
        env={**os.environ, "GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates},
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


def canary(directory: Path) -> Canary:
    """A fresh canary that passes on what it is fed, as a filter does."""
    directory.mkdir(parents=True, exist_ok=True)
    program, trace = directory / "canary", directory / "trace"
    program.write_text(f"#!/bin/sh\necho ran >> '{trace}'\n[ $# -gt 0 ] || cat\n")
    program.chmod(0o755)
    return Canary(program, trace)
