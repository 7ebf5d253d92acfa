"""Freezes a task's sandbox with the services beside it, and lets them go on.

The services are frozen last and go on first: the agent's clients find them there.
"""

from collections.abc import Callable

from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import events
from swarm.plan.naming import SERVICE_KIND, SERVICE_LABEL


def freeze(context: EngineContext, task_id: int) -> None:
    """Freeze every process of the task; ToolError if the sandbox cannot be frozen."""
    context.containers.pause(context.names(task_id).sandbox)
    freeze_services(context, task_id)


def thaw(context: EngineContext, task_id: int) -> None:
    """Let every process of the task go on; ToolError if the sandbox cannot."""
    thaw_services(context, task_id)
    context.containers.resume(context.names(task_id).sandbox)


def freeze_services(context: EngineContext, task_id: int) -> None:
    """Freeze the services alone, up to one that cannot be frozen, which is told."""
    _each(context, task_id, "running", context.containers.pause)


def thaw_services(context: EngineContext, task_id: int) -> None:
    """Let the services alone go on, up to one that cannot, which is told."""
    _each(context, task_id, "paused", context.containers.resume)


def _each(
    context: EngineContext, task_id: int, status: str, act: Callable[[str], None]
) -> None:
    if not context.read().tasks.get(task_id).services:
        return
    try:
        labels = context.names(task_id).labels(SERVICE_KIND)
        for facts in context.containers.all(labels):
            if facts.labels.get(SERVICE_LABEL) and facts.status == status:
                act(facts.name)
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("services", error.message))
