"""A live task with a service beside it, as rows and as containers of a dictionary."""

from swarm.engine.context import EngineContext
from swarm.model import events
from swarm.model import project as stored
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.plan import specs
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL
from swarm.plan.specs import Plan, SandboxSpec
from tests.builders import queued

IMAGE = "an/image:1"


def live_with_services(context: EngineContext, restart: str = "on-failure") -> int:
    """Its `cache` answers; the number of the task."""
    box = SandboxSpec("box", IMAGE, ("true",), "1:1", {})
    choice = ProjectChoice(
        service_container={"cache": ServiceContainer("redis", restart=restart)}
    )
    body = specs.to_json(Plan(box, "/w", project=choice))
    assert stored.from_json(body["project"]) == choice
    task = context.journal.queue(lambda _id: queued(plan=body)).id
    names = context.names(task)
    made = {
        names.sandbox: names.labels(),
        names.service("cache"): {**names.labels(SERVICE_KIND), SERVICE_LABEL: "cache"},
    }
    for name, labels in made.items():
        context.containers.create(SandboxSpec(name, IMAGE, ("true",), "1:1", labels))
        context.containers.start(name)
    context.journal.record(
        task,
        events.TaskProvisioning(),
        events.ServiceReady("cache", "redis", 6379, 0.1),
        events.TaskLive(names.sandbox, names.pane),
    )
    return task


def status(context: EngineContext, task: int) -> dict[str, str]:
    """The engine's word on the sandbox and the service."""
    names = context.names(task)
    each = {"sandbox": names.sandbox, "cache": names.service("cache")}
    found = {word: context.containers.inspect(name) for word, name in each.items()}
    return {word: facts.status if facts else "gone" for word, facts in found.items()}
