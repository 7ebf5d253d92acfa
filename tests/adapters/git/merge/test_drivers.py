"""A program that the branch could bring along is refused; others are the user's."""

from contextlib import suppress
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, drivers
from swarm.adapters.git.snapshot import take
from swarm.errors import Refused, SwarmError
from swarm.model.landing import Subject, Verdict
from tests.adapters.git.git_helpers import commit_all, sh_git, task_with_worktree
from tests.adapters.git.merge.cases import merge_of


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


JSON_TOOL = ("python3 -m json.tool", "argparse.py", "open({trace!r}, 'w')\n")
IMPORT = ("python3 -c 'import away'", "away.py", "open({trace!r}, 'w')\n")
MAKE = ("make -s", "Makefile", "all:\n\t@cat; touch {trace}\n")


@pytest.mark.parametrize(
    ("kind", "command", "name", "program"),
    [
        ("clean", *JSON_TOOL),
        ("smudge", *JSON_TOOL),
        ("clean", *MAKE),
        ("smudge", *MAKE),
        ("process", *IMPORT),
    ],
)
def test_a_filter_takes_no_program_from_the_files(
    repo: Path, tmp_path: Path, kind: str, command: str, name: str, program: str
) -> None:
    """Git starts it where the agent's files lie; it must not find them there."""
    trace = tmp_path / "trace"
    (repo / ".gitattributes").write_text(
        "* text=auto\n*.json filter=own\n*.py filter=own\nMakefile filter=own\n"
    )
    commit_all(repo, "rules")
    sh_git(repo, "config", f"filter.own.{kind}", command)
    task = task_with_worktree(repo)
    (task.worktree / name).write_text(program.format(trace=str(trace)))
    (task.worktree / "a.json").write_text("{}\n")

    with suppress(SwarmError):
        apply.apply(task, merge_of(task))

    assert not trace.exists()


def test_a_filter_is_told_by_its_own_command(repo: Path) -> None:
    """Not by what swarm puts before it."""
    (repo / ".gitattributes").write_text("*.json filter=own\n")
    commit_all(repo, "rules")
    sh_git(repo, "config", "filter.own.smudge", "/bin/false x")
    sh_git(repo, "config", "filter.own.required", "true")
    sh_git(repo, "config", "filter.own.clean", "cat")
    task = task_with_worktree(repo)
    (task.worktree / "a.json").write_text("{}\n")

    with pytest.raises(SwarmError, match="/bin/false x") as raised:
        apply.apply(task, merge_of(task))

    assert "cd /" not in raised.value.message
