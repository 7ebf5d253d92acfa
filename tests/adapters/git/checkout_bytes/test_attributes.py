"""The rules in force are those of the tree after the merge, and the user's own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git.task_git import TaskGit
from tests.adapters.git.checkout_bytes.checkout_helpers import (
    SCRIPT,
    change,
    checked_out,
    commit_rules,
    gibberish,
    shown,
    taken,
    write_info,
)
from tests.adapters.git.git_helpers import (
    commit_all,
    reopened,
    sh_git,
    task_with_worktree,
)


def _personal(task: TaskGit, rule: str) -> None:
    file = Path.home() / "my-attributes"
    file.write_text(rule)
    sh_git(
        task.repo.root, "config", "--global", "core.attributesFile", "~/my-attributes"
    )


def _default_personal(task: TaskGit, rule: str) -> None:
    file = Path.home() / ".config" / "git" / "attributes"
    file.parent.mkdir(parents=True)
    file.write_text(rule)


def _untracked(task: TaskGit, rule: str) -> None:
    (task.repo.root / ".gitattributes").write_text(rule)


@pytest.mark.parametrize(
    "write", [write_info, _personal, _default_personal, _untracked, commit_rules]
)
def test_the_attributes_of_the_user_count(
    repo: Path, write: Callable[[TaskGit, str], None]
) -> None:
    """A11: whoever wrote the rule, an innocent file of the agent is judged by it."""
    task = task_with_worktree(repo)
    write(task, "*.txt working-tree-encoding=IBM037\n")
    task = replace(reopened(task), target="main")

    snapshot = taken(task, {"docs/notes.txt": gibberish("IBM037")})

    notes = change(snapshot, "docs/notes.txt")
    assert notes.gating
    assert shown(task, notes) == SCRIPT


def test_attributes_of_the_base_count_for_an_innocent_file(repo: Path) -> None:
    """A11, as it was found: nothing but the text is the agent's."""
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    commit_all(repo, "attributes")
    task = task_with_worktree(repo)

    snapshot = taken(task, {"a.txt": gibberish("IBM037"), "b.md": "plain\n"})

    assert change(snapshot, "a.txt").gating
    assert shown(task, change(snapshot, "a.txt")) == SCRIPT
    assert change(snapshot, "b.md").checkout is None


RULES = {
    "subdirectory": {"docs/.gitattributes": "*.txt working-tree-encoding=IBM037\n"},
    "macro": {".gitattributes": "[attr]odd working-tree-encoding=IBM037\n*.txt odd\n"},
    "quoted": {".gitattributes": '"docs/*.txt" working-tree-encoding=IBM037\n'},
    "outranked": {
        ".gitattributes": "* -text\n*.txt text working-tree-encoding=UTF-8\n",
        "docs/.gitattributes": "notes.txt working-tree-encoding=IBM037\n",
    },
}


@pytest.mark.parametrize("name", RULES)
def test_rules_wherever_they_stand(repo: Path, name: str) -> None:
    """Directories, macros, quotes and precedence are git's own."""
    task = task_with_worktree(repo)
    files = {**RULES[name], "docs/notes.txt": gibberish("IBM037")}

    snapshot = taken(task, dict(files))

    notes = change(snapshot, "docs/notes.txt")
    assert notes.gating
    assert shown(task, notes) == checked_out(task, snapshot, "docs/notes.txt") == SCRIPT


def test_a_link_called_gitattributes_is_read_as_git_reads_it(repo: Path) -> None:
    """Git takes the text of such a link for rules while it writes a checkout."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").symlink_to("*.txt working-tree-encoding=IBM037")

    snapshot = taken(task, {"notes.txt": gibberish("IBM037")})

    notes = change(snapshot, "notes.txt")
    assert shown(task, notes) == checked_out(task, snapshot, "notes.txt")


@pytest.mark.parametrize(
    "path", [" notes.txt", "a\tb.txt", 'q"o.txt', "l\ni.txt", "-x"]
)
def test_names_that_need_care(repo: Path, path: str) -> None:
    """A name with blanks, quotes or newlines is matched as git matches it."""
    task = task_with_worktree(repo)

    snapshot = taken(
        task,
        {
            ".gitattributes": "* working-tree-encoding=IBM037\n",
            path: gibberish("IBM037"),
        },
    )

    assert shown(task, change(snapshot, path)) == SCRIPT


def test_the_targets_newer_attributes_count(repo: Path) -> None:
    """The rules are those of the tree as it would be after the merge."""
    task = replace(task_with_worktree(repo), target="main")
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    commit_all(repo, "attributes")

    snapshot = taken(task, {"notes.txt": gibberish("IBM037")})

    assert shown(task, change(snapshot, "notes.txt")) == SCRIPT


def test_rules_of_both_sides_are_merged(repo: Path) -> None:
    """The target adds one rule, the agent another: both are in force."""
    (repo / ".gitattributes").write_text("*.a text\n\n\n\n*.z text\n")
    commit_all(repo, "attributes")
    task = replace(task_with_worktree(repo), target="main")
    (repo / ".gitattributes").write_text(
        "*.txt working-tree-encoding=IBM037\n*.a text\n\n\n\n*.z text\n"
    )
    commit_all(repo, "the user's")
    rules = "*.a text\n\n\n\n*.z text\n*.md working-tree-encoding=IBM037\n"

    snapshot = taken(
        task,
        {
            ".gitattributes": rules,
            "a.txt": gibberish("IBM037"),
            "b.md": gibberish("IBM037"),
        },
    )

    assert shown(task, change(snapshot, "a.txt")) == SCRIPT
    assert shown(task, change(snapshot, "b.md")) == SCRIPT
