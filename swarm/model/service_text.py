"""Describes the services beside a task, a line each."""

from collections.abc import Iterable

from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.task import ServiceState


def lines(services: Iterable[ServiceState]) -> list[str]:
    """`db: postgres at localhost:5432`, or why it does not run any more."""
    return [f"{safe_line(service.name, 40)}: {state(service)}" for service in services]


def state(service: ServiceState) -> str:
    """What it is and where it answers; or that, and why, it has ended."""
    what = safe_line(service.what, 80)
    if service.starting:
        return f"{what}, is being started again"
    if service.ended:
        again = "" if service.again_at is None else "; it is started again in a moment"
        return f"{what}, {safe_line(service.ended, 160)}{again}"
    runs = f"{what} at localhost:{service.port}" if service.port else f"{what}, runs"
    ends = f", ended {plural(service.ends, 'time')} before" if service.ends else ""
    return f"{runs}{ends}"
