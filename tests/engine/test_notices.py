"""The human's own command is run once for each need that nobody looks at."""

import errno
import os
from collections.abc import Iterable
from dataclasses import replace

import pytest

from swarm.engine.notices import GRACE_SECONDS, NoticeWatch
from swarm.model import needs
from swarm.model.agent_state import AgentState
from swarm.model.notice import Command, Notice
from swarm.model.task import Task
from tests.model.test_needs import ASKED, live

WORKS = live(AgentState.WORKING)
ASKS = live(AgentState.ASKS_PERMISSION, 5.0, ASKED)
NOTIFY = ("notify-send", "swarm")


class Watched:
    """A watch whose claims are a set, with what it ran."""

    def __init__(self, *first: Task) -> None:
        self.claims: set[str] = set()
        self.unwritable: dict[int, int] = {}
        """The error of each task whose claims cannot be written."""
        self.viewed: set[int] = set()
        self.ran: list[Command] = []
        self.now = 100.0
        self.watch = NoticeWatch(
            self.claim, self.ran.append, lambda task: task in self.viewed
        )
        self.look(*first)

    def claim(self, key: str) -> bool:
        if (code := self.unwritable.get(int(key.split("-")[0]))) is not None:
            raise OSError(code, os.strerror(code))
        is_new = key not in self.claims
        self.claims.add(key)
        return is_new

    def look(self, *tasks: Task, command: tuple[str, ...] = NOTIFY) -> None:
        """A look, a second after the last."""
        self.now += 1.0
        self.watch.look(tasks, lambda: command, self.now)

    def looks(self, *tasks: Task) -> None:
        """As many as the grace lasts, and more."""
        for _ in range(int(GRACE_SECONDS) + 3):
            self.look(*tasks)


def test_a_need_is_told_once_it_has_lasted() -> None:
    watched = Watched(WORKS)
    watched.look(ASKS)
    assert watched.ran == []
    assert watched.watch.has_pending

    watched.looks(ASKS)
    watched.looks(WORKS, ASKS)

    (ran,) = watched.ran
    assert ran.argv[:2] == NOTIFY
    assert ran.argv[2].endswith("(#1): asks")
    assert ran.variables["SWARM_STATE"] == "asks"
    assert not watched.watch.has_pending


def test_what_passes_at_once_is_not_told() -> None:
    watched = Watched(WORKS)
    for _ in range(10):
        watched.look(ASKS)
        watched.look(WORKS)

    assert watched.ran == []


def test_what_needed_a_human_at_the_start_is_not_told() -> None:
    watched = Watched(ASKS)
    watched.looks(ASKS)

    assert watched.ran == []


def test_what_was_seen_is_not_told() -> None:
    """In the dashboard, which claims it, or at its terminal."""
    watched = Watched(WORKS)
    watched.look(ASKS)
    (key,) = (notice.key for notice in _notices(ASKS))
    watched.claims.add(key)
    watched.looks(ASKS)
    again = live(AgentState.ASKS_QUESTION, 50.0, ASKED)
    watched.viewed.add(1)
    watched.looks(again)
    watched.viewed.clear()
    watched.looks(again)

    assert watched.ran == []


def test_many_at_once_are_told_as_one() -> None:
    tasks = [_numbered(ASKS, number) for number in range(1, 9)]
    watched = Watched(*(_numbered(WORKS, number) for number in range(1, 9)))
    watched.looks(*tasks)

    (ran,) = watched.ran
    assert ran.argv[-1] == "swarm: 8 tasks need you; w shows the next"
    assert ran.variables["SWARM_STATE"] == "several"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.ENOENT])
def test_a_need_whose_claim_cannot_be_written_is_told(code: int) -> None:
    """With all others of its round, and once."""
    watched = Watched(*(_numbered(WORKS, number) for number in (1, 2, 3)))
    watched.unwritable = {2: code}
    tasks = [_numbered(ASKS, number) for number in (1, 2, 3)]
    watched.looks(*tasks)
    watched.looks(*tasks)

    told = [ran.variables["SWARM_TASK"] for ran in watched.ran]
    assert told == ["1", "2", "3"]


def test_without_a_command_nothing_is_claimed() -> None:
    watched = Watched(WORKS)
    for _ in range(9):
        watched.look(ASKS, command=())

    assert watched.claims == set()
    watched.looks(ASKS)
    assert watched.ran == []


def _numbered(task: Task, number: int) -> Task:
    return replace(task, id=number)


def _notices(*tasks: Task) -> Iterable[Notice]:
    return needs.notices(tasks).values()
