"""The gate's lines become events: each once, in order, and a lost one is seen."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.config.prices import Price, Prices
from swarm.engine.gate import recorder
from swarm.engine.gate.recorder import GateRecorder
from swarm.errors import NoRoom
from swarm.model import events as model_events
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.cli.conftest import queued

NET = "5f0c"


class Desk:
    """A log over a real file, with one task that owns the net."""

    def __init__(self, file: Path) -> None:
        self.journal = Journal(file)
        self.queries = Queries(file)
        prices = Prices({"claude-x": Price(3.0, 0.3, 15.0, 3.75, 6.0)})
        self.log = GateRecorder(self.journal, lambda: prices)
        self.task = self.journal.queue(lambda _id: queued()).id
        self.log.register(NET, self.task)

    def hear(self, *numbers: int, **facts: Any) -> list[model_events.Event]:
        """Lines with these numbers; then all that is recorded of the network."""
        for number in numbers:
            line = {"net": NET, "seq": number, "phase": "connect", "host": "a.test"}
            self.log.on_line({**line, "verdict": "deny", "reason": "no", **facts})
        return self.recorded()

    def recorded(self) -> list[model_events.Event]:
        """Once everything that was heard is stored."""
        self.log.close()
        found = self.queries.events.after(task=self.task)
        return [known.event for known in found[1:]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "swarm.db")
    yield made
    made.queries.close()
    made.journal.close()


def gaps(events: list[model_events.Event]) -> list[tuple[int, str]]:
    return [
        (one.missed, one.why) for one in events if isinstance(one, model_events.NetGap)
    ]


def test_a_missed_number_is_a_visible_gap(desk: Desk) -> None:
    events = desk.hear(1, 2, 5)

    assert gaps(events) == [(2, "lost")]
    assert [one.seq for one in events if isinstance(one, model_events.NetDenied)] == [
        1,
        2,
        5,
    ]


def test_what_was_heard_before_is_not_recorded_twice(desk: Desk) -> None:
    """A keeper that comes back reads the engine's log from its beginning."""
    events = desk.hear(1, 2, 1, 2, 3)

    assert [one.seq for one in events if isinstance(one, model_events.NetDenied)] == [
        1,
        2,
        3,
    ]
    assert gaps(events) == []


def test_a_keeper_goes_on_from_what_the_file_holds(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "swarm.db")
    desk.hear(1, 2)
    last = desk.queries.events.last_gate_line(desk.task)

    again = GateRecorder(desk.journal)
    again.register(NET, desk.task, last)
    again.on_line({"net": NET, "seq": 4, "phase": "connect", "verdict": "deny"})
    again.close()

    found = [known.event for known in desk.queries.events.after(task=desk.task)]
    assert (last, gaps(found)) == (2, [(1, "lost")])


def test_lines_that_were_too_many_say_how_many(desk: Desk) -> None:
    events = desk.hear(1, phase="overflow", verdict=None, n=700)

    assert gaps(events) == [(700, "too many to be written")]


def test_another_net_s_lines_are_nobody_s(desk: Desk) -> None:
    desk.log.on_line({"net": "other", "seq": 1, "phase": "connect", "verdict": "deny"})

    assert desk.recorded() == []


def test_an_answer_has_its_price_and_somebody_is_told(desk: Desk) -> None:
    told: list[int] = []
    desk.log.set_answer_handler(told.append)
    counts = {"tokens_in": 1_000_000, "tokens_cached": 0, "tokens_out": 0}

    events = desk.hear(
        1,
        phase="answer",
        verdict=None,
        provider="anthropic",
        model="claude-x",
        **counts,
    )

    (answer,) = [one for one in events if isinstance(one, model_events.ModelAnswered)]
    assert (answer.cost, answer.priced) == (3.0, True)
    assert told == [desk.task]


def test_what_is_written_into_a_cache_is_counted_and_paid_for(desk: Desk) -> None:
    """A turn of an agent writes far more into the cache than it reads anew."""
    counts = {
        "tokens_in": 12,
        "tokens_cached": 2_000,
        "tokens_cache_written": 48_000,
        "tokens_out": 500,
    }

    recorded = desk.hear(
        1,
        phase="answer",
        verdict=None,
        provider="anthropic",
        model="claude-x",
        **counts,
    )

    (answer,) = [one for one in recorded if isinstance(one, model_events.ModelAnswered)]
    used = desk.queries.tasks.get(desk.task).model
    assert answer.cost == used.cost == pytest.approx(0.188, abs=0.0005)
    assert used.tokens == 50_512


def test_a_net_that_is_gone_is_recorded_up_to_its_end(desk: Desk) -> None:
    """What was heard before counts; what comes later belongs to no task."""
    line = {"net": NET, "phase": "connect", "verdict": "deny", "host": "a.test"}
    desk.log.on_line({**line, "seq": 1, "reason": "no"})
    desk.log.release(NET)
    desk.log.on_line({**line, "seq": 2, "reason": "no"})

    assert len(desk.recorded()) == 1


@pytest.mark.parametrize("phase", ["", "unheard-of", None])
def test_a_line_that_says_nothing_known_is_let_go(desk: Desk, phase: object) -> None:
    """A newer gate may say more; its number counts all the same."""
    assert desk.hear(1, phase=phase, verdict="allow") == []


def test_hearing_never_waits_for_the_file(desk: Desk, tmp_path: Path) -> None:
    """The gate's reader goes on while somebody else holds the database."""
    other = sqlite3.connect(tmp_path / "swarm.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    line = {"net": NET, "phase": "connect", "verdict": "deny", "host": "a.test"}
    for number in range(1, 500):
        desk.log.on_line({**line, "seq": number, "reason": "no"})
    before = desk.queries.events.last_gate_line(desk.task)
    other.execute("COMMIT")
    other.close()

    assert (before, len(desk.recorded())) == (0, 499)


def test_a_gap_is_told_by_its_kinds(desk: Desk) -> None:
    """Noise was shed: the number of each kind says what it was."""
    events = desk.hear(
        1, phase="overflow", verdict="", n=7, kinds={"dns": 5, "name": 2}
    )

    assert gaps(events) == [(7, "too many to be written: 5 dns, 2 name")]


def test_a_worker_that_crashed_is_told(desk: Desk) -> None:
    events = desk.hear(1, phase="crash", verdict="", reason="it ended \x1b[31m")

    trouble, lost = events
    assert isinstance(trouble, model_events.Trouble)
    assert lost == model_events.ModelRequestsLost(NET)
    assert "the next one starts another" in trouble.reason
    assert "\x1b" not in trouble.reason


ASKED: dict[str, Any] = {
    "phase": "model",
    "verdict": "",
    "reason": "",
    "provider": "anthropic",
}


def open_requests(desk: Desk) -> int:
    desk.log.close()
    return desk.queries.tasks.get(desk.task).model.open_requests


def test_open_requests_are_as_the_gate_counts_them(desk: Desk) -> None:
    """Lines that were added up or lost make no difference: each tells the number."""
    desk.hear(1, **ASKED, open=1)
    assert open_requests(desk) == 1


@pytest.mark.parametrize("phase", ["crash", "killed"])
def test_no_request_outlives_the_gates_process(desk: Desk, phase: str) -> None:
    for number, facts in enumerate(({**ASKED, "open": 3}, {"phase": phase}), 1):
        desk.log.on_line({"net": NET, "seq": number, **facts})

    assert open_requests(desk) == 0


def test_a_new_gate_has_none_of_the_old_ones_requests(desk: Desk) -> None:
    desk.log.on_line({"net": NET, "seq": 1, **ASKED, "open": 3})
    desk.log.forget_open(NET)

    assert open_requests(desk) == 0


def test_a_lost_line_leaves_no_request_open_for_ever(desk: Desk) -> None:
    """The answer to the second of two is told; that to the first was lost."""
    desk.log.on_line({"net": NET, "seq": 1, **ASKED, "open": 2})
    desk.log.on_line({"net": NET, "seq": 3, **ASKED, "phase": "answer", "open": 0})

    assert open_requests(desk) == 0


class FullJournal:
    """A journal whose disk is full until it has room."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.has_room = threading.Event()
        self.refused = threading.Event()

    def record(self, task_id: int | None, *told: model_events.Event) -> object:
        if not self.has_room.is_set():
            self.refused.set()
            raise NoRoom("nothing can be written to /state: database or disk is full")
        return self._journal.record(task_id, *told)


@pytest.mark.parametrize("limit", [20_000, 4])
def test_what_a_full_disk_refuses_is_recorded_when_there_is_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """In order, with what was too much to be held as a gap; and no thread dies."""
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(recorder, "HELD_LIMIT", limit)
    full = FullJournal(desk.journal)
    desk.log = GateRecorder(full)  # type: ignore[arg-type]
    desk.log.register(NET, desk.task)
    line = {"net": NET, "phase": "connect", "verdict": "deny", "reason": "no"}
    for number in range(1, 7):
        desk.log.on_line({**line, "seq": number, "host": f"{number}.test"})
    assert full.refused.wait(30)
    full.has_room.set()

    events = desk.recorded()

    hosts = [e.host for e in events if isinstance(e, model_events.NetDenied)]
    assert sum(missed for missed, _ in gaps(events)) == 6 - len(hosts)
    assert hosts == [f"{n}.test" for n in range(1, 7)][-len(hosts) :]
    assert len(hosts) == (6 if limit > 6 else 2)


def limit_events(events: list[model_events.Event]) -> list[str]:
    """The names of those about limits, in their order."""
    kinds = (
        model_events.ModelLimited,
        model_events.ModelLimitLifted,
        model_events.ModelRefused,
        model_events.ModelAnswered,
    )
    return [type(one).__name__ for one in events if isinstance(one, kinds)]


def say(desk: Desk, number: int, phase: str, **facts: Any) -> None:
    line = {"net": NET, "seq": number, "phase": phase, "host": "m.test", **facts}
    desk.log.on_line(line)


def test_a_limit_is_recorded_as_it_was_told(desk: Desk) -> None:
    told = {"kind": "usage", "until": 1.8e9, "text": "slow\x1b[31m", "key": "ab"}
    say(desk, 1, "limit", status=429, **told)
    say(desk, 2, "refusal", why="key", status=401, n=3)

    limit, refusal = desk.recorded()
    assert limit == model_events.ModelLimited(
        NET, 1, "m.test", "usage", 1.8e9, r"slow\x1b[31m", "ab", 429
    )
    assert refusal == model_events.ModelRefused(NET, 2, "m.test", "key", 401, count=3)


@pytest.mark.parametrize("until", ["x", True, -1.0, 1e300, float("nan"), None, [1.0]])
def test_a_time_that_is_none_is_not_recorded(desk: Desk, until: Any) -> None:
    say(desk, 1, "limit", kind="?", until=until)
    say(desk, 2, "refusal", why="?")

    limit, refusal = desk.recorded()
    assert isinstance(limit, model_events.ModelLimited)
    assert isinstance(refusal, model_events.ModelRefused)
    assert (limit.kind, limit.until, refusal.why) == ("usage", None, "forbidden")


def test_words_after_a_limit_lift_it_once(desk: Desk) -> None:
    say(desk, 1, "limit", kind="usage")
    for number in (2, 3):
        say(desk, number, "answer", provider="x", status=200, tokens_out=5)

    assert limit_events(desk.recorded()) == [
        "ModelLimited",
        "ModelAnswered",
        "ModelLimitLifted",
        "ModelAnswered",
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"tokens_out": 5, "limited": True},
        {"tokens_out": 0},
        {"tokens_out": 5, "host": "other.test"},
        {"tokens_out": 5, "asked": "small"},
    ],
)
def test_other_answers_lift_none(desk: Desk, facts: dict[str, Any]) -> None:
    """Asked before the limit, without words, or of another host or model."""
    say(desk, 1, "limit", kind="usage", model="large")
    say(desk, 2, "answer", provider="x", status=200, **facts)

    assert limit_events(desk.recorded()) == ["ModelLimited", "ModelAnswered"]


def test_a_limit_of_before_a_restart_is_lifted(desk: Desk) -> None:
    """The keeper that hears the words is not the one that heard of the limit."""
    desk.log.register(NET, desk.task, 0, limited_by=("m.test", ""))
    say(desk, 1, "answer", provider="x", status=200, tokens_out=5)

    assert limit_events(desk.recorded()) == ["ModelAnswered", "ModelLimitLifted"]


def test_what_came_is_recorded_once_it_has_settled(desk: Desk) -> None:
    """The thread goes on afterwards; one that is over keeps nobody waiting for long."""
    for number in (1, 2):
        line = {"net": NET, "seq": number, "phase": "connect", "host": "a.test"}
        desk.log.on_line({**line, "verdict": "deny", "reason": "no"})
        desk.log.settle(60)
        assert len(desk.queries.events.denials(desk.task)) == number
    desk.log.close()
    desk.log.settle(0.0)
