"""What a program in the box repeats for ever writes few rows, whatever it says."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.engine.agent_signals import AgentSignals
from swarm.engine.context import EngineContext
from swarm.engine.side_channels import messages
from swarm.engine.side_channels.task_channel import (
    ASKS_AT_ONCE,
    GO_ON_NUMBER,
    TaskChannel,
)
from swarm.engine.tasks.state_watch import CLAIMS_AT_ONCE, StateWatch
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePipe

MESSAGES = 500
"""Of each kind; as fast as they are read, 200 in a second."""
ENOUGH = 40
"""Rows that any kind may write: what was open, a fault or two, its state."""
MANY = 2 * ASKS_AT_ONCE + 2 * CLAIMS_AT_ONCE + ENOUGH
"""Rows of questions, each with its end, and of the states between them."""
ASK = {"kind": "permission", "title": "edit?", "tool": "Edit"}
STATES = ("working", "ready", "asks-permission", "failed", "needs-login", "limited")

Line = Callable[[int], dict[str, Any]]

LINES: dict[str, tuple[tuple[Line, int], ...]] = {
    "ask": (
        (lambda i: {"ask": {"id": f"new{i}", **ASK}}, ENOUGH),
        (lambda _: {"ask": {"id": "open", **ASK}}, ENOUGH),
        (lambda _: {"ask": {"id": "answered", **ASK}}, ENOUGH),
        (lambda _: {"ask": {"id": "gone", **ASK}}, ENOUGH),
    ),
    "gone": (
        (lambda i: {"gone": ("open", "answered", "new")[i % 3]}, ENOUGH),
        (lambda i: {"gone": "open", "answer": "once"}, ENOUGH),
    ),
    "delivered": ((lambda i: {"delivered": ("open", "answered")[i % 2]}, ENOUGH),),
    "failed": ((lambda i: {"failed": ("answered", "open")[i % 2]}, ENOUGH),),
    "sync": ((lambda _: {"sync": True}, ENOUGH),),
    "ready": ((lambda _: {"ready": True}, ENOUGH),),
    "state": (
        (lambda _: {"state": "ready", "rule": "Stop"}, ENOUGH),
        (lambda i: {"state": STATES[i % 6], "rule": "x"}, ENOUGH + CLAIMS_AT_ONCE),
        (
            lambda i: {"state": "working", "rule": f"r{i}", "text": f"t{i}"},
            ENOUGH + CLAIMS_AT_ONCE,
        ),
        (
            lambda i: {"state": "limited", "rule": "x", "until": 1e9 + 60 * i},
            ENOUGH + CLAIMS_AT_ONCE,
        ),
    ),
    "sent": (
        (lambda i: {"sent": (7, 8, GO_ON_NUMBER)[i % 3]}, ENOUGH),
        (lambda i: {"sent": i}, ENOUGH),
    ),
    "unsent": (
        (lambda i: {"unsent": (7, 8, GO_ON_NUMBER)[i % 3], "why": "no"}, ENOUGH),
        (lambda _: {"unsent": GO_ON_NUMBER, "why": "no"}, ENOUGH),
    ),
    "fault": ((lambda i: {"fault": f"a fault {i}"}, ENOUGH),),
    "unreadable": ((lambda i: {"unreadable": f"kind {i}"}, ENOUGH),),
}
"""By the message's key what is repeated, and how many rows that may write."""
CASES = [
    pytest.param(line, most, id=f"{kind}-{number}")
    for kind, several in LINES.items()
    for number, (line, most) in enumerate(several)
]


class Flooded:
    """A live task and its channel, with clocks that are set."""

    def __init__(self, context: EngineContext, kind: str) -> None:
        self.steady, self.day = 1000.0, 1_700_000_000.0
        journal = Journal(context.paths.database, self.clock)
        signals = AgentSignals(lambda: self.steady, self.clock)
        self.context = replace(
            context, journal=journal, signals=signals, clock=self.clock
        )
        journal.set_listener(signals.nudge)
        journal.queue(lambda _: queued(agent="claude"))
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        journal.record(1, *live)
        self.channel = TaskChannel(self.context, 1, kind, monotonic=lambda: self.steady)
        self.watch = StateWatch(
            self.context, lambda _: None, lambda: True, lambda: self.steady
        )
        self.pipe = FakePipe([])
        self.channel.connected(self.pipe)

    def opened(self) -> None:
        """All that can be open is: questions, an answer, texts, a limit."""
        for name in ("gone", "answered", "open"):
            self.says({"ask": {"id": name, **ASK}})
        self.says({"gone": "gone"})
        given = (
            events.QuestionAnswered("2", "once"),
            events.FollowUpQueued(7, "go on"),
            events.FollowUpGiven(7, "channel"),
            events.FollowUpQueued(8, "and on"),
            events.ModelLimited("n", 1, "m.test", "usage", self.day - 5, key="k"),
            events.ModelLimitTried("channel"),
        )
        self.context.journal.record(1, *given)

    def clock(self) -> float:
        return self.day

    def says(self, body: dict[str, Any]) -> None:
        """One line, as the hub takes it; then the states are decided."""
        line = json.dumps(body).encode()
        try:
            message = messages.read(line, self.channel.kind)
        except messages.Unreadable as error:
            message = messages.Fault(f"not understood: {error}")
        self.channel.take(message)
        self.steady += 1 / 200
        self.day += 1 / 200
        self.watch.look(self.context.signals.wait(0), is_all=True)

    def rows(self) -> int:
        """All that is in the journal."""
        return self.context.read().events.last_id()


@pytest.fixture(params=["hooks", "codex"])
def flooded(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flooded]:
    with fake_context(HomePaths(tmp_path)) as context:
        made = Flooded(context, request.param)
        with closing(made.context.journal), closing(made.pipe):
            yield made
            made.pipe.hang_up()


def test_each_kind_of_message_is_tried() -> None:
    """A kind that is new has to be bounded, too."""
    assert LINES.keys() == messages._READERS.keys()


@pytest.mark.parametrize(("line", "most"), CASES)
def test_what_repeats_fills_no_journal(flooded: Flooded, line: Line, most: int) -> None:
    if "state" not in line(0):  # what is open decides on the state, whatever it says
        flooded.opened()
    before = flooded.rows()
    for number in range(MESSAGES):
        flooded.says(line(number))

    assert flooded.rows() - before <= most


def test_questions_that_come_and_go_are_few(flooded: Flooded) -> None:
    """Each is a row, and its end another; then it is told as a fault."""
    before = flooded.rows()
    for number in range(MESSAGES):
        flooded.says({"ask": {"id": f"q{number}", **ASK}})
        flooded.says({"gone": f"q{number}"})

    assert flooded.rows() - before <= MANY


def test_connections_that_begin_anew_write_no_more(flooded: Flooded) -> None:
    """A question under one id goes and comes with each."""
    before = flooded.rows()
    for _ in range(MESSAGES):
        flooded.channel.connected(flooded.pipe)
        flooded.pipe.hears()
        flooded.says({"sync": True})
        flooded.says({"ask": {"id": "open", **ASK}})

    assert flooded.rows() - before <= MANY


def test_a_human_who_answers_all_is_asked_for_ever(flooded: Flooded) -> None:
    """What is answered here counts for nothing."""
    asked = 0
    for number in range(4 * ASKS_AT_ONCE):
        name = f"q{number}"
        flooded.says({"ask": {"id": name, **ASK}})
        asked += 1
        answered = events.QuestionAnswered(str(asked), "once")
        flooded.context.journal.record(1, answered)
        flooded.says({"delivered": name})

    assert flooded.context.read().tasks.get(1).questions_asked == asked


def test_the_newest_state_is_told_though_there_were_so_many(flooded: Flooded) -> None:
    """Some seconds later, but it is."""
    for number in range(MESSAGES):
        flooded.says({"state": STATES[number % 6], "rule": "x"})
    flooded.says({"state": "needs-login", "rule": "the newest"})
    for _ in range(10):
        flooded.steady += 1
        flooded.watch.look((), is_all=True)

    stored = flooded.context.read().tasks.get(1).agent_status
    assert stored
    assert stored.evidence.rule == "the newest"
