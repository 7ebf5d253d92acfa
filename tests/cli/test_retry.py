"""`swarm retry`: anew under a new id, or the same task goes on."""

from collections.abc import Callable

import pytest

from swarm.cli import exit_codes
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ((), {}),
        (("--prompt", "and tests"), {"prompt": "and tests"}),
        (("--fresh",), {"fresh": True}),
    ],
)
def test_it_goes_on(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    words: tuple[str, ...],
    body: dict[str, object],
) -> None:
    ended(journal)
    status, _, err = swarm("retry", "--continue", "1", *words)
    assert status == exit_codes.DONE
    usual = {"task": 1, "prompt": "", "fresh": False}
    assert keeper.seen == [("continue", usual | body)]
    assert "goes on" in err


@pytest.mark.parametrize(
    "words",
    [("--fresh",), ("--prompt", "x"), ("--continue", "--prompt", " ")],
)
def test_words_that_do_not_belong_together_are_refused(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, words: tuple[str, ...]
) -> None:
    ended(journal)
    assert swarm("retry", "1", *words)[0] == exit_codes.FAILED
    assert keeper.seen == []


def test_without_it_a_new_task_is_queued(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)
    keeper.decide = lambda _wish: {"tasks": [2]}
    assert swarm("retry", "1")[:2] == (exit_codes.DONE, "2\n")
    [(verb, body)] = keeper.seen
    assert (verb, body["task"], body["stacks"]) == ("retry", 1, [])
