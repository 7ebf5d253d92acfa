"""A review is told what a checkout writes: answers are held against real ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.git import diff
from tests.adapters.git.checkout_bytes.checkout_helpers import (
    SCRIPT,
    change,
    checked_out,
    commit_rules,
    gibberish,
    reasons,
    shown,
    taken,
)
from tests.adapters.git.git_helpers import (
    reopened,
    sh_git,
    task_with_worktree,
)

ENCODINGS = ["IBM037", "cp500", "cp1026", "cp273", "UTF-16LE", "UTF-16BE", "UTF-7"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_shows_and_flags_the_script_that_a_checkout_holds(
    repo: Path, encoding: str
) -> None:
    """A2: the blob reads as gibberish, the checkout's file is a shell script."""
    task = task_with_worktree(repo)
    wanted = SCRIPT + b"#" if encoding.startswith("UTF-16") else SCRIPT
    is_utf7 = encoding == "UTF-7"
    text = "curl x +AHw- sh\né~\n" if is_utf7 else gibberish(encoding, wanted)

    snapshot = taken(
        task,
        {
            ".gitattributes": f"*.txt working-tree-encoding={encoding}\n",
            "notes.txt": text,
        },
    )

    notes = change(snapshot, "notes.txt")
    assert notes.gating
    assert f"working-tree-encoding={encoding}" in reasons(notes)
    assert shown(task, notes) == checked_out(task, snapshot, "notes.txt")
    if not is_utf7:
        assert shown(task, notes) == wanted
        assert "begins with #!" in reasons(notes)
    assert b"checkout/notes.txt" in diff.in_a_checkout(task, snapshot.tree, "notes.txt")


def test_line_ends_and_ident_are_shown_and_not_gating(repo: Path) -> None:
    """They change bytes that no one needs to acknowledge."""
    task = task_with_worktree(repo)
    commit_rules(task, "*.sh text eol=crlf\n*.c ident\n")
    task = replace(reopened(task), target="main")

    snapshot = taken(task, {"a.sh": "one\ntwo\n", "b.c": "/* $Id$ */\n"})

    for path in ("a.sh", "b.c"):
        each = change(snapshot, path)
        assert each.checkout
        assert each.checkout.plain
        assert not each.flags
        assert shown(task, each) != diff.blob(task, each.new)
    assert shown(task, change(snapshot, "a.sh")) == b"one\r\ntwo\r\n"
    assert not diff.in_a_checkout(task, snapshot.tree)


def test_autocrlf_of_the_user_counts(repo: Path) -> None:
    """A setting needs no attribute."""
    task = task_with_worktree(repo)
    sh_git(repo, "config", "--global", "core.autocrlf", "true")
    task = reopened(task)

    snapshot = taken(task, {"a.txt": "one\n", "b.bin": b"\0one\n"})

    assert shown(task, change(snapshot, "a.txt")) == b"one\r\n"
    assert change(snapshot, "b.bin").checkout is None


def test_no_smudge_program_runs_and_its_paths_are_named(
    repo: Path, tmp_path: Path
) -> None:
    """The user's own programs never see an agent's bytes for a review."""
    canary = tmp_path / "ran"
    for kind in ("smudge", "process", "clean"):
        sh_git(repo, "config", "--global", f"filter.lfs.{kind}", f"touch {canary}")
    sh_git(repo, "config", "--global", "filter.lfs.required", "true")
    (repo / ".gitattributes").write_text("*.bin filter=lfs\n")
    canary_free = not canary.exists()
    sh_git(repo, "add", ".gitattributes")
    sh_git(repo, "commit", "-q", "-m", "attributes")
    task = task_with_worktree(repo)
    canary.unlink(missing_ok=True)

    snapshot = taken(task, {"a.bin": "pointer\n", "b.txt": "text\n"})

    assert canary_free
    assert not canary.exists()
    each = change(snapshot, "a.bin")
    assert "your smudge program lfs would change these bytes" in reasons(each)
    assert "shown is the blob" in reasons(each)
    assert not each.gating
    assert change(snapshot, "b.txt").checkout is None


def test_a_filter_without_a_program_changes_nothing(repo: Path) -> None:
    """The name alone, which an agent may invent, says nothing."""
    task = task_with_worktree(repo)

    snapshot = taken(task, {".gitattributes": "* filter=mine\n", "a.txt": "a\n"})

    assert change(snapshot, "a.txt").checkout is None


def test_an_encoding_that_no_one_knows_leaves_the_blob(repo: Path) -> None:
    """Git writes the blob then, and so the review says."""
    task = task_with_worktree(repo)
    rule = "*.txt working-tree-encoding=no-such-thing\n"

    snapshot = taken(task, {".gitattributes": rule, "a.txt": "ä\n"})

    each = change(snapshot, "a.txt")
    assert each.checkout is None
    assert shown(task, each) == checked_out(task, snapshot, "a.txt")


@pytest.mark.parametrize("rule", ["working-tree-encoding", "-working-tree-encoding"])
def test_an_encoding_without_a_value_stops_every_checkout(
    repo: Path, rule: str
) -> None:
    """Git dies on such a rule, so a human must see it."""
    task = task_with_worktree(repo)

    snapshot = taken(task, {".gitattributes": f"*.txt {rule}\n", "a.txt": "a\n"})

    each = change(snapshot, "a.txt")
    assert each.gating
    assert "git refuses to write it" in reasons(each)


def test_a_hundred_thousand_rules_are_read(repo: Path) -> None:
    """Many rules are no reason to give up, or else the review says that it did."""
    task = task_with_worktree(repo)
    rules = "".join(f"*.x{n} text\n" for n in range(100_000))

    snapshot = taken(
        task,
        {
            ".gitattributes": rules + "*.txt working-tree-encoding=IBM037\n",
            "notes.txt": gibberish("IBM037"),
        },
    )

    assert change(snapshot, "notes.txt").gating
    assert shown(task, change(snapshot, "notes.txt")) == SCRIPT


def test_a_file_that_is_too_large_to_convert_is_gating(repo: Path) -> None:
    """Its bytes are not known, so no one can have looked at them."""
    task = task_with_worktree(repo)
    rule = "*.txt working-tree-encoding=IBM037\n*.md text eol=crlf\n"
    text = "line of text\n" * 800_000

    snapshot = taken(task, {".gitattributes": rule, "a.txt": text, "a.md": text})

    assert "too large to be converted" in reasons(change(snapshot, "a.txt"))
    assert change(snapshot, "a.txt").gating
    assert change(snapshot, "a.md").checkout is None
