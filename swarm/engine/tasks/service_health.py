"""Waits until a service answers, and proves before it starts that it has no way out."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from swarm.engine.context import EngineContext
from swarm.engine.host import failed_starts, images
from swarm.errors import SwarmError, TimedOut, ToolError
from swarm.gate.service_walls import SHUT
from swarm.model.safe_text import plain
from swarm.plan import service_containers, service_ports
from swarm.plan.naming import TASK_LABEL
from swarm.plan.service_containers import Service

_UNTIL_HEALTHY = 'until ( eval "$1" ) > /dev/null 2>&1; do sleep 0.2; done'
_WALLS_LIMIT = 4096
"""Bytes that the look at the walls may print."""
_KILLED = 137
_END_SECONDS = 5.0
MOMENT = 1.0
"""Seconds in which a service that nothing can be asked must not end."""
TAIL = 12
"""Lines of a service's output in the sentence on why it failed."""


def require_walls(context: EngineContext, service: Service, net: str) -> None:
    """Try every way out as the service's user; ToolError if one is open.

    A net of an earlier version has no such walls.
    """
    spec = service_containers.walls(service, net, images.tag("gate"))
    hint = "swarm image build gate, then `swarm retry` the task"
    try:
        printed = failed_starts.once_more(
            lambda: context.containers.run(spec, _WALLS_LIMIT)
        )
    except ToolError as error:
        reason = f"whether services have a way out cannot be tried: {error.message}"
        raise ToolError(reason, hint=hint) from error
    found = plain(printed.decode(errors="replace").strip(), 400)
    if found != SHUT:
        reason = f"services have a way out of this net: {found or 'nothing is said'}"
        raise ToolError(reason, hint=hint)


def wait_until_ready(
    context: EngineContext,
    service: Service,
    net: str,
    began: float,
    beside: Sequence[Service] = (),
) -> None:
    """Block until the service answers; ToolError with its last lines if it does not.

    `began` is when it was started, by the monotonic clock. One that has no port and no
    health command only has to be there a moment later. `beside` are the task's others.
    """
    seconds = max(1.0, service.seconds - (time.monotonic() - began))
    try:
        if service.health:
            _wait_by_command(context, service, seconds)
        elif service.port:
            _wait_by_port(context, service, net, seconds, beside)
        else:
            _wait_a_moment(context, service, seconds)
    except TimedOut as error:
        reason = f"did not answer within {service.seconds} s"
        raise failed(context, service, reason) from error
    if reason := ended(context, service.container.name):
        raise failed(context, service, reason)


def require_own_ports(
    context: EngineContext, services: Sequence[Service], net: str
) -> None:
    """Block until each service has its port, in which no other answers for it.

    A health command may have asked another. ToolError names who has the port.
    """
    asked = [each for each in services if each.port and each.health]
    if not asked or not services[1:]:
        return  # alone, or seen to listen already
    spec = service_ports.listening(asked, net, images.tag("gate"))
    try:
        printed = context.containers.run(spec, service_ports.LIMIT, asked[0].seconds)
    except TimedOut as error:
        names = ", ".join(f"{each.name} at {each.port}" for each in asked)
        raise ToolError(
            f"not every service listens at its port: {names}",
            hint="`port` in swarm.toml, or `ports` in the compose file, says which",
        ) from error
    if found := service_ports.taken(printed):
        service = next(each for each in asked if each.port == found[0])
        raise failed(context, service, _taken_words(found, services))


def _wait_by_port(
    context: EngineContext,
    service: Service,
    net: str,
    seconds: float,
    beside: Sequence[Service],
) -> None:
    spec = service_ports.listening([service], net, images.tag("gate"))
    printed = context.containers.run(spec, service_ports.LIMIT, seconds)
    if found := service_ports.taken(printed):
        raise failed(context, service, _taken_words(found, beside))


def _taken_words(found: tuple[int, int], beside: Sequence[Service]) -> str:
    port, uid = found
    name = next((each.name for each in beside if each.uid == uid), "")
    who = f"the service {name}" if name else "another program of the task"
    return f"cannot have port {port} of the task's localhost: {who} listens there"


def _wait_a_moment(context: EngineContext, service: Service, seconds: float) -> None:
    """An end at once is the program's that could not start."""
    with suppress(TimedOut):
        context.containers.await_end(service.container.name, min(MOMENT, seconds))


def _wait_by_command(context: EngineContext, service: Service, seconds: float) -> None:
    """One program in the service that tries until it succeeds."""
    argv = ["sh", "-c", _UNTIL_HEALTHY, "sh", service.health]
    name = service.container.name
    try:
        status = failed_starts.once_more(
            lambda: context.containers.exec_status(name, argv, seconds)
        )
    except TimedOut:
        raise
    except ToolError as error:
        reason = ended(context, name) or f"cannot be asked: {error.message}"
        raise failed(context, service, reason) from error
    if status == _KILLED:
        # With the service; the engine may not have told of its end yet.
        with suppress(SwarmError):
            context.containers.await_end(name, _END_SECONDS)
    if status:
        reason = ended(context, name) or (
            "cannot be asked, for its image has no `sh` for the health command"
            if status in (126, 127)
            else f"has a health command that ended with {status}"
        )
        raise failed(context, service, reason)


@dataclass(frozen=True, slots=True)
class End:
    """How a service came to its end."""

    reason: str
    exit_code: int | None = None
    """Its program's own; None if that did not end by itself."""


def end_of(context: EngineContext, container: str) -> End | None:
    """How the container ended; None while it runs."""
    facts = context.containers.inspect(container)
    if facts is None:
        return End("was removed")
    if facts.status in ("running", "paused", "restarting"):
        return None
    if facts.oom_killed:
        return End("reached its limit of memory")
    if facts.error:
        return End(plain(f"did not start: {facts.error}", 200))
    return End(f"ended with exit status {facts.exit_code}", facts.exit_code)


def ended(context: EngineContext, container: str) -> str:
    """The words on how the container ended; empty while it runs."""
    end = end_of(context, container)
    return end.reason if end else ""


def failed(context: EngineContext, service: Service, reason: str) -> ToolError:
    """The error on a service that cannot be used, with its last lines."""
    try:
        raw = context.containers.logs(service.container.name, TAIL)
    except SwarmError:
        raw = b""
    text = plain(raw.decode(errors="replace"), 2000)
    lines = " | ".join(line.strip() for line in text.splitlines() if line.strip())
    said = f"; its last lines: {lines}" if lines else "; it printed nothing"
    task = service.container.labels[TASK_LABEL]
    return ToolError(
        f"the service {service.name} {reason}{said}",
        hint=f"`swarm logs {task} {service.name}` has the rest; swarm.toml sets its "
        "environment, health and health_seconds",
    )
