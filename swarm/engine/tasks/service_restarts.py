"""Starts a service of a live task again: after it ended, a few times, or as you wish.

The task's lock is held for the start alone: a service may take a minute to answer, and
its human can stop the task meanwhile.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.host import failed_starts
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import service_health, services
from swarm.engine.tasks.service_health import End
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.task import ServiceState, State, Task
from swarm.model.wishes import RestartServices
from swarm.plan.service_containers import Service

GRACE = 5.0
"""Seconds from TERM to KILL for a service that runs and is to be started anew."""
_BETWEEN = 0.5
"""Seconds until one that is due and could not begin is looked at again."""


def restart(parts: EngineParts, wish: RestartServices) -> dict[str, Any]:
    """Have services started again: the one of that name, else all that have ended.

    Answers their names; the keeper starts them. IllegalMove if there is none.
    """
    context = parts.context
    task = context.live_task(wish.task)
    wanted = [known for known in task.services if _is_meant(known, wish.service)]
    if not wanted:
        raise IllegalMove(*_nothing(task, wish.service))
    if task.paused:
        raise IllegalMove(
            f"task {task.id} is paused, and its services with it",
            hint=f"resume it first: `swarm resume {task.id}`",
        )
    for known in wanted:
        container = context.names(task.id).service(known.name)
        # Before it is ended: its end is then no news of its own.
        context.journal.record(task.id, events.ServiceStarting(known.name, True))
        if service_health.end_of(context, container) is None:
            context.containers.stop(container, GRACE)
    return {"services": [known.name for known in wanted]}


def _is_meant(known: ServiceState, name: str) -> bool:
    return known.name == name if name else bool(known.ended)


def _nothing(task: Task, name: str) -> tuple[str, str]:
    names = ", ".join(known.name for known in task.services)
    known_names = f"its services: {safe_line(names, 200) or 'none'}"
    if name:
        return f"task {task.id} has no service {safe_line(name, 40)!r}", known_names
    return f"no service of task {task.id} has ended", known_names


class ServiceRestarts:
    """Knows which services are being started again; used by the keeper's loop alone."""

    def __init__(
        self, parts: EngineParts, submit: Callable[[Callable[[], None]], object]
    ) -> None:
        """`submit` runs a function in a worker."""
        self._parts = parts
        self._submit = submit
        self._guard = threading.Lock()
        self._under_way: set[tuple[int, str]] = set()

    def look(self, tasks: Iterable[Task], now: float) -> float:
        """Begin what is due; the seconds until the next one is, or infinity."""
        wait = math.inf
        for task in tasks:
            if task.state is not State.LIVE or task.paused:
                continue
            for known in task.services:
                if known.starting:
                    self._begin(task.id, known.name)
                elif known.again_at is not None and known.again_at <= now:
                    self._begin(task.id, known.name)
                    wait = min(wait, _BETWEEN)
                elif known.again_at is not None:
                    wait = min(wait, known.again_at - now)
        return wait

    def _begin(self, task_id: int, name: str) -> None:
        with self._guard:
            if (task_id, name) in self._under_way:
                return
            self._under_way.add((task_id, name))

        def run() -> None:
            try:
                start_again(self._parts, task_id, name)
            finally:
                with self._guard:
                    self._under_way.discard((task_id, name))

        self._submit(run)


def start_again(parts: EngineParts, task_id: int, name: str) -> None:
    """Start one service that is to be started; blocks until it answers, or does not.

    Why it could not be is an event of the task's, with when it is tried again.
    """
    context, began = parts.context, time.monotonic()
    try:
        with context.locks.of(task_id):
            begun = _begun(parts, task_id, name)
        if begun is None:
            return
        service, net = begun
        service_health.wait_until_ready(context, service, net, began)
    except SwarmError as error:
        with context.locks.of(task_id):
            _failed(context, task_id, name, error)
        return
    with context.locks.of(task_id):
        task = context.read().tasks.get(task_id)
        if _is_starting(task, name):
            seconds = round(time.monotonic() - began, 3)
            ready = services.ready(context.plan(task), service, seconds)
            context.journal.record(task_id, ready)


def _begun(parts: EngineParts, task_id: int, name: str) -> tuple[Service, str] | None:
    """Its container runs now, in the task's net; None if it is not to be started."""
    context = parts.context
    task = context.read().tasks.get(task_id)
    known = next((one for one in task.services if one.name == name), None)
    if known is None or task.state is not State.LIVE or task.paused:
        return None
    is_due = known.again_at is not None and known.again_at <= context.clock()
    box = context.containers.inspect(context.names(task_id).sandbox)
    if not (known.starting or is_due) or box is None or box.status != "running":
        return None  # a sandbox that has ended takes its services with it in a moment
    if not known.starting:
        context.journal.record(task_id, events.ServiceStarting(name))
    planned = services.planned_of(context, task, context.plan(task))
    service = next(each for each in planned if each.name == name)
    net = parts.nets.gate.names.net(task.net.name)
    facts = context.containers.inspect(service.container.name)
    if facts is not None and facts.status == "running":
        return service, net  # a keeper started it, and ended before it answered
    service_health.require_walls(context, service, net)
    if facts is None:
        services.create(context, service, net)
    else:
        failed_starts.once_more(lambda: context.containers.start(facts.name))
    return service, net


def _failed(context: EngineContext, task_id: int, name: str, error: SwarmError) -> None:
    """Record the end of one that did not answer; it does not go on half-started."""
    task = context.read().tasks.get(task_id)
    if not _is_starting(task, name) or task.paused:
        return
    container = context.names(task_id).service(name)
    end = service_health.end_of(context, container)
    if end is None:
        context.containers.kill(container)
    reason = error.message.removeprefix(f"the service {name} ")
    exit_code = end.exit_code if end else None
    failed = services.ended(context, task, name, End(reason, exit_code))
    context.journal.record(task_id, failed)


def _is_starting(task: Task, name: str) -> bool:
    is_live = task.state is State.LIVE
    return is_live and any(one.name == name and one.starting for one in task.services)
