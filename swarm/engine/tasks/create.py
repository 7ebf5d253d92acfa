"""Turns a wish for new tasks into queued tasks; resolves all before it queues any."""

from dataclasses import replace
from functools import partial
from typing import Any

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.host.room import room
from swarm.engine.tasks import copies_room, own_caches, own_files
from swarm.engine.tasks.queued_event import queued
from swarm.engine.tasks.resolved_wish import ResolvedWish, resolve
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.wishes import NewTasks
from swarm.plan import specs
from swarm.plan.naming import names_in_group


def new(context: EngineContext, wish: NewTasks, wish_id: int) -> dict[str, Any]:
    """Queue the tasks that a wish asks for and answer their ids; all or none.

    NoRoom, with what is missing, if a disk that they need is full.
    """
    context.require_room("a new task")
    copies_room.check_number(wish.copies * max(len(wish.agents), 1))
    measure = own_caches.measured_once()
    each = [resolve(context, one, measure=measure) for one in _by_agent(wish)]
    return queue(context, each, wish_id)


def _by_agent(wish: NewTasks) -> list[NewTasks]:
    """The wish for each of its agents; a command is a command's alone."""
    if not wish.agents:
        return [wish]
    if wish.command and registry.COMMAND not in wish.agents:
        raise PlanError(
            "the command is for none of these agents",
            hint=f"name {registry.COMMAND} among them, or leave it out",
        )
    return [
        replace(
            wish,
            agent=agent,
            agents=(),
            command=wish.command if agent == registry.COMMAND else "",
        )
        for agent in dict.fromkeys(wish.agents)
    ]


def queue(
    context: EngineContext,
    each: list[ResolvedWish],
    wish_id: int,
    retry_of: int | None = None,
) -> dict[str, Any]:
    """Queue the copies of each agent; several tasks are one group."""
    copies = each[0].wish.copies
    agents = [tasks.agent.name for tasks in each]
    each_copy = [tasks for tasks in each for _ in range(copies)]
    wanted = list(zip(each_copy, names_in_group(agents, copies), strict=True))
    if len(wanted) > 1:
        first, name = wanted[0]
        sample = specs.from_json(queued(first, retry_of, name, task_id=0).plan)
        copies_room.check_room(len(wanted), sample, room(first.host.paths.home))
    makes = [partial(queued, tasks, retry_of, name) for tasks, name in wanted]
    notes = [note for tasks in each for note in (*tasks.notes, tasks.found_tools)]
    notes_once = [*dict.fromkeys(filter(None, notes))]
    stored = context.journal.queue_all(makes, wish=wish_id, notes=notes_once)
    for task, (tasks, _) in zip(stored, wanted, strict=True):
        troubles = [events.Trouble("bring", note) for note in tasks.bring.notes]
        troubles += [events.Trouble("project", note) for note in tasks.notes]
        own = own_files.notes(tasks.own)
        troubles += [events.Trouble("dotfiles", note) for note in own]
        context.journal.record(task.id, *troubles)
    return {"tasks": [task.id for task in stored], "notes": notes_once}
