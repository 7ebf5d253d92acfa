"""Reads all that a wish for new tasks refers to, before any of them is queued."""

from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.base import Base, require_objects, resolve_base
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree.place import worktree_directory
from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.agents.starting import not_given
from swarm.config.own_files import OwnFiles
from swarm.config.schema import Config
from swarm.engine.context import EngineContext
from swarm.engine.egress import (
    budget,
    policy_resolver,
    repository_bring,
    repository_project,
    user_network,
)
from swarm.engine.egress.repository_bring import TaskBring
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.egress.repository_project import TaskProject
from swarm.engine.host import engine_trial, image_check, images
from swarm.engine.host.engine_kind import Here
from swarm.engine.host.image_check import Stand
from swarm.engine.readers import task_tools
from swarm.engine.tasks import (
    agent_settings,
    copies_room,
    covers,
    offline,
    own_caches,
    own_files,
    project,
)
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.model.user_network import UserNetwork
from swarm.model.wishes import NewTasks
from swarm.plan import agent_start, plan_request
from swarm.plan.host_facts import HostFacts, sandbox_user
from swarm.plan.own_caches import LentFolder
from swarm.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class ResolvedWish:
    """A wish for new tasks, and everything that it refers to."""

    wish: NewTasks
    prompt: str
    """The wish's, or its command's text."""
    agent: Agent
    config: Config
    repository: Repository
    base: Base
    policy: Policy
    host: HostFacts
    budget: tuple[int, float]
    """Tokens and dollars."""
    network: UserNetwork
    worktrees: Path | None
    """The directory of worktrees, if the settings name one."""
    bring: TaskBring
    """What user and repository bring to the agent."""
    own: OwnFiles
    """What of the user's own files its home gets."""
    caches: tuple[LentFolder, ...]
    """Of the user's package caches."""
    toolchain: Toolchain
    project: ProjectChoice
    mode: str
    """What the agent may do unasked."""
    notes: tuple[str, ...]
    """What its human should know of the project."""
    found_tools: str
    """What the project's files told of, and if it counts; empty if nobody looked."""


def resolve(
    context: EngineContext,
    wish: NewTasks,
    earlier: TaskProject | None = None,
    measure: own_caches.Measure = own_caches.measured,
) -> ResolvedWish:
    """Read what the tasks need; SwarmError if any of it is missing or wrong.

    `earlier` is another task's, which counts in place of what stands there now.
    `measure` looks at the user's package caches, which takes long for a large one.
    """
    config = context.config()
    copies_room.check_number(wish.copies)
    for task_id in wish.after:
        context.read().tasks.get(task_id)
    limits = budget.resolve(wish, config.budget)
    repository = Repository.open(Path(wish.repo), context.paths.home)
    base = resolve_base(repository, wish.base)
    require_objects(repository, base.commit)
    given = earlier or repository_project.for_task(
        context.paths, repository, base.commit
    )
    chooser = task_tools.ToolChooser(
        context.containers, repository, base.commit, given, wish, config
    ).with_own_image()
    given = chooser.given
    usual = (
        "" if wish.agent or wish.command else task_tools.agent_of(given.project, config)
    )
    agent = registry.find(registry.choose(wish.agent, wish.command, usual))
    prompt = wish.prompt or wish.command
    plan_request.check_words(agent, prompt, wish.command or None)
    home = context.paths.home
    worktrees = (
        worktree_directory(config.worktrees, repository, home)
        if config.worktrees
        else None
    )
    _, mode = agent_start.chosen_start(agent, config, wish.way, wish.mode)
    program = agent_start.program(agent, config, wish.way)
    tools = chooser.of(agent)
    wanted = tools.toolchain
    host = host_facts(context, agent, program, config, worktrees, wanted)
    subject = policy_resolver.PolicySubject(
        repository.root, base.commit, agent.name, preset=offline.preset(wish)
    )
    policy = policy_resolver.resolve(
        context.paths, subject, config.gate.preset, RepositoryPolicies(context.paths)
    ).policy
    choice = project.resolved(given.project, agent.name, wanted, config)
    notes = (
        *covers.notes_on_absent(repository, base.commit, choice, given.project),
        *agent_settings.notes_on_base(
            repository, base.commit, agent, mode, choice.hide
        ),
    )
    if wish.offline:
        offline.require_base(context, repository, base.commit, host, choice)
    caches, of_caches = own_caches.lent(config, host, measure)
    return ResolvedWish(
        wish=wish,
        prompt=prompt,
        agent=agent,
        config=config,
        repository=repository,
        base=base,
        policy=policy,
        host=host,
        budget=limits,
        network=user_network.current(),
        worktrees=worktrees,
        bring=_bring(context, repository, base.commit, agent, choice),
        own=own_files.for_task(config, agent),
        caches=caches,
        toolchain=wanted,
        project=choice,
        mode=mode,
        notes=(*given.notes, *notes, *of_caches),
        found_tools=tools.found,
    )


def _bring(
    context: EngineContext,
    repository: Repository,
    commit: str,
    agent: Agent,
    choice: ProjectChoice,
) -> TaskBring:
    found = repository_bring.for_task(context.paths, repository, commit, choice.hide)
    lacking = ", ".join(not_given(agent, found.brought))
    if not lacking:
        return found
    note = f"{agent.name} has no place for {lacking}: they are not given to it"
    return replace(found, notes=(*found.notes, note))


def host_facts(
    context: EngineContext,
    agent: Agent,
    program: str,
    config: Config,
    worktrees: Path | None,
    toolchain: Toolchain | None = None,
) -> HostFacts:
    """What the plan has to know of the machine and the image; refuses either.

    The toolchain is the config's if none is given.
    """
    here = Here(uid=context.uid, gid=context.gid)
    facts = engine_trial.require(
        context.containers, context.paths, config, here, worktrees
    )
    name = images.of_agent(agent, config.sandbox, toolchain)
    image = images.reference(context.containers, name)
    images.require(context.containers, images.tag("gate"))
    uid, gid = sandbox_user(context.uid, context.gid)
    on = engine_trial.host_facts(context.paths, facts, image, here)
    stand = Stand(
        image,
        f"{uid}:{gid}",
        program,
        config.sandbox.runtime,
        on.selinux,
        on.userns,
    )
    seen = image_check.look(context.containers, context.paths, stand)
    return replace(
        on,
        shell=seen.traits.shell,
        image_environment=seen.environment,
        image_volumes=seen.home_volumes,
    )
