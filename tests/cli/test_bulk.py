"""Many tasks are shown before they go, and go only if a human says so."""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.store.journal import Journal
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tasks(journal: Journal) -> list[int]:
    """Two that are discarded, the second with work; two that are stopped."""
    ids = [ended(journal, name=name) for name in ("a", "b\x1b[2J", "c", "d")]
    looked_at = events.SnapshotTaken("t" * 40, 2, 5, 1, 0, 0)
    unchanged = events.SnapshotTaken("s" * 40, 0, 0, 0, 0, 0)
    journal.record(ids[0], unchanged, events.TaskRejected("by you"))
    journal.record(ids[1], looked_at, events.TaskRejected("by you"))
    return ids


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A terminal, on which this is typed."""
    master, slave = os.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield lambda text: (os.write(master, text.encode()), None)[1]
    os.close(master)


def removals(keeper: FakeKeeper) -> list[int]:
    return [body["task"] for verb, body in keeper.seen if verb == "rm"]


def test_a_range_needs_an_answer_if_there_is_no_terminal(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int]
) -> None:
    status, out, err = swarm("rm", "1-4")

    assert (status, out, keeper.seen) == (exit_codes.FAILED, "", [])
    assert "nothing was done: rm 2 tasks, 1 with work that is not merged" in err
    assert "--yes answers" in err


@pytest.mark.parametrize(
    ("typed", "gone"), [("y\n", [1, 2]), ("n\n", []), ("\n", []), ("\x04", [])]
)
def test_a_terminal_is_asked(
    swarm: Swarm,
    keeper: FakeKeeper,
    tasks: list[int],
    answer: Callable[[str], None],
    typed: str,
    gone: list[int],
) -> None:
    answer(typed)

    status, _, err = swarm("rm", "1-4")

    assert (removals(keeper), status) == (gone, 0 if gone else exit_codes.FAILED)
    assert "would rm #2 b\\x1b[2J (discarded; not merged: 2 files, +5 -1)" in err
    assert "rm 2 tasks, 1 with work that is not merged? (y/N)" in err


def test_a_dry_run_lists_and_does_nothing(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int]
) -> None:
    status, out, err = swarm("rm", "--ended", "--dry-run", "--yes")

    assert (status, keeper.seen) == (exit_codes.DONE, [])
    assert [line.split()[2] for line in out.splitlines()] == ["#1", "#2"]
    assert "stays: #3 c has work that is neither merged nor discarded" in err
    assert "nothing was done" in err


def test_each_task_and_the_whole_are_told(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int], journal: Journal
) -> None:
    """The way back is in the same lines: a ref, or a command."""

    def decide(wish: WishRecord) -> dict[str, Any]:
        if wish.body["task"] == 1:
            raise IllegalMove("task 1 is at work")
        journal.record(2, events.WorkKept("refs/swarm/kept/2", "c" * 40))
        journal.record(2, events.TaskRemoved())
        return {}

    keeper.decide = decide

    status, _, err = swarm("rm", "1,2-4", "--yes")

    assert status == exit_codes.FAILED
    assert "swarm rm: task 1 is at work" in err
    assert "#2 b\\x1b[2J: removed; refs/swarm/kept/2 keeps its work" in err
    assert err.splitlines()[-1].startswith("1 task removed; `git branch NAME REF`")
    assert err.splitlines()[-1].endswith("refused: 1")


def test_a_discard_of_many_names_its_way_back(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int]
) -> None:
    status, _, err = swarm("discard", "--ended", "--yes")

    assert status == exit_codes.DONE
    assert err.splitlines()[-1] == (
        "2 tasks discarded; `swarm restore 3-4` takes that back"
    )


def test_a_selection_of_nothing_is_told(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int]
) -> None:
    """For a timer's job that is well; for somebody who named tasks it is not."""
    status, _, err = swarm("rm", "--merged", "--yes")

    assert (status, keeper.seen) == (exit_codes.DONE, [])
    assert "there is nothing to rm in --merged" in err
    assert swarm("rm", "--older", "2w", "--yes")[0] == exit_codes.DONE
    status, _, err = swarm("rm", "3-4", "--yes")
    assert (status, keeper.seen) == (exit_codes.FAILED, [])
    assert "merge them, or `swarm discard 3-4` first" in err


@pytest.mark.parametrize(
    "age", ["7", "d", "7D", "7 d", "-7d", "1.5d", "7y", "", "٧d", "²d", "9999999d"]
)
def test_a_span_that_is_none_is_refused_with_the_forms(
    swarm: Swarm, tasks: list[int], age: str
) -> None:
    status, _, err = swarm("rm", f"--older={age}")

    assert status == exit_codes.USAGE
    assert "is not a span such as 30m, 12h, 7d or 2w" in err


@pytest.mark.parametrize("word", ["4-1", "0", "-3", "1-x", "1--2"])
def test_a_bad_range_does_nothing_at_all(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int], word: str
) -> None:
    for verb in ("rm", "discard", "stop", "pause", "retry", "wait"):
        assert swarm(verb, "1", word)[0] == exit_codes.USAGE
        assert swarm(verb, "1", "3-99")[0] == exit_codes.NOT_FOUND
    assert keeper.seen == []


def test_gc_takes_the_same_filters(
    swarm: Swarm, keeper: FakeKeeper, tasks: list[int]
) -> None:
    keeper.decide = lambda _: {
        "found": ["task 1 a (rejected)", "task 2 b (rejected)"],
        "removed": ["task 2 b (rejected)"],
        "failed": ["task 1 a (rejected): it is locked"],
    }

    assert swarm("gc", "--ended")[0] == exit_codes.FAILED
    assert keeper.seen == []
    status, out, err = swarm("gc", "--ended", "--yes")

    assert (status, out) == (exit_codes.FAILED, "removed task 2 b (rejected)\n")
    assert keeper.seen == [("gc", {"dry_run": False, "tasks": [1, 2]})]
    assert "stays: task 1 a (rejected): it is locked" in err
    assert "stays: #3 c has work" in err
