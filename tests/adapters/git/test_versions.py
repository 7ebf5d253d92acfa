"""A tool that takes a version of git gives the same one in a box as in the checkout."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree import create
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    sh_git,
    task_on,
)
from tests.adapters.git.test_sandbox import IMAGE

pytestmark = pytest.mark.skipif(not IMAGE, reason="no engine, or no base image")

PROJECT = """\
[build-system]
requires = ["setuptools", "setuptools-scm"]
[project]
name = "sample"
dynamic = ["version"]
[tool.setuptools_scm]
"""
ASK = ("sh", "-c", "git describe --tags --long --dirty; python3 -m setuptools_scm")
"""Git's own words, and the version that is made of them."""


@pytest.fixture(scope="module")
def scm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real setuptools-scm and what it needs, for any Python."""
    target = tmp_path_factory.mktemp("scm")
    words = ("-m", "pip", "install", "-q", "--no-compile", "--target", str(target))
    packages = ("setuptools-scm", "setuptools")
    done = subprocess.run(
        [sys.executable, *words, *packages], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"setuptools-scm cannot be fetched: {done.stderr[-200:]}")
    for part in (target, *target.parents[:2]):
        part.chmod(0o755)
    return target


def in_checkout(work_tree: Path, scm: Path) -> str:
    done = subprocess.run(
        ASK,
        cwd=work_tree,
        env={**os.environ, "PYTHONPATH": str(scm), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def in_box(task: TaskGit, scm: Path, base_only: bool) -> str:
    binds = [f"{scm}:/scm:ro"]
    for mount in task.mounts(base_only):
        mode = "ro" if mount.read_only else "rw"
        binds.append(f"{mount.source}:{mount.target}:{mode}")
    variables = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "PYTHONPATH": "/scm",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    words = [word for bind in binds for word in ("-v", bind)]
    words += [w for key, value in variables.items() for w in ("-e", f"{key}={value}")]
    run = ["docker", "run", "--rm", "--network=none", "--user=1000:1000"]
    done = subprocess.run(
        [*run, *words, "-w", "/workspace", "--entrypoint=", IMAGE, *ASK],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _at_a_tag(repo: Path, _tmp: Path) -> Path:
    sh_git(repo, "tag", "-a", "v1.2.3", "-m", "release")
    return repo


def _after_a_tag(repo: Path, tmp: Path) -> Path:
    _at_a_tag(repo, tmp)
    for number in range(3):
        (repo / "more").write_text(str(number))
        commit_all(repo, "more")
    return repo


def _packed_and_light(repo: Path, tmp: Path) -> Path:
    sh_git(repo, "tag", "2.0")
    (repo / "more").write_text("more")
    commit_all(repo, "more")
    sh_git(repo, "pack-refs", "--all")
    return repo


def _shallow(repo: Path, tmp: Path) -> Path:
    _after_a_tag(repo, tmp)
    clone = tmp / "shallow"
    sh_git(tmp, "clone", "-q", "--depth=4", f"file://{repo}", str(clone))
    return clone


def _linked(repo: Path, tmp: Path) -> Path:
    _after_a_tag(repo, tmp)
    linked = tmp / "linked"
    sh_git(repo, "worktree", "add", "-q", "-b", "release", str(linked), "HEAD~1")
    return linked


def _borrowing(repo: Path, tmp: Path) -> Path:
    _after_a_tag(repo, tmp)
    clone = tmp / "borrowing"
    sh_git(tmp, "clone", "-q", "--shared", str(repo), str(clone))
    return clone


@pytest.mark.parametrize(
    ("shaped", "base_only"),
    [
        (_after_a_tag, False),
        (_borrowing, True),
        *(
            pytest.param(*shape, marks=pytest.mark.long)
            for shape in (
                (_at_a_tag, False),
                (_after_a_tag, True),
                (_packed_and_light, False),
                (_shallow, False),
                (_linked, False),
            )
        ),
    ],
)
def test_the_version_in_the_box_is_the_checkouts(
    tmp_path: Path, scm: Path, shaped: Callable[[Path, Path], Path], base_only: bool
) -> None:
    """By `git describe` and by setuptools-scm, clean and with a change."""

    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    repo = new_repository(tmp_path / "repo")
    (repo / "pyproject.toml").write_text(PROJECT)
    commit_all(repo, "project")
    checkout = shaped(repo, tmp_path)
    task = task_on(checkout)
    create.create_worktree(task, (1000, 1000), base_only)

    for _ in ("clean", "changed"):
        expected = in_checkout(checkout, scm)
        assert in_box(task, scm, base_only) == expected
        assert len(expected.split()) == 2
        assert "0.1.dev" not in expected
        for work_tree in (checkout, task.worktree):
            (work_tree / "README.md").write_text("changed\n")
