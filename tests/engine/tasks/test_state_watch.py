"""One pass decides for all tasks, and records what has changed, with its evidence."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.engine.agent_signals import AgentSignals
from swarm.engine.context import EngineContext
from swarm.engine.tasks.state_watch import StateWatch
from swarm.model import events
from swarm.model.activity import Action, Batch
from swarm.model.agent_state import ASKING, AgentState, Source
from swarm.model.usage import Usage
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.builders import queued
from tests.engine.fake_context import fake_context

A = AgentState
ASKED: dict[str, Any] = {"net": "n", "host": "api.test", "provider": "anthropic"}


class Watched:
    """A watch over a real journal, with clocks that the test moves."""

    def __init__(self, context: EngineContext) -> None:
        self.steady, self.day = 1000.0, 1_700_000_000.0
        signals = AgentSignals(lambda: self.steady, self.clock)
        journal = Journal(context.paths.database, self.clock)
        self.context = replace(
            context, journal=journal, signals=signals, clock=self.clock
        )
        journal.set_listener(signals.nudge)
        self.sees_commands = True
        self.watch = self.new_watch()
        self.seq = 0

    def clock(self) -> float:
        return self.day

    def new_watch(self) -> StateWatch:
        """As a keeper that comes back has one."""
        return StateWatch(
            self.context, self.usage, lambda: self.sees_commands, lambda: self.steady
        )

    def restart(self) -> None:
        """Another keeper, which remembers nothing but what is stored."""
        signals = AgentSignals(lambda: self.steady, self.clock)
        self.context = replace(self.context, signals=signals)
        self.context.journal.set_listener(signals.nudge)
        self.watch = self.new_watch()

    def usage(self, task_id: int) -> Usage | None:
        return None

    def live(self, **fields: Any) -> int:
        task = self.context.journal.queue(lambda _: queued(agent="claude", **fields)).id
        self.record(task, events.TaskProvisioning())
        self.look()
        self.record(task, events.TaskLive("box", "pane"))
        self.look()
        return task

    def record(self, task: int, *recorded: events.Event) -> None:
        self.context.journal.record(task, *recorded)

    def ask(self, task: int, number: int = 1) -> None:
        self.seq += 1
        self.record(task, events.ModelAsked(seq=self.seq, open=number, **ASKED))

    def answer(self, task: int, number: int = 0) -> None:
        self.seq += 1
        self.record(task, events.ModelAnswered(seq=self.seq, open=number, **ASKED))

    def wait(self, seconds: float) -> None:
        """Time goes by; a look each second, as the thread makes it."""
        for _ in range(round(seconds)):
            self.steady += 1
            self.day += 1
            self.look()

    def look(self) -> None:
        self.watch.look(self.context.signals.wait(0), is_all=True)

    def history(self, task: int) -> list[tuple[str, ...]]:
        """State, detail, source and rule of all that was recorded."""
        self.look()
        return [
            (one.event.state, one.event.detail, one.event.source, one.event.rule)
            for one in self.context.read().events.after(task=task, limit=10_000)
            if isinstance(one.event, events.AgentStateChanged)
        ]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with fake_context(HomePaths(tmp_path)) as context:
        made = Watched(context)
        yield made
        made.context.journal.close()


def test_a_turn_is_told_from_its_start_to_its_end(watched: Watched) -> None:
    task = watched.live()
    watched.ask(task)
    watched.look()
    watched.wait(2)
    watched.answer(task)
    made = Action(watched.day, "exec", "exec", "/bin/make", argv=("make",), pid=9)
    watched.context.signals.stored(task, Batch(actions=[made]))
    watched.look()
    watched.wait(3)
    watched.context.signals.stored(task, Batch(ends=[(9, 0, watched.day)]))
    watched.wait(1)
    watched.context.signals.claim(task, A.READY, Source.HOOK, "Stop")
    watched.look()
    watched.record(task, events.TaskStopped(0))

    assert watched.history(task) == [
        ("starting", "", "engine", "launch"),
        ("starting", "", "engine", "started"),
        ("working", "model", "gate", "request"),
        ("working", "tool", "sensor", "command"),
        ("ready", "", "hook", "Stop"),
        ("ended", "", "engine", "ended"),
    ]


def test_a_liar_that_says_ready_is_contradicted_and_the_end_of_the_lie_told(
    watched: Watched,
) -> None:
    task = watched.live()
    watched.context.signals.claim(task, A.READY, Source.TITLE, "✳")
    watched.look()
    for _ in range(20):
        watched.ask(task)
        watched.wait(2)
        watched.answer(task)
        watched.wait(2)

    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert (status.state, status.contradiction[:15]) == (A.WORKING, "says ready, but")

    watched.wait(10)
    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert (status.state, status.contradiction) == (A.READY, "")


@pytest.mark.parametrize("words", [(A.READY,), (A.READY, A.WORKING)])
@pytest.mark.parametrize("source", [Source.HOOK, Source.CHANNEL])
def test_a_source_that_says_ready_each_second_moves_no_state(
    watched: Watched, words: tuple[A, ...], source: Source
) -> None:
    """It works with its model, and with commands, for a minute."""
    task = watched.live()
    for turn in range(15):
        watched.ask(task)
        for second in range(4):
            word = words[second % len(words)]
            watched.context.signals.claim(task, word, source, "Stop")
            watched.wait(1)
            if second == 1:
                watched.answer(task)
                make = Action(watched.day, "exec", "exec", "/bin/make", pid=turn)
                watched.context.signals.stored(task, Batch(actions=[make]))
        watched.context.signals.stored(task, Batch(ends=[(turn, 0, watched.day)]))
    ready = [row for row in watched.history(task) if row[0] == "ready"]
    status = watched.context.read().tasks.get(task).agent_status

    assert len(ready) <= 3  # its first words are believed
    assert status is not None
    assert status.state is A.WORKING
    if A.WORKING not in words:
        assert status.contradiction.startswith("says ready, but")
    watched.context.signals.claim(task, A.READY, source, "Stop")
    watched.wait(8)
    assert watched.history(task)[-1][0] == "ready"


def test_one_at_rest_that_says_ready_again_and_again_stays_so(watched: Watched) -> None:
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    for _ in range(60):
        watched.context.signals.claim(task, A.READY, Source.CHANNEL, "idle")
        watched.wait(1)

    assert [row[0] for row in watched.history(task)].count("ready") == 1
    assert watched.history(task)[-1][0] == "ready"


@pytest.mark.parametrize(
    "sent",
    [
        (events.TextSent(4),),
        (events.FollowUpQueued(7, "go on"), events.FollowUpGiven(7, "paste")),
        (events.FollowUpQueued(7, "go on"), events.FollowUpGiven(7, "channel")),
        (events.PromptTyping(), events.PromptTyped(4)),
    ],
)
def test_a_text_ends_the_ready_that_was_before_it(
    watched: Watched, sent: tuple[events.Event, ...]
) -> None:
    """Whatever the old screen says; and one that moves nothing is forgotten."""
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    watched.context.signals.claim(task, A.READY, Source.SCREEN, "prompt")
    watched.wait(8)
    watched.record(task, *sent)
    watched.wait(2)
    before, now = watched.history(task)[-2:]

    assert before[0] == "ready"
    assert now == ("working", "model", "engine", "prompt")
    given = watched.context.read().tasks.get(task)
    assert given.agent_status is not None
    assert given.prompted is not None
    assert given.agent_status.since >= given.prompted
    watched.wait(12)
    assert watched.history(task)[-1][0] == "ready"


def test_a_liar_that_says_working_while_it_sleeps_is_contradicted(
    watched: Watched,
) -> None:
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    watched.context.signals.claim(task, A.WORKING, Source.SCREEN, "spinner")
    watched.wait(40)

    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert status.state is A.READY
    assert status.contradiction == "says working, but nothing happens"


def test_what_a_command_starts_is_part_of_it(watched: Watched) -> None:
    """A server that was left running starts others; the agent is ready all the same."""
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    watched.wait(1)

    def ran(pid: int, parent: int, *argv: str) -> None:
        action = Action(
            watched.day, "exec", "exec", "/x", argv=argv, pid=pid, parent=parent
        )
        watched.context.signals.stored(task, Batch(actions=[action]))

    ran(9, 1, "bash", "-c", "until x; do sleep 1; done")
    ran(10, 9, "sleep", "1")
    watched.wait(1)
    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert status.evidence.text.startswith("bash")

    watched.context.signals.claim(task, A.READY, Source.HOOK, "Stop")
    watched.wait(1)
    ran(11, 9, "sleep", "60")
    watched.wait(5)
    assert watched.history(task)[-1][0] == A.READY


def test_a_storm_of_requests_is_recorded_once_a_second_at_most(
    watched: Watched,
) -> None:
    task = watched.live()
    for number in range(200):
        watched.ask(task, 1 + number % 3)
        watched.look()
        watched.answer(task)
        watched.look()

    assert len(watched.history(task)) == 3


def test_a_keeper_that_comes_back_knows_that_it_asks(watched: Watched) -> None:
    """A hook says it once; the agent does not repeat it for a new keeper."""
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    watched.wait(1)
    watched.context.signals.claim(task, A.ASKS_PERMISSION, Source.HOOK, "Permission")
    watched.look()
    before = watched.context.read().tasks.get(task).agent_status

    watched.steady = 5.0  # the machine was restarted, too
    watched.restart()
    watched.watch.look([task], is_all=True)
    watched.wait(100)

    assert watched.context.read().tasks.get(task).agent_status == before


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_moves_no_state(watched: Watched, jump: float) -> None:
    """Silence is counted by another clock; what is shown follows the new one."""
    task = watched.live()
    watched.ask(task)
    watched.answer(task)
    watched.wait(5)
    watched.day += jump
    watched.wait(5)
    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert status.state is A.WORKING

    watched.wait(25)
    status = watched.context.read().tasks.get(task).agent_status
    assert status is not None
    assert status.state is A.READY
    assert status.since == pytest.approx(watched.day, abs=10)


def test_a_headless_run_that_did_nothing_says_so_once_its_files_are_read(
    watched: Watched,
) -> None:
    task = watched.live(way="headless")
    watched.ask(task)
    watched.answer(task)
    watched.context.signals.tools_refused(task, "Bash was refused")
    watched.record(task, events.TaskStopped(0))
    watched.look()
    watched.record(task, events.SnapshotTaken("t" * 40, 0, 0, 0, 0, 0))

    assert watched.history(task)[-2:] == [
        ("ended", "", "engine", "ended"),
        (
            "failed",
            "exit 0, but its tools were refused and nothing has changed",
            "engine",
            "ended",
        ),
    ]
    count = len(watched.history(task))
    watched.restart()
    watched.watch.look([task], is_all=True)
    assert len(watched.history(task)) == count


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["ask", "answer", "look", "second", "minute", "back", "ahead"]),
        st.tuples(
            st.sampled_from([*A, None]),
            st.sampled_from(
                [s for s in Source if s not in ("gate", "engine", "sensor")]
            ),
        ),
    ),
    max_size=25,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_no_order_of_facts_and_claims_breaks_the_laws(
    watched: Watched, steps: list[Any]
) -> None:
    task = watched.live()
    said_end = False
    for step in steps:
        match step:
            case "ask":
                watched.ask(task)
            case "answer":
                watched.answer(task)
            case "second":
                watched.wait(1)
            case "minute":
                watched.wait(61)
            case "back":
                watched.day -= 5000
            case "ahead":
                watched.day += 5000
            case (state, source):
                watched.context.signals.claim(task, state, source, "rule")
                said_end = said_end or state in (A.READY, A.DONE_RUNNING)
        watched.look()
        known = watched.context.read().tasks.get(task)
        status = known.agent_status
        assert status is not None
        if known.model.open_requests:
            assert status.state is A.WORKING or status.state in ASKING
        if status.state is A.READY and not said_end:
            assert status.evidence.rule == "silence"
