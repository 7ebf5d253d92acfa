"""`merge` shows what it would do, and merges exactly that."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.errors import Refused
from swarm.model import events
from swarm.model.landing import (
    Conversion,
    LandingItem,
    LandingList,
    Subject,
    Verdict,
)
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]

HOOK = LandingItem(Subject.HOOK, Verdict.NAMED, "pre-commit", "pre-commit is not run")
LISTED = LandingList(
    "main",
    "squash",
    "d" * 40,
    "f" * 40,
    items=(
        LandingItem(
            Subject.FILTER,
            Verdict.DONE,
            "lfs",
            "your filter lfs stores",
            ("a.bin", "b\x1b[2J"),
        ),
        HOOK,
    ),
    conversions=(Conversion("a.bin", "1" * 40, "2" * 40),),
)
ENV = LandingItem(
    Subject.IN_THE_WAY, Verdict.REFUSED, ".env", "in the way", (".env",), "move it"
)
MERGED = {"commit": "e" * 40, "target": "main", "landing": LISTED.to_json()}


def answers(
    listed: LandingList, answer: dict[str, Any] | None = None
) -> Callable[[WishRecord], dict[str, Any]]:
    """A keeper that plans this list and merges."""
    merged = answer or MERGED

    def decide(wish: WishRecord) -> dict[str, Any]:
        return listed.to_json() if wish.verb == "plan_landing" else merged

    return decide


@pytest.fixture
def task(journal: Journal) -> int:
    """A task whose snapshot was read."""
    number = ended(journal)
    journal.record(number, events.SnapshotTaken("d" * 40, 1, 1, 0, 0, 0))
    return number


def test_a_merge_is_of_the_list_that_was_printed(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """Both trees go into the wish; nothing of a path acts on the terminal."""
    keeper.decide = answers(LISTED)

    status, out, _ = swarm(
        *("merge", str(task), "--accept-risk", "Makefile", "x", "-m", "hi"),
        *("--acknowledge", "hook:pre-commit", "--signoff", "--commit-msg-hook"),
        *("--into", "refs/heads/main"),
    )

    assert status == 0
    assert out.splitlines()[-1] == f"merged #1 fix into main as {'e' * 40}"
    assert "  done      filter:lfs: your filter lfs stores: a.bin, b\\x1b[2J\n" in out
    assert "  note      hook:pre-commit: pre-commit is not run\n" in out
    assert "  a.bin  111111111 → 222222222\n" in out
    assert keeper.seen == [
        (
            "plan_landing",
            {
                "task": 1,
                "tree": "d" * 40,
                "strategy": "",
                "target": "refs/heads/main",
                "message": "hi",
                "signoff": True,
                "message_hook": True,
            },
        ),
        (
            "merge",
            {
                "task": 1,
                "tree": "d" * 40,
                "strategy": "squash",
                "target": "refs/heads/main",
                "message": "hi",
                "accepted": ["Makefile", "x"],
                "output": "",
                "landing_tree": "f" * 40,
                "acknowledged": ["hook:pre-commit"],
                "signoff": True,
                "message_hook": True,
            },
        ),
    ]


def test_a_dry_run_merges_nothing_and_its_status_tells(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """What is noted, flagged or refused is a 1, unless it is accepted."""
    keeper.decide = answers(replace(LISTED, flagged=("Makefile",)))

    status, out, _ = swarm("merge", str(task), "--dry-run")
    assert status == exit_codes.FAILED
    assert "flagged: Makefile (--accept-risk PATH)\n" in out
    assert "acknowledge with: --acknowledge hook:pre-commit\nwould not merge\n" in out

    accepted = ("--accept-all-risks", "--acknowledge-all")
    status, out, _ = swarm("merge", str(task), "-n", *accepted)
    assert (status, out.splitlines()[-1]) == (exit_codes.DONE, "would merge")

    keeper.decide = answers(replace(LISTED, items=(ENV,)))
    status, out, _ = swarm("merge", str(task), "-n", *accepted)
    assert status == exit_codes.FAILED
    assert "  refused   in-the-way:.env: in the way: .env\n" in out
    assert f"  {'':<9} move it\n" in out
    assert {verb for verb, _ in keeper.seen} == {"plan_landing"}


def test_what_was_acknowledged_earlier_stays_on_the_list(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """It is said, and asked no more, until it is to be asked again."""
    keeper.decide = answers(replace(LISTED, acknowledged=(HOOK.key,)))

    status, out, _ = swarm("merge", str(task), "-n")
    assert status == exit_codes.DONE
    assert "hook:pre-commit: pre-commit is not run (acknowledged)\n" in out

    swarm("merge", str(task), "-n", "--ask-again")
    assert keeper.seen[-2:][0] == ("ask_again", {"task": task})


def test_the_list_is_json_too(swarm: Swarm, task: int, keeper: FakeKeeper) -> None:
    """Of the dry run, and of the merge's answer."""
    keeper.decide = answers(LISTED)

    status, out, _ = swarm("merge", str(task), "--dry-run", "--json")
    facts = json.loads(out)
    assert status == exit_codes.FAILED
    assert (facts["lands"], facts["unacknowledged"]) == (False, ["hook:pre-commit"])
    assert facts["landing"]["conversions"][0]["path"] == "a.bin"
    assert facts["landing"]["items"][1]["key"] == "hook:pre-commit"

    answer = json.loads(swarm("merge", str(task), "--json", "--acknowledge-all")[1])
    assert answer["commit"] == "e" * 40
    assert answer["landing"]["landing_tree"] == "f" * 40
    assert keeper.seen[-1][1]["acknowledged"] == "all"


def test_an_approval_of_an_earlier_dry_run_holds_both_trees(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """What is stored now may be something else; the keeper refuses that."""
    keeper.decide = answers(LISTED)

    swarm("merge", str(task), "--tree", "d" * 40, "--landing-tree", "9" * 40)

    assert keeper.seen[-1][1]["tree"] == "d" * 40
    assert keeper.seen[-1][1]["landing_tree"] == "9" * 40


def test_a_refusal_of_the_keeper_is_a_sentence(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """The list stands above it."""

    def decide(wish: WishRecord) -> dict[str, Any]:
        if wish.verb == "merge":
            raise Refused("this is not acknowledged: x", hint="--acknowledge x")
        return LISTED.to_json()

    keeper.decide = decide
    status, out, err = swarm("merge", str(task))

    assert status == exit_codes.FAILED
    assert "hook:pre-commit" in out
    assert err == "swarm merge: this is not acknowledged: x\n  --acknowledge x\n"


def test_many_conversions_are_counted(
    swarm: Swarm, task: int, keeper: FakeKeeper
) -> None:
    """A thousand lines would hide the items."""
    many = tuple(Conversion(f"{n}.bin", "1" * 40, "2" * 40) for n in range(12))
    keeper.decide = answers(replace(LISTED, conversions=many))

    out = swarm("merge", str(task), "-n")[1]

    assert "other bytes of 12 files" in out
    assert "  and 2 more files\n" in out
    assert "(`swarm diff 1 --landing`)" in out


def test_a_patch_goes_where_it_is_asked_to(
    swarm: Swarm, task: int, keeper: FakeKeeper, paths: HomePaths
) -> None:
    listed = LandingList("", "patch", "d" * 40, "d" * 40)
    keeper.decide = answers(listed, {"path": "/x/y.patch"})

    words = ["merge", str(task), "--strategy", "patch", "--output", "y.patch"]
    out = swarm(*words, "--accept-all-risks")[1]

    assert out.splitlines()[-1] == "wrote /x/y.patch"
    assert keeper.seen[-1][1]["accepted"] == "all"
    assert keeper.seen[-1][1]["output"] == str(paths.home.parent / "y.patch")
