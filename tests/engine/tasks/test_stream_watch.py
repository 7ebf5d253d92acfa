"""A headless agent's stream is read once for each answer of its model."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks.stream_watch import StreamWatch, claim
from swarm.model import events
from swarm.model.agent_state import AgentState, Source
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers

WORK = b'{"type": "assistant"}\r\n'
REFUSED = b'{"type": "result", "permission_denials": [{"tool_name": "Write"}]}\r\n'


@dataclass
class Headless:
    """A live task, and what its box printed."""

    context: EngineContext
    engine: FakeContainers
    id: int

    def prints(self, output: bytes) -> None:
        name = self.context.names(self.id).sandbox
        self.engine.outputs[name] = self.engine.outputs.get(name, b"") + output

    def answers(self) -> None:
        asked = events.ModelAsked("net", 1, "a.model", "anthropic", "m", 1)
        self.context.journal.record(self.id, asked)
        answered = events.ModelAnswered("net", 2, "a.model", "anthropic", "m", 200)
        self.context.journal.record(self.id, answered)

    def said(self) -> AgentState | None:
        found = self.context.signals.of(self.id).claims.get(Source.STREAM)
        return found.state if found else None


@pytest.fixture
def headless(tmp_path: Path) -> Iterator[Headless]:
    engine = FakeContainers()
    with fake_context(HomePaths(tmp_path), engine) as context:
        names = context.names(1)
        spec = SandboxSpec(names.sandbox, "an/image:1", ("x",), "1:1", names.labels())
        plan = specs.to_json(Plan(spec, "/w", way="headless"))
        task = context.journal.queue(
            lambda _: queued(agent="claude", plan=plan, way="headless")
        )
        live = events.TaskLive(names.sandbox, names.pane)
        context.journal.record(task.id, events.TaskProvisioning(), live)
        engine.create(spec)
        yield Headless(context, engine, task.id)


def test_it_is_read_once_for_each_answer(headless: Headless) -> None:
    watch = StreamWatch(headless.context)

    def look() -> AgentState | None:
        watch.look(headless.context.read().tasks.all())
        return headless.said()

    headless.prints(WORK)
    assert look() is None
    headless.answers()
    assert look() is AgentState.WORKING
    headless.prints(REFUSED)
    assert look() is AgentState.WORKING, "its model has not answered since"
    headless.answers()
    assert look() is AgentState.ENDED
    assert headless.context.signals.of(headless.id).refused_tools == "Write"


def test_garbage_claims_nothing(headless: Headless) -> None:
    headless.prints(b"\xff\x00{" * 9999 + b"\n[[[[\n")
    claim(headless.context, headless.context.read().tasks.get(headless.id))
    assert headless.said() is None
