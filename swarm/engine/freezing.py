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
    """Freeze the services alone; one that cannot be frozen is told, the rest stand."""
    _each(context, task_id, "running", context.containers.pause)


def thaw_services(context: EngineContext, task_id: int) -> None:
    """Let the services alone go on; one that cannot is told, the others do."""
    _each(context, task_id, "paused", context.containers.resume)


def _each(
    context: EngineContext, task_id: int, status: str, act: Callable[[str], None]
) -> None:
    if not context.read().tasks.get(task_id).services:
        return
    labels = context.names(task_id).labels(SERVICE_KIND)
    try:
        found = context.containers.all(labels)
    except SwarmError as error:
        context.journal.record(task_id, events.Trouble("services", error.message))
        return
    for facts in found:
        if not facts.labels.get(SERVICE_LABEL) or facts.status != status:
            continue
        try:
            act(facts.name)
        except SwarmError as error:
            context.journal.record(task_id, events.Trouble("services", error.message))
