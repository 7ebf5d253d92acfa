"""What the sandbox's own git makes of the mounts, in a real container."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    sh_git,
    task_on,
)


def image() -> str:
    """An image of ours with git in it; empty where there is none, or no engine."""
    try:
        words = ["docker", "images", "-q", "--filter", "reference=swarm/base"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.split()[0] if done.stdout.split() else ""


IMAGE = image()
pytestmark = pytest.mark.skipif(not IMAGE, reason="no engine, or no base image")


def inside(task: TaskGit, *argv: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as the agent would, on the task's mounts."""
    binds = [
        f"{mount.source}:{mount.target}:{'ro' if mount.read_only else 'rw'}"
        for mount in task.mounts()
    ]
    hard = ["--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--read-only"]
    safe = ["GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory"]
    words = [word for bind in binds for word in ("-v", bind)]
    words += [w for entry in (*safe, "GIT_CONFIG_VALUE_0=*") for w in ("-e", entry)]
    base = ["docker", "run", "--rm", "--network=none", "--user=1000:1000", *hard]
    return subprocess.run(
        [*base, *words, "-w", "/workspace", "--entrypoint=", IMAGE, *argv],
        capture_output=True,
        check=False,
    )


@pytest.fixture
def task(repo: Path, tmp_path: Path) -> TaskGit:
    """On a repository that borrows its objects, to have every kind of mount."""
    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    last = tmp_path / "last"
    sh_git(tmp_path, "clone", "-q", "--shared", str(repo), str(last))
    task = task_on(last)
    create.create_worktree(task, owner=(1000, 1000))
    return task


def test_the_agent_has_a_git_of_its_own(task: TaskGit) -> None:
    """It commits, without a word of complaint, and what it sends is received."""
    script = (
        "set -e; git status --porcelain; echo x > new; git add -A; git commit -qm x"
    )

    done = inside(task, "sh", "-c", script)
    sent = inside(task, *quarantine.sender_argv(task.base))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert sent.stderr == b""
    came = quarantine.receive(task, sent.stdout)
    snapshot = take.take(task)
    assert [each.subject for each in came.commits] == ["x"]
    assert (
        sh_git(task.review_git, "rev-parse", f"{came.head}^{{tree}}") == snapshot.tree
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "rm -f .git",
        "mv .git other",
        "echo x > .git",
        "touch /objects-ro/x",
        "rm -rf /objects-ro/pack",
        "touch /objects-ro-1/x",
    ],
)
def test_what_the_host_trusts_cannot_be_changed(task: TaskGit, attempt: str) -> None:
    """The `.git` file is a mount, the objects are read-only."""
    assert inside(task, "sh", "-c", attempt).returncode != 0


def test_a_filled_submodule_has_a_git_of_its_own(repo: Path, tmp_path: Path) -> None:
    """Status is clean, the version is its own, and a commit in it is a change."""
    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    source = new_repository(tmp_path / "source")
    sh_git(source, "tag", "v9")
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    sh_git(repo, *words, str(source), "lib")
    commit_all(repo, "lib")
    task = task_on(repo)
    create.create_worktree(task, owner=(1000, 1000))
    script = (
        "set -e; git status --porcelain; git submodule status; cd lib; "
        "git describe --tags; git status --porcelain; echo x > x; git add x; "
        "git commit -qm x; cd ..; git status --porcelain; git submodule update; "
        "git submodule status"
    )

    done = inside(task, "sh", "-c", script)

    commit = sh_git(source, "rev-parse", "HEAD")
    lines = done.stdout.decode().splitlines()
    assert lines[:3] == [f" {commit} lib (v9)", "v9", " M lib"], done.stderr
    assert lines[-1] == f" {commit} lib (v9)"


def test_filled_lfs_files_are_unchanged_for_the_agents_git(
    repo: Path, tmp_path: Path
) -> None:
    """Across the mount and under the agent's uid; a change is one."""
    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    digest = hashlib.sha256(b"picture").hexdigest()
    (repo / ".gitattributes").write_text("*.png filter=lfs\n")
    (repo / "a.png").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 7\n"
    )
    commit_all(repo, "picture")
    stored = repo / ".git/lfs/objects" / digest[:2] / digest[2:4] / digest
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"picture")
    task = task_on(repo)
    create.create_worktree(task, owner=(1000, 1000))
    script = (
        "git status --porcelain; cat a.png; printf 'PICTURE' > a.png; git status -s"
    )

    done = inside(task, "sh", "-c", script)

    assert (done.stdout, done.stderr) == (b"picture M a.png\n", b"")
