"""Attributes say what is converted, and are read within bounds."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import attributes
from swarm.adapters.git.merge.attributes import Rules
from swarm.adapters.git.merge.owner import owners_git
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from tests.adapters.git.git_helpers import sh_git, task_with_worktree


def judged(task: TaskGit, *paths: str) -> dict[str, Rules]:
    tree = take.take(task).tree
    above = attributes.directories(paths)
    with owners_git(task) as owners:
        attributes.write(task, attributes.files(task, tree, above), owners)
        return attributes.judge(owners, paths)


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("* filter=lfs -text", Rules(filter="lfs")),
        ("* filter", None),
        ("* -filter", None),
        ("* !filter", None),
        ("* text", Rules(line_ends=True)),
        ("* text=auto", Rules(line_ends=True)),
        ("* eol=crlf", Rules(line_ends=True)),
        ("* crlf", Rules(line_ends=True)),
        ("* binary", Rules(merge="unset")),
        ("* ident", Rules(ident=True)),
        ("* working-tree-encoding=UTF-16", Rules(encoding="UTF-16")),
        ("* -working-tree-encoding", None),
        ("* diff=x merge=y", Rules(merge="y")),
        ("[attr]all filter=f text\n* all", Rules(filter="f", line_ends=True)),
    ],
)
def test_each_attribute_that_converts_is_known(
    repo: Path, line: str, rules: Rules | None
) -> None:
    """Others, and those that are switched off, say nothing."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text(f"{line}\n")

    found = judged(task, "a").get("a", Rules())

    assert found == (rules or Rules())


@pytest.mark.parametrize(
    ("value", "every"), [("true", True), ("input", True), ("0", False)]
)
def test_a_setting_may_convert_every_line(repo: Path, value: str, every: bool) -> None:
    """`core.autocrlf` needs no attribute; `-text` switches it off."""
    sh_git(repo, "config", "core.autocrlf", value)
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text("*.bin -text\n")

    rules = judged(task, "a.txt", "a.bin")

    assert rules.get("a.txt", Rules()).line_ends is every
    assert not rules["a.bin"].line_ends


def test_only_files_above_a_change_count(repo: Path) -> None:
    """A link's text is rules too: git takes it from the index."""
    task = task_with_worktree(repo)
    for path in ("a", "a/b", "a/c", "d"):
        (task.worktree / path).mkdir()
        (task.worktree / path / ".gitattributes").write_text("* text\n")
    (task.worktree / ".gitattributes").symlink_to("* ident")
    (task.worktree / "a" / "x.gitattributes").write_text("* text\n")
    tree = take.take(task).tree

    above = attributes.directories(["a/b/file"])
    found = attributes.files(task, tree, above)

    assert above == {"", "a", "a/b"}
    assert set(found) == {
        ".gitattributes",
        "a/.gitattributes",
        "a/b/.gitattributes",
    }
    assert judged(task, "a/b/file")["a/b/file"] == Rules(ident=True, line_ends=True)


@pytest.mark.parametrize("line", ["*.x text\n" * 60_000, "#" * (9 << 20)])
def test_too_long_rules_are_refused(repo: Path, line: str) -> None:
    """Git would match each line against each path."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text(line)

    with pytest.raises(Refused, match="50000 lines") as refused:
        judged(task, "a")

    assert "patch" in refused.value.hint


def test_rules_of_another_directory_do_not_count_for_length(repo: Path) -> None:
    """They are not read."""
    task = task_with_worktree(repo)
    (task.worktree / "other").mkdir()
    (task.worktree / "other" / ".gitattributes").write_text("*.x text\n" * 60_000)

    assert judged(task, "a") == {}
