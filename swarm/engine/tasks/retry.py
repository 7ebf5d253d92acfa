"""Turns a wish for another try into a queued task, or into its set-up run again."""

from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.tasks import create, project, setup_decision
from swarm.engine.tasks.resolved_wish import resolve
from swarm.errors import PlanError
from swarm.model import events
from swarm.model import project as stored_project
from swarm.model.toolchain import toolchain_of
from swarm.model.wishes import DecideSetup, NewTasks, Retry
from swarm.plan import specs


def retry(context: EngineContext, wish: Retry, wish_id: int) -> dict[str, Any]:
    """Queue a new task with the same prompt, agent and base branch as it is now.

    One whose set-up failed keeps its id: the set-up is run again.
    """
    context.require_room("a new task")
    task = context.read().tasks.get(wish.task)
    has_more = bool(wish.stacks or wish.packages)
    if task.awaits_setup_decision and not has_more:
        setup_decision.decide(context, DecideSetup(task.id, "again"))
        return {"tasks": [task.id]}
    first = context.read().events.after(task=task.id, limit=1)[0].event
    assert isinstance(first, events.TaskQueued)
    before = toolchain_of(first.toolchain)
    if before.image and has_more:
        raise PlanError(
            f"task {task.id} stands on the project's own image, which takes no stacks",
            hint="put what is missing into that image; `swarm image project` builds it",
        )
    choice = stored_project.of_plan(first.plan)
    again = NewTasks(
        task.repo,
        prompt=task.prompt,
        command=first.command,
        agent=task.agent,
        name=task.name,
        base=task.base_ref,
        tokens=first.budget_tokens,
        dollars=first.budget_dollars,
        way=first.way,
        mode=first.mode,
        stacks=None if before.image else (*before.stacks, *wish.stacks),
        packages=None if before.image else (*before.packages, *wish.packages),
        offline=specs.from_json(first.plan).is_offline,
    )
    repeated = resolve(context, again, project.of_earlier_task(choice))
    return create.queue(context, [repeated], wish_id, retry_of=task.id)
