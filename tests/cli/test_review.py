"""`diff` shows what is in the tree and does nothing."""

import io
import json
import sys
from collections.abc import Callable

import pytest

from swarm.bootstrap import wiring
from swarm.cli import exit_codes
from swarm.model.landing import LandingList
from swarm.model.review import Change, Flag, Hidden, Level
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]

HOSTILE = b"--- a/x\n+++ b/x\n+\x1b]0;title\x07 \xe2\x80\xae \xff\n"


class OneReview:
    """A review of one tree: a flagged file, a binary one, and a hidden entry."""

    def changes(self, task_id: int, tree: str) -> tuple[Change, ...]:
        flags = (Flag(Level.X1, "runs on make"),)
        return (
            Change("Makefile", "modified", 1, 1, "a", "b", 3, 1, flags=flags),
            Change("a\x1b[2Jb\udcff", "added", 0, 1, "0", "c", binary=True),
            Change("new", "renamed", 1, 1, "a", "a", old_path="old"),
        )

    def hidden(self, task_id: int, tree: str) -> tuple[Hidden, ...]:
        left_out = Hidden("dist/", "build output", count=3, optional=True)
        return (Hidden("node_modules", "ignored", count=900), left_out)

    def diff(self, task_id: int, tree: str, path: str = "") -> bytes:
        return HOSTILE

    def landing_diff(self, task_id: int, tree: str, landing: str) -> bytes:
        return f"-{tree}\n+{landing}\n".encode()

    def in_a_checkout(self, task_id: int, tree: str, path: str = "") -> bytes:
        return b"@@ -1 +1 @@\n-gibberish\n+#!/bin/sh\n"


@pytest.fixture
def task(
    keeper: FakeKeeper, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    def one_review(_places: HomePaths) -> OneReview:
        return OneReview()

    keeper.decide = lambda wish: {"tree": "c" * 40}
    monkeypatch.setattr(wiring, "review", one_review)
    return lambda: ended(journal)


def test_a_diff_does_nothing_to_who_reads_it(
    swarm: Swarm, task: Callable[[], int]
) -> None:
    out = swarm("diff", str(task()))[1]

    assert "+\\x1b]0;title\\x07 <U+202E> <U+DCFF>\n" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_diff_shows_what_a_checkout_writes_too(
    swarm: Swarm, task: Callable[[], int]
) -> None:
    out = swarm("diff", str(task()))[1]

    words = "a checkout writes other bytes than the repository holds:\n"
    assert words in out
    assert "+#!/bin/sh\n" in out.split(words)[1]


def test_a_diff_is_of_a_snapshot_taken_now(
    swarm: Swarm, task: Callable[[], int], keeper: FakeKeeper
) -> None:
    swarm("diff", str(task()))

    assert keeper.seen == [("snapshot", {"task": 1})]


def test_what_tools_made_is_named_and_taken_in_on_request(
    swarm: Swarm, task: Callable[[], int], keeper: FakeKeeper
) -> None:
    number = str(task())
    err = swarm("diff", number, "--include", "dist/", "x", "--leave-out", "y")[2]

    assert "left out: dist/ (3 entries) — build output; `--include` takes it in" in err
    wish = {"task": 1, "include": ["dist/", "x"], "leave_out": ["y"]}
    assert keeper.seen == [("snapshot", wish)]


def test_raw_bytes_go_to_a_file_and_to_no_terminal(
    swarm: Swarm,
    task: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number, written = str(task()), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    err = swarm("diff", number, "--raw")[2]

    assert written.getvalue() == HOSTILE
    assert "a checkout writes other bytes" in err

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    status, _, err = swarm("diff", number, "--raw")

    assert status == exit_codes.FAILED
    assert "could control this terminal" in err
    assert written.getvalue() == HOSTILE


def test_a_summary_hides_nothing(swarm: Swarm, task: Callable[[], int]) -> None:
    out = swarm("diff", str(task()), "--stat")[1]

    assert "Makefile           X1: runs on make\n" in out
    assert "a\\x1b[2Jb<U+DCFF>" in out
    assert "old ⇒ new" in out
    assert "hidden: node_modules (900 entries) — ignored\n" in out
    assert "left out: dist/ (3 entries) — build output" in out


def test_a_summary_as_json_names_the_tree(
    swarm: Swarm, task: Callable[[], int]
) -> None:
    facts = json.loads(swarm("diff", str(task()), "--json")[1])

    assert facts["tree"] == "c" * 40
    assert [change["gating"] for change in facts["changes"]] == [True, False, False]
    assert facts["hidden"][0]["count"] == 900


def test_what_the_users_git_changes_is_a_diff_of_its_own(
    swarm: Swarm, task: Callable[[], int], keeper: FakeKeeper
) -> None:
    """From the reviewed tree to the one that would land."""
    listed = LandingList("main", "squash", "c" * 40, "d" * 40)
    number = task()
    keeper.decide = lambda wish: (
        {"tree": "c" * 40} if wish.verb == "snapshot" else listed.to_json()
    )

    out = swarm("diff", str(number), "--landing")[1]

    assert out == f"-{'c' * 40}\n+{'d' * 40}\n"
    assert keeper.seen[-1][0] == "plan_landing"


def test_a_diff_names_what_was_kept_from_the_agent(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "review", lambda _places: OneReview())
    keeper.decide = lambda wish: {"tree": "c" * 40}
    ended(journal, plan={"project": {"protect": ["ci"], "hide": [".env"]}})

    stat = swarm("diff", "1", "--stat")[1]
    listed = json.loads(swarm("diff", "1", "--json")[1])
    notes = swarm("diff", "1")[2]

    for words in ("read-only for the agent: ci", "hidden from the agent: .env"):
        assert words in stat
        assert words in notes
    assert listed["covered"] == {"protect": ["ci"], "hide": [".env"]}
