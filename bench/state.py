"""From a change in the world to an agent's state in its row, for fifty agents at once.

Fifty scripted agents go through turns: a request to a model, its answer, a command, its
end, a word of the screen. What the gate, the sensor and a screen tell goes in by the
doors of the keeper; a reader of the database, as a front end is one, sees the states.
The processor time is that of the threads which decide and which read the screens.
"""

import json
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bench.table import Row
from swarm.engine.agent_signals import AgentSignals
from swarm.engine.context import EngineContext
from swarm.engine.gate.recorder import GateRecorder
from swarm.engine.tasks.screen_watch import ScreenWatch
from swarm.engine.tasks.state_watch import StateWatch
from swarm.model import events
from swarm.model.activity import Action, Batch
from swarm.model.agent_state import AgentState, Source
from swarm.plan import home_identity
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePanes

AGENTS, TURNS, TURN_SECONDS = 50, 3, 8.0
FIELD = "─" * 100 + "\n❯ \n" + "─" * 100 + "\n  ? for shortcuts"
LIVE = (events.TaskProvisioning(), events.TaskLive("box", "pane"))


def rows() -> list[Row]:
    """The delay of a change at its 95th percentile, and the share of a core."""
    with (
        tempfile.TemporaryDirectory(prefix="swarm-bench-") as name,
        fake_context(_home(Path(name))) as context,
        closing(Queries(context.paths.database)) as queries,
    ):
        fleet = _Fleet(replace(context, signals=AgentSignals()), queries)
        delays, deciding = fleet.run()
        reading = fleet.read_screens()
    delays.sort()
    p95 = delays[int(len(delays) * 0.95)] * 1000
    name = f"{AGENTS} agents"
    return [
        Row(f"a change to its stored state, p95, {name}", p95, 0, 300.0, "ms"),
        Row(f"deciding and storing, {name}", deciding * 100, 0, 5.0, "%"),
        Row(f"reading the screens of {name}", reading * 100, 0, 0, "%"),
        Row(f"both, {name}", (deciding + reading) * 100, 0, 5.0, "%"),
    ]


def _home(folder: Path) -> HomePaths:
    """A home as a keeper has it: its tag is read once, and not made of its path."""
    home_identity.settle(folder)
    return HomePaths(folder)


def _screen(look: int, is_at_work: bool) -> str:
    """Half of them draw a counter while they work; the others wait."""
    busy = f"✻ Baking… ({look}s · esc to interrupt)"
    line = busy if is_at_work else "✻ Baked for 11s · done 5:05 PM"
    return f"● Wrote hello.txt\n\n{line}\n\n{FIELD}"


class _Fleet:
    """The agents, the keeper's parts that decide, and a reader of the database."""

    def __init__(self, context: EngineContext, queries: Queries) -> None:
        self._context, self._queries = context, queries
        self._watch = StateWatch(context, lambda _: None, lambda: True)
        self._recorder = GateRecorder(context.journal)
        self._tasks = [
            context.journal.queue(lambda _: queued(agent="claude")).id
            for _ in range(AGENTS)
        ]
        for task in self._tasks:
            context.journal.record(task, *LIVE)
            self._recorder.register(f"net{task}", task)
        context.journal.set_listener(context.signals.nudge)
        self._numbers = dict.fromkeys(self._tasks, 0)
        self._expected: dict[int, tuple[str, float]] = {}
        """Per task the state and detail that must come, and since when."""
        self._delays: list[float] = []
        self._guard = threading.Lock()
        self._ended = threading.Event()

    def run(self) -> tuple[list[float], float]:
        """The seconds from each change to its row, and the share of a core."""
        reader = threading.Thread(target=self._read)
        reader.start()
        self._watch.start()
        clock = time.pthread_getcpuclockid(self._watch._thread.ident or 0)
        before, began = time.clock_gettime(clock), time.monotonic()
        agents = [
            threading.Thread(target=self._work, args=(task, number))
            for number, task in enumerate(self._tasks)
        ]
        for agent in agents:
            agent.start()
        for agent in agents:
            agent.join()
        used, took = time.clock_gettime(clock) - before, time.monotonic() - began
        self._watch.close()
        self._recorder.close()
        self._ended.set()
        reader.join()
        return self._delays, used / took

    def read_screens(self) -> float:
        """The share of a core for one look a second at all screens."""
        panes, watch = self._context.panes, ScreenWatch(self._context)
        assert isinstance(panes, FakePanes)
        tasks = self._context.read().tasks.all()
        names = [self._context.names(task.id).pane for task in tasks]
        used = 0.0
        for name in names:
            panes.open(name, ["claude"], {})
        for look in range(11):
            for number, name in enumerate(names):
                panes.show(name, _screen(look, number % 2 == 0))
            before = time.thread_time()
            watch.look(self._context.read().tasks.all())  # as the keeper does
            if look:  # agents' files are read at the first look
                used += time.thread_time() - before
        return used / 10

    def _work(self, task: int, number: int) -> None:
        """Turns of one agent, begun at a moment of its own."""
        step = TURN_SECONDS / 8
        self._ended.wait(TURN_SECONDS * number / AGENTS)
        for turn in range(TURNS):
            self._expect(task, "working model")
            self._line(task, "model", 1)
            self._ended.wait(4 * step)
            self._line(task, "answer", 0)
            pid = 100 + turn
            self._expect(task, "working tool")
            self._ran(task, pid)
            self._ended.wait(3 * step)
            self._context.signals.stored(task, Batch(ends=[(pid, 0, time.time())]))
            self._expect(task, "ready ")
            self._context.signals.claim(task, AgentState.READY, Source.HOOK, "Stop")
            self._ended.wait(step)

    def _ran(self, task: int, pid: int) -> None:
        make = Action(time.time(), "exec", "exec", "/bin/make", argv=("make",), pid=pid)
        self._context.signals.stored(task, Batch(actions=[make]))

    def _line(self, task: int, phase: str, count: int) -> None:
        self._numbers[task] += 1
        line = {
            "net": f"net{task}",
            "seq": self._numbers[task],
            "phase": phase,
            "host": "api.test",
            "provider": "anthropic",
            "open": count,
        }
        self._recorder.on_line(json.loads(json.dumps(line)))

    def _expect(self, task: int, what: str) -> None:
        with self._guard:
            self._expected[task] = what, time.monotonic()

    def _read(self) -> None:
        last = 0
        while not self._ended.wait(0.005):
            for record in self._queries.events.after(last):
                last = record.id
                if isinstance(record.event, events.AgentStateChanged):
                    self._saw(record.task or 0, record.event)

    def _saw(self, task: int, event: events.AgentStateChanged) -> None:
        with self._guard:
            what, since = self._expected.get(task, ("", 0.0))
            if f"{event.state} {event.detail}" == what:
                self._delays.append(time.monotonic() - since)
                del self._expected[task]
