"""Takes a wish for new tasks in: everything is resolved before anything is queued."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.task_git import TaskGit
from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.egress import budget, policy_resolver
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.host import images
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.task import COPIES_LIMIT
from swarm.plan import planner as planning
from swarm.plan import specs
from swarm.plan.naming import TaskNames, slug
from swarm.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class NewTasks:
    """A wish for new tasks, parsed."""

    repo: Path
    prompt: str
    command: str | None
    agent: str
    name: str
    base: str
    copies: int
    after: tuple[int, ...]
    budget: tuple[int, float]
    """Tokens and dollars."""


def new(context: EngineContext, body: dict[str, Any]) -> dict[str, Any]:
    """Queue the tasks that a wish asks for and answer their ids; all or none."""
    return _queue(context, _parsed(context, body), body, None)


def retry(context: EngineContext, task_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Queue a new task with the same prompt, agent and base branch as it is now."""
    task = context.read().tasks.get(task_id)
    first = context.read().events.after(task=task_id, limit=1)[0].event
    assert isinstance(first, events.TaskQueued)
    order = NewTasks(
        repo=Path(task.repo),
        prompt=task.prompt,
        command=first.command or None,
        agent=task.agent,
        name=task.name,
        base=task.base_ref,
        copies=1,
        after=(),
        budget=(first.budget_tokens, first.budget_dollars),
    )
    return _queue(context, order, body, task_id)


def _parsed(context: EngineContext, body: dict[str, Any]) -> NewTasks:
    command = body.get("command") or None
    agent = body.get("agent") or ("command" if command else context.config().agent)
    if not agent:
        raise PlanError(
            "no agent was chosen",
            hint=f"use --agent ({', '.join(registry.names())}) or --run COMMAND, "
            "or set `agent` in the config",
        )
    copies = int(body.get("copies") or 1)
    if not 1 <= copies <= COPIES_LIMIT:
        raise PlanError(f"{copies} copies: it must be 1 to {COPIES_LIMIT}")
    after = tuple(int(i) for i in body.get("after") or ())
    for task_id in after:
        context.read().tasks.get(task_id)
    prompt = str(body.get("prompt") or "") or (command or "")
    return NewTasks(
        repo=Path(str(body["repo"])),
        prompt=prompt,
        command=command,
        agent=agent,
        name=str(body.get("name") or ""),
        base=str(body.get("base") or ""),
        copies=copies,
        after=after,
        budget=budget.wanted(body, context.config().budget),
    )


def _queue(
    context: EngineContext, order: NewTasks, body: dict[str, Any], retry_of: int | None
) -> dict[str, Any]:
    config = context.config()
    agent = registry.find(order.agent)
    planning.check_words(agent, order.prompt, order.command)
    repository = Repository.open(order.repo, context.places.home)
    base = repository.resolve_base(order.base)
    at = planning.HostFacts(
        places=context.places,
        image=images.reference(context.sandboxes, agent.image or config.sandbox.image),
        seccomp=images.seccomp_profile(),
        uid=context.uid,
        gid=context.gid,
    )
    images.reference(context.sandboxes, "gate")
    subject = policy_resolver.PolicySubject(repository.root, base.commit, agent.name)
    policy = policy_resolver.resolve(
        context.places, subject, config.gate.preset, RepositoryPolicies(context.places)
    ).policy
    title = slug(order.name or order.prompt)
    group = title if order.copies > 1 else ""

    def queued(task_id: int, copy: int) -> events.TaskQueued:
        name = f"{title}/{copy}" if group else title
        names = TaskNames(context.places.tag, task_id, name)
        request = planning.PlanRequest(
            prompt=order.prompt,
            command=order.command,
            mounts=TaskGit(
                repository, context.places, task_id, names.branch, base.commit
            ).mounts(),
            environment=_placeholders(policy),
        )
        plan = planning.make(names, request, agent, config, at)
        return events.TaskQueued(
            name=name,
            repo=str(repository.root),
            agent=agent.name,
            prompt=order.prompt,
            command=order.command or "",
            base_ref=base.ref,
            base=base.commit,
            target=base.target,
            branch=names.branch,
            plan=specs.to_json(plan),
            after=order.after,
            group=group,
            retry_of=retry_of,
            budget_tokens=order.budget[0],
            budget_dollars=order.budget[1],
        )

    makes = [partial(queued, copy=copy) for copy in range(1, order.copies + 1)]
    tasks = context.journal.queue_all(makes, wish=body.get("wish"))
    return {"tasks": [task.id for task in tasks]}


def _placeholders(policy: Policy) -> dict[str, str]:
    """Worthless values for the variables that stand for secrets; a task has its own."""
    return {
        secret.placeholder: f"swarm-placeholder-{token_hex(16)}"
        for secret in policy.secrets
        if secret.placeholder
    }
