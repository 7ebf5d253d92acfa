"""`swarm limits` shows who is limited until when, and chooses who goes on by itself."""

import time
from collections.abc import Callable

import pytest

from swarm.cli import exit_codes
from swarm.cli.limits import CHOICES
from swarm.model import events, format
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("word", CHOICES)
def test_a_choice_is_made(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal, word: str
) -> None:
    ended(journal)

    status, out, _ = swarm("limits", "1", word)

    assert status == exit_codes.DONE
    assert keeper.seen == [("limits", {"task": 1, "choice": CHOICES[word]})]
    assert "after it" in out


def test_all_limits_are_listed_without_a_keeper(swarm: Swarm, journal: Journal) -> None:
    """With the time, the host, and why one does not go on; a bad byte does no harm."""
    limited, free = ended(journal), ended(journal)
    until = (time.time() // 60 + 60) * 60
    told = events.ModelLimited("n", 1, "m.test", "usage", until, "a\x1b[2J", "k", 429)
    journal.record(limited, told, events.ModelLimitNotResumed("its budget is used up"))

    _, out, _ = swarm("limits")
    _, one, _ = swarm("limits", str(limited))

    clock = format.clock(until, seconds=False)
    assert f"limited until {clock} by m.test; its budget is used up" in out
    assert not any(line.split()[0] == str(free) for line in out.splitlines())
    assert "\x1b" not in one
    assert "its budget is used up" in one


def test_without_a_limit_it_says_so(swarm: Swarm, journal: Journal) -> None:
    ended(journal)

    assert swarm("limits")[:2] == (0, "no task is limited\n")


def test_a_choice_of_none_of_them_is_refused(swarm: Swarm, journal: Journal) -> None:
    ended(journal)

    assert swarm("limits", "1", "maybe")[0] == exit_codes.USAGE
