"""Acting is wishing: each command makes its wish and waits until it is decided."""

from collections.abc import Callable
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


def test_what_panic_could_not_stop_is_told_harmlessly(
    swarm: Swarm, keeper: FakeKeeper
) -> None:
    failed = ["#1: docker: \x1b[2Jno\nswarm panic: all is well"]
    keeper.decide = lambda _wish: {"tasks": [], "failed": failed}

    status, _, err = swarm("panic")

    assert status == exit_codes.FAILED
    first = err.splitlines()[0]
    assert first == "#1: docker: \\x1b[2Jno⏎swarm panic: all is well"
