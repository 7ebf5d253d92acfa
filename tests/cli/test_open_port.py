"""`swarm open` lists, opens and closes the ports of a task."""

import json
from collections.abc import Callable

import pytest

from swarm.adapters import browser
from swarm.cli import exit_codes
from swarm.model import events
from swarm.store.journal import Journal
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_a_port_is_opened_and_its_address_printed(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    """The address alone goes to standard output, for scripts."""
    ended(journal)
    keeper.decide = lambda _wish: {"at": 20016}

    status, out, said = swarm("open", "1", "3000")

    assert (status, out, said) == (0, "http://t1.localhost:20016/\n", "")
    wish = {"task": 1, "port": 3000, "at": 0, "raw": False}
    assert keeper.seen == [("open_port", wish)]


def test_a_port_that_was_taken_is_told(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)
    keeper.decide = lambda _wish: {"at": 20016}

    _, out, said = swarm("open", "1", "3000", "--at", "3000")

    assert "20016" in out
    assert said == "another program has port 3000; it is at 20016 instead\n"


def test_a_raw_port_says_who_may_call_it(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)
    keeper.decide = lambda _wish: {"at": 20016}

    _, out, said = swarm("open", "1", "5432", "--raw")

    assert out == "127.0.0.1:20016\n"
    assert "any web page on this machine can send bytes" in said
    assert swarm("open", "1", "5432", "--raw", "--browser")[0] == exit_codes.FAILED


def test_the_browser_is_opened_if_it_is_asked_for(
    swarm: Swarm,
    keeper: FakeKeeper,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []

    def show(url: str) -> bool:
        shown.append(url)
        return False

    monkeypatch.setattr(browser, "open_address", show)
    ended(journal)
    keeper.decide = lambda _wish: {"at": 20016}

    _, _, said = swarm("open", "1", "3000", "--browser")

    assert shown == ["http://t1.localhost:20016/"]
    assert "no browser could be started" in said


def test_a_port_is_closed(swarm: Swarm, keeper: FakeKeeper, journal: Journal) -> None:
    ended(journal)

    status, _, said = swarm("open", "1", "3000", "--close")

    assert (status, said) == (0, "port 3000 of task 1 is closed\n")
    assert keeper.seen == [("close_port", {"task": 1, "port": 3000})]


def test_ports_are_listed_without_a_keeper(swarm: Swarm, journal: Journal) -> None:
    """In `show`, too."""
    number = ended(journal)
    assert "`swarm open 1 PORT` opens" in swarm("open", "1")[2]
    journal.record(number, events.PortOpened(3000, 20016))
    journal.record(number, events.PortOpened(5432, 20017, raw=True))

    assert swarm("open", "1")[1] == (
        "3000 is at http://t1.localhost:20016/\n5432 is at 127.0.0.1:20017 (raw)\n"
    )
    assert "http://t1.localhost:20016/" in swarm("show", "1")[1]
    listed = json.loads(swarm("open", "1", "--json")[1])
    assert listed[0]["address"] == "http://t1.localhost:20016/"
