"""The services beside a task: started before its sandbox, ended before its net goes.

Databases, caches and queues in the task's own network namespace: its `localhost` has
them, and no other task's. What they store is kept until the task is removed.
"""

import time
from contextlib import ExitStack, suppress
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.host import failed_starts, images
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import (
    disk_limit,
    floor_check,
    service_health,
    service_images,
)
from swarm.errors import SwarmError
from swarm.model import events, service_restart
from swarm.model.task import State, Task
from swarm.plan import service_containers, service_hosts, specs
from swarm.plan.naming import KIND_LABEL, SERVICE_KIND, SERVICE_LABEL
from swarm.plan.service_containers import DATA_KIND, Service
from swarm.plan.specs import Plan
from swarm.ports import Progress

KEPT_LINES = 2000
"""Lines of a service's output that are kept when it ends."""


def begin(
    parts: EngineParts, task: Task, plan: Plan, cleanup: ExitStack, note: Progress
) -> None:
    """Start a new task's services; `cleanup` takes them away with what they store."""
    cleanup.callback(remove, parts.context, task.id)
    start(parts, task, plan, note)


def begin_again(
    parts: EngineParts, task: Task, plan: Plan, cleanup: ExitStack, note: Progress
) -> None:
    """Start them over what they stored before; `cleanup` leaves that alone."""
    cleanup.callback(end, parts.context, task.id)
    start(parts, task, plan, note)


def unnoted(_line: str) -> None:
    """Let a line go: nobody writes a log of it."""


def start(parts: EngineParts, task: Task, plan: Plan, note: Progress = unnoted) -> None:
    """Start the services in the task's net; blocks until each of them answers.

    ToolError, with the service's last lines, if one does not; the caller ends them.
    """
    context, wanted = parts.context, plan.project.service_container
    if not wanted:
        return
    planned = planned_of(context, task, plan, note)
    _write_hosts(plan)
    net = parts.nets.gate.names.net(task.net.name)
    service_health.require_walls(context, planned[-1], net)
    began = {}
    for service in planned:
        create(context, service, net)
        began[service.name] = time.monotonic()
    for service in planned:
        service_health.wait_until_ready(
            context, service, net, began[service.name], planned
        )
        seconds = round(time.monotonic() - began[service.name], 3)
        note(f"the service {service.name} answers after {seconds} s")
        context.journal.record(task.id, ready(plan, service, seconds))
    service_health.require_own_ports(context, planned, net)


def planned_of(
    context: EngineContext, task: Task, plan: Plan, note: Progress = unnoted
) -> list[Service]:
    """The services of a task, in order; an image that is not there is made first."""
    wanted = plan.project.service_container
    found = service_images.require(context, task.id, wanted, note)
    return service_containers.services(
        context.names(task.id), plan.sandbox, wanted, found
    )


def ready(plan: Plan, service: Service, seconds: float) -> events.ServiceReady:
    """The event that a service answers, so many seconds after its start."""
    wanted = plan.project.service_container[service.name]
    what = wanted.recipe or wanted.image
    return events.ServiceReady(service.name, what, service.port or 0, seconds)


def _write_hosts(plan: Plan) -> None:
    """Write the names of the services, where sandbox and services see them."""
    for mount in plan.sandbox.mounts:
        if mount.target == service_hosts.PLACE:
            file = Path(mount.source)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            text = service_hosts.text(plan.project.service_container)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o644)


def create(context: EngineContext, service: Service, net: str) -> None:
    """Create and start a service's container, over what it stored; ToolError.

    A new volume has the limit of a task's disk, where the engine's disk has quotas.
    """
    containers, spec = context.containers, service.container
    limit = context.config().disk.task
    for volume in service.volumes:
        labels = {**spec.labels, KIND_LABEL: DATA_KIND}
        disk_limit.make_volume(context, volume, labels, limit)

    def attempt() -> None:
        containers.create(specs.with_network(spec, net))
        floor_check.require(context, spec)
        if service.opens_volumes:
            # Not before: an engine fills a new volume with what the image has there.
            opener = service_containers.opener(service, images.tag("gate"))
            containers.run(opener, 0)
        containers.start(spec.name)

    failed_starts.once_more(attempt, lambda _error: containers.remove(spec.name))


def end(context: EngineContext, task_id: int) -> None:
    """End a task's services and keep their last lines; an error is recorded.

    Called before their net goes. What they store stays.
    """
    try:
        for facts in context.containers.all(_labels(context, task_id, SERVICE_KIND)):
            if service := facts.labels.get(SERVICE_LABEL, ""):
                with suppress(SwarmError, OSError):
                    _keep_log(context, task_id, service, facts.name)
            context.containers.remove(facts.name)
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("services", error.message))


def _keep_log(
    context: EngineContext, task_id: int, service: str, container: str
) -> None:
    file = context.paths.service_log(task_id, service)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_bytes(context.containers.logs(container, KEPT_LINES))


def remove(context: EngineContext, task_id: int) -> None:
    """End a task's services, and remove what they stored; an error is recorded."""
    end(context, task_id)
    try:
        for volume in context.containers.volumes(_labels(context, task_id, DATA_KIND)):
            context.containers.remove_volume(volume)
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("services", error.message))


def _labels(context: EngineContext, task_id: int, kind: str) -> dict[str, str]:
    return context.names(task_id).labels(kind)


def compare(context: EngineContext, task: Task) -> None:
    """Record the services of a live task that have ended; called when one may have."""
    if task.state is not State.LIVE:
        return
    for known in task.services:
        if known.ended or known.starting:
            continue
        container = context.names(task.id).service(known.name)
        if end := service_health.end_of(context, container):
            context.journal.record(task.id, ended(context, task, known.name, end))


def ended(
    context: EngineContext, task: Task, name: str, end: service_health.End
) -> events.ServiceEnded:
    """The event of a service's end, with when it is started again."""
    known = next(one for one in task.services if one.name == name)
    wanted = context.plan(task).project.service_container
    ends = service_restart.ends_with(known, context.clock())
    policy = wanted[name].restart if name in wanted else "no"
    again = service_restart.delay(policy, end.exit_code, ends)
    return events.ServiceEnded(name, end.reason, again)
