"""A tree is looked at once, and again when the rules are others."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git import diff
from swarm.adapters.git.checkout_bytes import convert, look
from swarm.adapters.git.snapshot import take
from tests.adapters.git.checkout_bytes.checkout_helpers import (
    SCRIPT,
    change,
    gibberish,
    reasons,
    shown,
    taken,
    write_info,
)
from tests.adapters.git.git_helpers import (
    commit_all,
    task_with_worktree,
)


def test_a_pattern_that_blows_up_is_given_up_with_a_sentence(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known must be acknowledged, and the next look costs nothing."""
    monkeypatch.setattr(convert, "_BOUNDS", replace(convert._BOUNDS, seconds=1))
    task = task_with_worktree(repo)
    rule = "/".join(["**"] * 30) + "/zzz ident\n"
    deep = "/".join(["a" * 3] * 25)

    snapshot = taken(task, {".gitattributes": rule, f"{deep}/a.txt": "a\n"})

    each = change(snapshot, f"{deep}/a.txt")
    assert each.gating
    assert "what a checkout writes is not known" in reasons(each)
    monkeypatch.setattr(look, "convert", None)
    assert take.take(task).changes == snapshot.changes


def test_changed_settings_are_looked_at_anew(repo: Path) -> None:
    """The same tree is judged again when the user's attributes are others."""
    task = task_with_worktree(repo)
    first = taken(task, {"a.txt": gibberish("IBM037")})
    write_info(task, "*.txt working-tree-encoding=IBM037\n")
    second = take.take(task)
    (task.repo.common_dir / "info" / "attributes").unlink()
    third = take.take(task)

    assert first.tree == second.tree == third.tree
    assert not change(first, "a.txt").gating
    assert change(second, "a.txt").gating
    assert not change(third, "a.txt").gating


def test_a_review_reads_what_the_snapshot_recorded(repo: Path) -> None:
    """A front end asks no git for it."""
    task = task_with_worktree(repo)
    write_info(task, "*.txt working-tree-encoding=IBM037\n")

    snapshot = taken(task, {"a.txt": gibberish("IBM037")})

    assert diff.changes(task, task.base, snapshot.tree) == snapshot.changes


def test_nothing_is_left_behind_and_plain_rules_start_nothing(repo: Path) -> None:
    """Rules that change no bytes cost no directory and leave no record."""
    (repo / ".gitattributes").write_text("* text=auto\n*.js linguist-vendored\n")
    commit_all(repo, "attributes")
    task = task_with_worktree(repo)

    snapshot = taken(task, {"a.txt": "a\n"})

    assert change(snapshot, "a.txt").checkout is None
    assert not (task.review_git / "checkout-bytes").exists()
    assert not list(task.review_git.glob("written-*"))


def test_rules_alone_are_judged_by_the_files_that_they_change(repo: Path) -> None:
    """The text was landed before, and the rule that makes it a script comes now."""
    (repo / "docs").mkdir()
    (repo / "docs" / "notes.txt").write_text(gibberish("IBM037"))
    (repo / "docs" / "plain.md").write_text("plain\n")
    commit_all(repo, "an odd text")
    task = task_with_worktree(repo)

    snapshot = taken(
        task, {"docs/.gitattributes": "*.txt working-tree-encoding=IBM037\n"}
    )

    rules = change(snapshot, "docs/.gitattributes")
    assert rules.checkout
    assert rules.checkout.others == ("docs/notes.txt",)
    words = "its rules change what a checkout writes of files that did not change"
    assert f"{words}: docs/notes.txt" in reasons(rules)
    assert diff.changes(task, task.base, snapshot.tree) == snapshot.changes


def test_rules_that_change_nothing_else_name_no_one(repo: Path) -> None:
    """A file that was encoded before stays as it is."""
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    (repo / "notes.txt").write_bytes(b"#!/bin/sh")
    commit_all(repo, "encoded")
    task = task_with_worktree(repo)
    rule = "*.txt working-tree-encoding=IBM037\n*.md working-tree-encoding=UTF-8\n"

    snapshot = taken(task, {".gitattributes": rule})

    assert change(snapshot, ".gitattributes").checkout is None


def test_a_rule_that_goes_can_bring_another_into_force(repo: Path) -> None:
    """What a deleted file of rules had switched off counts again."""
    (repo / "docs").mkdir()
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    off = repo / "docs" / ".gitattributes"
    off.write_text("*.txt !working-tree-encoding\n")
    (repo / "docs" / "notes.txt").write_text(gibberish("IBM037"))
    commit_all(repo, "off")
    task = task_with_worktree(repo)
    (task.worktree / "docs" / ".gitattributes").unlink()

    gone = change(take.take(task), "docs/.gitattributes")

    assert "docs/notes.txt" in reasons(gone)


def test_rules_for_very_many_files_name_them_all(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is converted then: what is not known is named."""
    monkeypatch.setattr(convert, "OTHERS_LIMIT", 1)
    task = task_with_worktree(repo)

    snapshot = taken(task, {".gitattributes": "*.py working-tree-encoding=ISO-8859-1"})

    rules = change(snapshot, ".gitattributes").checkout
    assert rules
    assert rules.others == ("src/a.py", "src/b.py")


def test_rules_that_take_too_long_are_not_known(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The changed files are judged all the same."""
    bounds = replace(convert._OTHERS_BOUNDS, output=10)
    monkeypatch.setattr(convert, "_OTHERS_BOUNDS", bounds)
    task = task_with_worktree(repo)
    rule = "*.txt working-tree-encoding=IBM037\n"

    snapshot = taken(task, {".gitattributes": rule, "a.txt": gibberish("IBM037")})

    assert "files that did not change" in reasons(change(snapshot, ".gitattributes"))
    assert shown(task, change(snapshot, "a.txt")) == SCRIPT
