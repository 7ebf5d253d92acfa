"""An id that the agent chooses is looked for now and then, until there is one."""

from pathlib import Path

from swarm.engine.tasks.conversation_watch import LOOKS, ConversationWatch
from swarm.model import events
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakeContainers

ID = "01a21e11-91ed-7be2-b667-9f3fec1b2a49"


def test_it_is_looked_for_until_it_is_found(tmp_path: Path) -> None:
    engine = FakeContainers()
    with fake_context(HomePaths(tmp_path), engine) as context:
        names = context.names(1)
        spec = SandboxSpec(names.sandbox, "an/image:1", ("x",), "1:1", names.labels())
        plan = specs.to_json(Plan(spec, "/w", way="headless"))
        task = context.journal.queue(lambda _: queued(agent="codex", plan=plan))
        live = events.TaskLive(names.sandbox, names.pane)
        changed = context.journal.record(task.id, events.TaskProvisioning(), live)
        assert changed
        engine.create(spec)
        engine.outputs[names.sandbox] = b"a warning\n"
        watch = ConversationWatch(context)

        def look(seconds: float) -> str:
            watch.look(context.read().tasks.all(), changed.changed + seconds)
            return context.read().tasks.get(task.id).conversation

        assert look(LOOKS[0]) == ""
        line = f'{{"type":"thread.started","thread_id":"{ID}"}}\n'
        engine.outputs[names.sandbox] += line.encode()
        assert look(LOOKS[0] + 1) == "", "not before the next time"
        assert look(LOOKS[1]) == ID
