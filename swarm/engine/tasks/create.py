"""Turns a wish for new tasks into queued tasks; resolves all before it queues any."""

import time
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from swarm.adapters.git.task_git import TaskGit
from swarm.agents import project_settings, registry
from swarm.engine.context import EngineContext
from swarm.engine.egress import (
    logins,
    placeholders,
)
from swarm.engine.host.room import room
from swarm.engine.tasks import (
    copies_room,
    offline,
    own_caches,
    own_files,
    project,
    setup_decision,
)
from swarm.engine.tasks.resolved_wish import ResolvedWish, resolve
from swarm.errors import PlanError
from swarm.model import events
from swarm.model import project as stored_project
from swarm.model.toolchain import toolchain_of
from swarm.model.wishes import DecideSetup, NewTasks, Retry
from swarm.plan import own_caches as lent_caches
from swarm.plan import package_settings, planner, specs
from swarm.plan.briefing import briefing
from swarm.plan.naming import TaskNames, names_in_group, slug
from swarm.plan.plan_request import PlanRequest


def new(context: EngineContext, wish: NewTasks, wish_id: int) -> dict[str, Any]:
    """Queue the tasks that a wish asks for and answer their ids; all or none.

    NoRoom, with what is missing, if a disk that they need is full.
    """
    context.require_room("a new task")
    copies_room.check_number(wish.copies * max(len(wish.agents), 1))
    measure = own_caches.measured_once()
    each = [resolve(context, one, measure=measure) for one in _by_agent(wish)]
    return _queue(context, each, wish_id)


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
    return _queue(context, [repeated], wish_id, retry_of=task.id)


def _queue(
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
        sample = specs.from_json(_queued(first, retry_of, name, task_id=0).plan)
        copies_room.check_room(len(wanted), sample, room(first.host.paths.home))
    makes = [partial(_queued, tasks, retry_of, name) for tasks, name in wanted]
    notes = [note for tasks in each for note in (*tasks.notes, tasks.found_tools)]
    notes_once = [*dict.fromkeys(filter(None, notes))]
    queued = context.journal.queue_all(makes, wish=wish_id, notes=notes_once)
    for task, (tasks, _) in zip(queued, wanted, strict=True):
        troubles = [events.Trouble("bring", note) for note in tasks.bring.notes]
        troubles += [events.Trouble("project", note) for note in tasks.notes]
        own = own_files.notes(tasks.own)
        troubles += [events.Trouble("dotfiles", note) for note in own]
        context.journal.record(task.id, *troubles)
    return {"tasks": [task.id for task in queued], "notes": notes_once}


def _queued(
    tasks: ResolvedWish, retry_of: int | None, own_name: str, task_id: int
) -> events.TaskQueued:
    """The event that queues one task, with its whole plan; `own_name` is in a group."""
    wish, base, paths = tasks.wish, tasks.base, tasks.host.paths
    title = slug(wish.name or tasks.prompt)
    group = title if own_name else ""
    name = f"{title}/{own_name}" if group else title
    names = TaskNames(paths.tag, task_id, name, tasks.config.branch_prefix)
    worktrees = tasks.worktrees
    place = worktrees / f"{names.tag}-{task_id}" if worktrees else None
    task_git = TaskGit(
        tasks.repository, paths, task_id, names.branch, base.commit, place=place
    )
    chosen = tasks.agent.conversation.id == "chosen"
    environment = {
        **package_settings.environment(tasks.network),
        **lent_caches.environment(
            tasks.caches, tasks.network, tasks.project.environment
        ),
        **placeholders.of(tasks.policy),
    }
    request = PlanRequest(
        prompt=tasks.prompt,
        conversation=str(uuid4()) if chosen else "",
        command=wish.command or None,
        # With SELinux a lent folder would need another label, and that one is yours.
        # The user's own objects hold what is hidden from the agent, too.
        mounts=(
            *task_git.mounts(
                tasks.host.selinux
                or tasks.config.sandbox.objects == "base-only"
                or bool(tasks.project.hide)
            ),
            *lent_caches.mounts(tasks.caches),
        ),
        environment=environment,
        worktree=str(place or ""),
        way=wish.way,
        mode=wish.mode,
        briefing=briefing(
            tasks.policy,
            specs.WORKSPACE,
            tasks.bring.brought.rules,
            tasks.project.test,
            project_settings.rules(tasks.agent, tasks.mode),
        ),
        brought=tasks.bring.brought,
        own=tasks.own,
        project=tasks.project,
        preset=offline.preset(wish),
    )
    agent = logins.logged_in(paths.home, tasks.agent, environment, time.time())
    plan = planner.make(names, request, agent, tasks.config, tasks.host)
    tokens, dollars = tasks.budget
    return events.TaskQueued(
        name=names.name,
        repo=str(tasks.repository.root),
        agent=tasks.agent.name,
        prompt=tasks.prompt,
        command=wish.command,
        base_ref=base.ref,
        base=base.commit,
        target=base.target,
        branch=names.branch,
        plan=specs.to_json(plan),
        after=wish.after,
        group=group,
        retry_of=retry_of,
        budget_tokens=tokens,
        budget_dollars=dollars,
        worktree=str(place or ""),
        way=plan.way,
        mode=plan.mode,
        agent_version=tasks.agent.image.version,
        conversation=request.conversation,
        types_prompt=plan.delivery == "paste",
        resume_after_limit=wish.resume_after_limit,
        toolchain=str(tasks.toolchain) if tasks.toolchain else "",
    )
