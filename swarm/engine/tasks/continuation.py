"""Has an ended task go on: the same id, files, home and conversation in a fresh box."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from swarm.adapters.git.repository import Repository
from swarm.agents import project_settings, registry
from swarm.agents.description import WAYS, Agent
from swarm.engine.context import EngineContext
from swarm.engine.egress import (
    logins,
    placeholders,
    policy_enforcement,
    repository_bring,
)
from swarm.engine.host import image_check, images, project_image
from swarm.engine.tasks import conversations, own_files
from swarm.errors import IllegalMove, PlanError, SwarmError
from swarm.model import agent_screen, events
from swarm.model.task import CONTINUABLE, Task
from swarm.model.wishes import Continue
from swarm.plan import planner, specs
from swarm.plan.briefing import briefing
from swarm.plan.plan_request import PlanRequest, check_words
from swarm.plan.specs import Plan
from swarm.policy.rules import Policy

GO_ON = (
    "Your sandbox was restarted in the middle of your work, and what ran in it has "
    "ended. Look at what is done and what is not, and go on."
)
"""What an agent is told if it was interrupted, or is to go on without a screen."""


_IN_WAY = {"screen": "on its own screen", "headless": "headless"}


def continue_task(context: EngineContext, wish: Continue) -> dict[str, Any]:
    """Queue the task to go on; the answer is the conversation's id.

    IllegalMove, with the way out, if there is nothing to go on with.
    """
    task = context.read().tasks.get(wish.task)
    if task.removed or task.state not in CONTINUABLE:
        state = "removed" if task.removed else str(task.state)
        raise IllegalMove(
            f"task {task.id} is {state}; only one that has ended goes on",
            hint=_way_out(task),
        )
    context.require_room(f"going on with task {task.id}")
    agent = registry.find(task.agent)
    go_on = _fresh if wish.fresh else with_conversation
    context.journal.record(task.id, go_on(context, agent, task, wish.prompt))
    return {"conversation": context.read().tasks.get(task.id).conversation}


def continue_interrupted(context: EngineContext, task_id: int) -> None:
    """Queue a task that was interrupted; one that cannot go on is told as stopped.

    The agent is told to go on, unless it was seen to wait for its human.
    """
    task = context.read().tasks.get(task_id)
    if not task.interrupted or task.state not in CONTINUABLE or task.removed:
        return
    waited = task.screen == agent_screen.READY
    prompt = "" if waited else GO_ON
    try:
        agent = registry.find(task.agent)
        goes_on = with_conversation(context, agent, task, prompt)
    except SwarmError as error:
        reason = f"{task.interrupted}, and it does not go on: {error.message}"
        failed = events.ContinueFailed("queue", reason, error.hint)
        context.journal.record(task_id, failed)
    else:
        context.journal.record(task_id, replace(goes_on, by="the keeper"))


def _way_out(task: Task) -> str:
    if task.removed or task.state.value in ("merged", "failed"):
        return f"start it anew: `swarm retry {task.id}`"
    if task.state.value == "rejected":
        return f"take the discard back first: `swarm restore {task.id}`"
    return f"see `swarm show {task.id}`"


def with_conversation(
    context: EngineContext, agent: Agent, task: Task, prompt: str
) -> events.TaskContinued:
    """The event by which it goes on with its conversation."""
    kind = agent.conversation.id
    fresh = (
        f"`swarm retry --continue --fresh {task.id}` starts it over the same files, "
        f"`swarm retry {task.id}` anew"
    )
    if kind == "none":
        raise IllegalMove(f"{agent.name} keeps no conversation to go on with", fresh)
    way = context.plan(task).way
    if way in WAYS and way not in agent.conversation.ways:
        ways = " and ".join(_IN_WAY[each] for each in agent.conversation.ways)
        raise IllegalMove(
            f"{agent.name} takes a conversation up {ways} alone, and task {task.id} "
            f"ran {_IN_WAY[way]}",
            fresh,
        )
    found = conversations.find(context, agent, task)
    if not found and not agent.conversation.last:
        raise IllegalMove(f"no conversation of task {task.id} is known", fresh)
    if kind == "chosen" and not conversations.is_begun(context, agent, task):
        # Nothing was said in it: it is begun now, by the id that it has.
        return _event(context, agent, task, found, prompt or task.prompt, begins=True)
    if not prompt and context.plan(task).way == "headless":
        prompt = GO_ON
    return _event(context, agent, task, found, prompt)


def _fresh(
    context: EngineContext, agent: Agent, task: Task, prompt: str
) -> events.TaskContinued:
    """The event by which it begins a new conversation over its files."""
    chosen = str(uuid4()) if agent.conversation.id == "chosen" else ""
    begun = _event(context, agent, task, chosen, prompt or task.prompt, begins=True)
    return replace(begun, is_fresh=True)


def _event(
    context: EngineContext,
    agent: Agent,
    task: Task,
    conversation: str,
    prompt: str,
    begins: bool = False,
) -> events.TaskContinued:
    if prompt:
        check_words(agent, prompt, _command(context, task))
    plan = _with_image(context, agent, context.plan(task))
    seen = image_check.look(
        context.containers, context.paths, image_check.stand_of(plan)
    )
    policy = policy_enforcement.resolve(context, task).policy
    plan, agent = _with_credentials(context, policy, plan, agent)
    repository = Repository.open(Path(task.repo), context.paths.home)
    bring = repository_bring.for_task(
        context.paths, repository, task.base, plan.project.hide
    ).brought
    request = PlanRequest(
        prompt=prompt,
        command=_command(context, task),
        conversation=conversation,
        resumes=not begins,
        briefing=briefing(
            policy,
            specs.WORKSPACE,
            bring.rules,
            plan.project.test,
            project_settings.rules(agent, plan.mode),
        ),
        brought=bring,
        own=own_files.for_task(context.config(), agent),
    )
    again = planner.restarted(plan, request, agent, context.config(), seen.traits.shell)
    return events.TaskContinued(
        plan=specs.to_json(again),
        conversation=conversation,
        prompt=prompt,
        types_prompt=bool(prompt) and again.delivery == "paste",
    )


def _with_credentials(
    context: EngineContext, policy: Policy, plan: Plan, agent: Agent
) -> tuple[Plan, Agent]:
    """Both with a key or a login that came after its first start; PlanError.

    What its home holds already stays: an agent may have read it.
    """
    environment = {**placeholders.of(policy), **plan.sandbox.environment}
    sandbox = replace(plan.sandbox, environment=environment)
    home, now = context.paths.home, context.clock()
    known = logins.logged_in(home, agent, environment, now)
    return replace(plan, sandbox=sandbox), known


def _command(context: EngineContext, task: Task) -> str | None:
    first = context.read().events.after(task=task.id, limit=1)[0].event
    assert isinstance(first, events.TaskQueued)
    return first.command or None


def _with_image(context: EngineContext, agent: Agent, plan: Plan) -> Plan:
    """The plan on the image that it had, or on the agent's of today if that is gone."""
    if context.containers.image_id(plan.sandbox.image) is not None:
        return plan
    if project_image.is_of_a_project(plan.sandbox.image):
        raise PlanError(
            f"the image of task {task_of(plan)} is gone: it was the project's own",
            hint="`swarm image project` builds today's; `swarm retry` takes it",
        )
    named = images.of_agent(
        agent, context.config().sandbox, images.toolchain_in(plan.sandbox.image)
    )
    image = images.reference(context.containers, named)
    if context.containers.image_id(image) is None:
        raise PlanError(
            f"the image of task {task_of(plan)} is gone, and today's is not built",
            hint=f"swarm image build {named}",
        )
    return replace(plan, sandbox=replace(plan.sandbox, image=image))


def task_of(plan: Plan) -> str:
    """The number of the plan's task, for a sentence."""
    return plan.sandbox.labels.get("swarm.task", "?")
