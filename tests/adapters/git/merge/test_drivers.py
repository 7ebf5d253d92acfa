"""A program that the branch could bring along is refused; others are the user's."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import drivers
from swarm.adapters.git.snapshot import take
from swarm.errors import Refused
from swarm.model.landing import Subject, Verdict
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree


@pytest.fixture
def tools(repo: Path) -> Path:
    """A repository with programs in it."""
    (repo / "bin").mkdir()
    for name in ("tool.sh", "bin/kept.sh"):
        (repo / name).write_text("#!/bin/sh\ncat\n")
        (repo / name).chmod(0o755)
    (repo / "clean").mkdir()
    (repo / "clean" / "dishes").write_text("x\n")
    commit_all(repo, "tools")
    return repo


REFUSED = [
    "./tool.sh",
    "sh tool.sh",
    "bin/../tool.sh %f",
    "sh -c 'exec \"$(git rev-parse --show-toplevel)/tool.sh\"'",
    "env X=bin/kept.sh sh",
    "{repo}/tool.sh",
    "sh {repo}/bin/../tool.sh",
]
ALLOWED = [
    "git-lfs clean -- %f",
    "/usr/bin/env clean",
    "/opt/tool --config /etc/tool.conf",
    "~/bin/tool %f",
    "cat ..",
    "{repo}/bin/kept.sh",
    "sh {repo}-elsewhere/tool.sh",
    'unbalanced "quote',
]


@pytest.mark.parametrize("command", REFUSED)
@pytest.mark.parametrize("kind", ["clean", "smudge", "process"])
def test_a_program_of_the_tree_is_refused(tools: Path, command: str, kind: str) -> None:
    """By a relative path, as an argument, or where the merge would write."""
    sh_git(tools, "config", f"filter.own.{kind}", command.format(repo=tools))
    task = task_with_worktree(tools)
    (task.worktree / "tool.sh").write_text("#!/bin/sh\necho other\n")
    tree = take.take(task).tree

    [item] = drivers.items(task, tree)

    assert (item.subject, item.verdict) == (Subject.DRIVER, Verdict.REFUSED)
    assert item.name == f"filter.own.{kind}"
    with pytest.raises(Refused, match="lies in the repository"):
        drivers.refuse(task, tree)


@pytest.mark.parametrize("command", ALLOWED)
def test_a_program_elsewhere_is_the_users(tools: Path, command: str) -> None:
    """Also one in the checkout that the merge leaves as it is."""
    sh_git(tools, "config", "filter.own.clean", command.format(repo=tools))
    task = task_with_worktree(tools)
    (task.worktree / "tool.sh").write_text("#!/bin/sh\necho other\n")

    assert drivers.items(task, take.take(task).tree) == ()
