"""Makes the event that queues a task: its names, its mounts, its whole plan."""

import time
from uuid import uuid4

from swarm.adapters.git.task_git import TaskGit
from swarm.agents import project_settings
from swarm.engine.egress import logins, placeholders
from swarm.engine.tasks import offline
from swarm.engine.tasks.resolved_wish import ResolvedWish
from swarm.model import events
from swarm.plan import own_caches, package_settings, planner, specs
from swarm.plan.briefing import briefing
from swarm.plan.naming import TaskNames, slug
from swarm.plan.plan_request import PlanRequest


def queued(
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
    environment = _environment(tasks)
    request = _request(tasks, environment, task_git, str(place or ""))
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


def _environment(tasks: ResolvedWish) -> dict[str, str]:
    return {
        **package_settings.environment(tasks.network),
        **own_caches.environment(
            tasks.caches, tasks.network, tasks.project.environment
        ),
        **placeholders.of(tasks.policy),
    }


def _request(
    tasks: ResolvedWish, environment: dict[str, str], task_git: TaskGit, worktree: str
) -> PlanRequest:
    """The plan's request; `worktree` is empty in the home's own place."""
    wish = tasks.wish
    chosen = tasks.agent.conversation.id == "chosen"
    return PlanRequest(
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
            *own_caches.mounts(tasks.caches),
        ),
        environment=environment,
        worktree=worktree,
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
