"""Acting is wishing: each command makes its wish and waits until it is decided."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.cli.task_actions import ACTIONS
from swarm.errors import IllegalMove
from swarm.store.journal import Journal
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("verb", [verb for verb in ACTIONS if verb != "retry"])
def test_a_verb_is_a_wish_for_each_task(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, verb: str
) -> None:
    first, second = ended(journal), ended(journal)

    status, out, err = swarm(verb, "1", "2", "1")

    assert (status, out, len(err.splitlines())) == (exit_codes.DONE, "", 2)
    assert keeper.seen == [(verb, {"task": first}), (verb, {"task": second})]


def test_a_retry_prints_the_new_ids(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)
    keeper.decide = lambda _wish: {"tasks": [9]}

    assert swarm("retry", "1") == (exit_codes.DONE, "9\n", "")


def test_one_refusal_does_not_stop_the_others(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    def decide(wish: WishRecord) -> dict[str, Any]:
        if wish.body["task"] == 1:
            raise IllegalMove("task 1 is merged")
        return {}

    keeper.decide = decide
    ended(journal)
    ended(journal)

    status, _, err = swarm("stop", "1", "2")

    assert status == exit_codes.FAILED
    assert err == "swarm stop: task 1 is merged\n#2 fix: stopped\n"


def test_nothing_is_wished_where_one_task_is_not_there(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)

    assert swarm("stop", "1", "7")[0] == exit_codes.NOT_FOUND
    assert keeper.seen == []


def test_text_is_sent(swarm: Swarm, keeper: FakeKeeper, journal: Journal) -> None:
    ended(journal)

    assert swarm("send", "1", "yes, do it")[0] == exit_codes.DONE
    assert keeper.seen == [("send", {"task": 1, "text": "yes, do it"})]


def test_a_new_task_is_wished_whole(
    swarm: Swarm, keeper: FakeKeeper, repo: Path
) -> None:
    keeper.decide = lambda _wish: {"tasks": [4, 5]}
    words = ["new", "do 'it'\n\x1b", "--run", "make", "--name", "n", "--base", "dev"]
    words += ["--copies", "2", "--after", "#3", "--tokens", "2M", "--dollars", "5"]

    assert swarm(*words) == (0, "4\n5\n", "")
    assert keeper.seen == [
        (
            "new",
            {
                "repo": str(repo),
                "prompt": "do 'it'\n\x1b",
                "command": "make",
                "agent": "",
                "name": "n",
                "base": "dev",
                "copies": 2,
                "after": [3],
                "tokens": 2_000_000,
                "dollars": 5.0,
            },
        )
    ]


def test_a_prompt_may_come_from_standard_input(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.decide = lambda _wish: {"tasks": [1]}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a file\n")))
    swarm("new", "-")

    assert keeper.seen[0][1]["prompt"] == "from a file\n"


def test_a_new_task_needs_a_repository(swarm: Swarm, keeper: FakeKeeper) -> None:
    status, _, err = swarm("new", "do it")

    assert status == exit_codes.FAILED
    assert "is not in a git repository\n  go to one" in err
    assert keeper.seen == []


def test_gc_names_what_it_would_remove(swarm: Swarm, keeper: FakeKeeper) -> None:
    keeper.decide = lambda wish: {"found": ["container a"], "removed": []}

    assert swarm("gc", "--dry-run")[1] == "would remove container a\n"
    assert keeper.seen == [("gc", {"dry_run": True})]


def test_a_prompt_that_is_no_text_is_refused(
    swarm: Swarm, keeper: FakeKeeper, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bytes_in = io.TextIOWrapper(io.BytesIO(b"ab\xff"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", bytes_in)

    assert swarm("new", "-") == (
        exit_codes.FAILED,
        "",
        "swarm new: standard input is not text: invalid start byte at byte 2\n"
        "  it must be utf-8\n",
    )
