"""Finds out what a new task of each agent would stand on, before it is made."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from swarm.adapters.git import agent_settings, tree_at, user_refs
from swarm.adapters.git.worktree import covers, misread_covers
from swarm.agents import project_settings, registry
from swarm.agents.description import MODES, Agent
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.egress import policy_resolver, repository_project
from swarm.engine.egress.policy_resolver import PolicySubject
from swarm.engine.egress.repository_policy import RepositoryPolicies
from swarm.engine.host import build_estimate, images
from swarm.engine.host.images import HasImages
from swarm.engine.readers import agent_secrets, project_image, setup_base
from swarm.engine.readers.project_image import AskedProject
from swarm.engine.readers.task_tools import TaskTools, ToolChooser
from swarm.errors import PlanError, Refused
from swarm.model import cover_text
from swarm.model.covers import Wanted
from swarm.model.format import size
from swarm.model.project import ProjectChoice
from swarm.model.standing import NETWORKS, Standing
from swarm.model.wishes import NewTasks
from swarm.plan import service_containers
from swarm.plan.host_facts import sandbox_user
from swarm.plan.naming import HomePaths
from swarm.plan.specs import OFFLINE_PRESET


def standings(
    paths: HomePaths,
    repo: Path | None,
    engine: HasImages,
    wish: NewTasks | None = None,
) -> dict[str, Standing]:
    """What a task of each agent in the repository would stand on; blocks.

    For a wish, its options, `swarm.toml` and the project's files count, as the keeper
    would have it; else the settings alone.
    ConfigError if a settings or policy file has a mistake, ToolMissing without engine.
    """
    config = load.load(load.user_file())
    asked = project_image.of_wish(paths, engine, wish) if wish else None
    lacking = asked.missing if asked and asked.found.is_agreed else None
    chooser = _chooser(asked, engine, wish, config) if asked and wish else None
    usual = chooser.given.project.agent if chooser else ""
    repositories = RepositoryPolicies(paths)
    base = repositories.head(repo) if repo else ""
    covered, fault = _covers(chooser, config)
    preset = OFFLINE_PRESET if wish and wish.offline else config.gate.preset
    found: dict[str, Standing] = {}
    services = _services(chooser, config)
    setup_look = _SetupLook(paths, engine, chooser, config)
    settings_look = _SettingsLook(chooser, config)
    for name in registry.names():
        try:
            agent = registry.find(name)
            tools = chooser.of(agent) if chooser and lacking is None else None
            toolchain = tools.toolchain if tools else None
            image = images.of_agent(agent, config.sandbox, toolchain)
            image_problem = _image_problem(engine, image)
        except PlanError as error:
            found[name] = Standing(name, problem=error.message)
            continue
        if problem := agent.unavailable or fault:
            found[name] = Standing(name, problem=problem)
            continue
        subject = PolicySubject(repo or Path(), base, name)
        policy = policy_resolver.resolve(paths, subject, preset, repositories).policy
        key, key_problem = agent_secrets.key_of(paths, agent, policy.secrets)
        builds = _builds(image, image_problem, tools)
        if lacking:
            image, builds = lacking.name, (lacking.name,)
            image_problem = f"the project's own image is not built: {lacking.made_from}"
        is_ours_missing = bool(image_problem) and lacking is None
        setup, no_offline = setup_look.of(image, tools)
        own, no_low_mode = settings_look.of(agent)
        found[name] = Standing(
            agent=name,
            key=key,
            key_problem=key_problem,
            image=image,
            image_problem=image_problem,
            network=NETWORKS[preset],
            version=agent.image.version,
            modes=tuple(mode for mode in MODES if mode in agent.mode),
            image_minutes=_minutes(engine, image) if is_ours_missing else 0,
            builds=builds,
            build_minutes=sum(_minutes(engine, each) for each in builds),
            tools=tools.found if tools else "",
            services=services,
            covers=covered,
            setup=setup,
            own_settings=own,
            no_low_mode=no_low_mode,
            no_offline=no_offline,
            not_used=asked.not_used if asked else "",
            own_image=lacking.name if lacking else "",
            is_project_s=name == usual,
        )
    return found


def _chooser(
    asked: AskedProject, engine: HasImages, wish: NewTasks, config: Config
) -> ToolChooser:
    """The chooser of a wish; without the project's own image while that lacks."""
    given = repository_project.task_project(asked.found)
    chooser = ToolChooser(engine, asked.repository, asked.commit, given, wish, config)
    is_lacking = asked.missing and asked.found.is_agreed
    return chooser if is_lacking else chooser.with_own_image()


def _services(chooser: ToolChooser | None, config: Config) -> str:
    """The services beside a task, which count on top of its sandbox's memory."""
    names = sorted(chooser.given.project.service_container) if chooser else []
    if not names:
        return ""
    each = min(service_containers.MEMORY, config.sandbox.memory)
    taken = size(len(names) * each)
    return f"beside it {', '.join(names)}: up to {taken} of memory more"


class _SetupLook:
    """Tells what becomes of the project's set-up, for one image after another."""

    def __init__(
        self,
        paths: HomePaths,
        engine: HasImages,
        chooser: ToolChooser | None,
        config: Config,
    ) -> None:
        self._paths, self._engine = paths, engine
        given = chooser.given.project if chooser else ProjectChoice()
        self._choice = config.sandbox.covering(given)
        self._repo = str(chooser.repository.root) if chooser else ""
        self._files = (
            setup_base.files_at(chooser.repository.git, chooser.commit, given)
            if chooser and given.setup
            else {}
        )
        self._history = (
            partial(user_refs.is_in_history, chooser.repository, chooser.commit)
            if chooser
            else lambda _: False
        )

    def of(self, image: str, tools: TaskTools | None) -> tuple[str, str]:
        """The sentence, and why no task can begin offline; empty without a set-up."""
        if tools is None:
            return "", ""
        uid, gid = sandbox_user(os.getuid(), os.getgid())
        wanted = tools.toolchain
        choice = replace(self._choice, stacks=wanted.stacks, packages=wanted.packages)
        full = images.tag(image) if images.is_ours(image) else image
        subject = setup_base.Subject(
            self._repo, self._files, full, f"{uid}:{gid}", choice
        )
        words, refusal = setup_base.standing(
            self._paths, self._engine.image_id, subject, self._history
        )
        return words, refusal.message if refusal else ""


def _covers(chooser: ToolChooser | None, config: Config) -> tuple[str, str]:
    """What a task's agent may not write or see, and why no task can have that."""
    given = chooser.given.project if chooser else ProjectChoice()
    choice = config.sandbox.covering(given)
    wanted = Wanted(choice.protect, choice.hide)
    try:
        if chooser:
            git = chooser.repository.git
            needed = covers.resolve(git, chooser.commit, wanted)
            misread_covers.refuse(git, chooser.commit, needed)
    except Refused as refusal:
        return "", refusal.message
    return "; ".join(cover_text.lines(wanted)), ""


class _SettingsLook:
    """Tells what the repository has for one agent after another to obey."""

    def __init__(self, chooser: ToolChooser | None, config: Config) -> None:
        self._chooser = chooser
        given = chooser.given.project if chooser else ProjectChoice()
        self._hidden = config.sandbox.covering(given).hide
        self._at_root = (
            tree_at.names_at_root(chooser.repository.git, chooser.commit)
            if chooser
            else frozenset[str]()
        )

    def of(self, agent: Agent) -> tuple[str, str]:
        """What of it, with what becomes of that, and why no mode below `full` holds.

        Most repositories have nothing of most agents, which takes no git process.
        """
        wanted = {
            path: pattern
            for path, pattern in project_settings.watched_below_full(
                agent, self._hidden
            ).items()
            if path.partition("/")[0] in self._at_root
        }
        if self._chooser is None or not wanted:
            return "", ""
        git, commit = self._chooser.repository.git, self._chooser.commit
        found = agent_settings.in_commit(git, commit, wanted)
        if not found:
            return "", ""
        if project_settings.is_refused(agent):
            refusal = project_settings.refusal(agent, found)
            return f"{refusal.message}: {refusal.hint}", refusal.message
        return project_settings.note(agent, found), ""


def _minutes(engine: HasImages, image: str) -> int:
    """About how long the image takes to build, with what is missing below it."""
    if not images.is_ours(image):
        return 0
    return build_estimate.estimate(engine, image).minutes


def _builds(image: str, image_problem: str, tools: TaskTools | None) -> tuple[str, ...]:
    """What can be built; where one has what the files tell of, no other is needed."""
    if tools and tools.lacking:
        return (tools.lacking,)
    return (image,) if image_problem and images.is_ours(image) else ()


def _image_problem(engine: HasImages, image: str) -> str:
    is_ours = images.is_ours(image)
    if engine.image_id(images.tag(image) if is_ours else image):
        return ""
    if is_ours:
        return f"image {image} is not built: `swarm image build {image}`"
    return f"image {image} is not here: `docker pull {image}`"
