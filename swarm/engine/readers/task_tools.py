"""Decides what a new task's image has: its options, `swarm.toml`, settings, files.

The keeper and the front ends ask here, so that what is shown is what is made.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.base import resolve_base
from swarm.adapters.git.repository import Repository
from swarm.agents.description import Agent
from swarm.config import agent_names, load
from swarm.config.schema import Config
from swarm.engine.egress.repository_project import TaskProject, for_task
from swarm.engine.host import build_estimate, images, project_image
from swarm.engine.host.images import HasImages
from swarm.engine.readers import project_detection
from swarm.errors import ConfigError, PlanError, ToolError
from swarm.model.detected import Detected
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import Toolchain
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


@dataclass(frozen=True, slots=True)
class TaskTools:
    """What one agent's image has, and what the files of the project told of it."""

    toolchain: Toolchain
    found: str = ""
    """What files told of where nobody named any, and if it counts; one sentence."""
    lacking: str = ""
    """The image that would have it, and is not built; the task goes without."""


@dataclass(frozen=True, slots=True)
class ToolChooser:
    """Chooses for one repository, commit and wish."""

    engine: HasImages
    repository: Repository
    commit: str
    given: TaskProject
    """Of `swarm.toml`; its own image by reference, after `with_own_image`."""
    wish: NewTasks
    config: Config

    def of(self, agent: Agent) -> TaskTools:
        """The tools of the agent's tasks; PlanError names what there is not.

        What the files tell of counts only if nobody named anything, and an image with
        it is there: a build takes minutes, and nobody asked for one.
        """
        named = toolchain(self.given.project, self.wish, self.config)
        if named or not self.is_open:
            return TaskTools(named)
        detected = project_detection.at_commit(self.repository, self.commit)
        choice = detected.choice
        try:
            wanted = self.config.sandbox.toolchain(choice.stacks, choice.packages)
            name = images.of_agent(agent, self.config.sandbox, wanted)
        except PlanError:
            return TaskTools(named)  # the image is the user's own
        if not wanted:
            return TaskTools(named)
        words = _words(detected)
        if self.engine.image_id(images.tag(name)):
            return TaskTools(wanted, f"its image has {words}, as the files tell")
        takes = build_estimate.estimate(self.engine, name)
        found = (
            f"the files tell of {words}, which its image has not: "
            f"`swarm image build {name}` ({takes}), and `swarm init` to settle it"
        )
        return TaskTools(named, found, name)

    def with_own_image(self) -> "ToolChooser":
        """The same with the reference of the project's own image, if that counts.

        What project or settings hide is not in it. ToolError if that is not built,
        ConfigError if its Dockerfile cannot be.
        """
        if self.wish.names_tools:
            return self
        choice = self.config.sandbox.covering(self.given.project)
        image = project_image.chosen(
            self.engine.image_id, self.repository, self.commit, choice
        )
        if image is None:
            return self
        if not image.reference or self.engine.image_id(image.reference) is None:
            raise ToolError(
                f"{FILE}: the project's image is not built at {self.commit[:12]}",
                hint="`swarm image project` builds it, and says what that runs",
            )
        named = replace(
            self.given.project, image=image.reference, dockerfile="", devcontainer=""
        )
        return replace(self, given=replace(self.given, project=named))

    @property
    def is_open(self) -> bool:
        """True if neither a human nor the project has said anything of tools."""
        return not self.wish.names_tools and not self.given.digest


def chooser(
    paths: HomePaths, engine: HasImages, wish: NewTasks, config: Config
) -> ToolChooser:
    """The chooser of a wish for new tasks; blocks for some git processes.

    SwarmError as the keeper would refuse the wish.
    """
    repository = Repository.open(Path(wish.repo), paths.home)
    commit = resolve_base(repository, wish.base).commit
    given = for_task(paths, repository, commit)
    return ToolChooser(engine, repository, commit, given, wish, config).with_own_image()


def agent_of(choice: ProjectChoice, config: Config) -> str:
    """The agent of a task that names none; ConfigError if there is none of its name."""
    if not choice.agent:
        return config.agent
    place: Path = load.user_file().with_name("agents")
    if problem := agent_names.unknown(choice.agent, place):
        raise ConfigError(
            f"{FILE}: agent: {problem}", hint="`--agent NAME` counts before it"
        )
    return choice.agent


def toolchain(choice: ProjectChoice, wish: NewTasks, config: Config) -> Toolchain:
    """What its image has beside the agent; PlanError names what there is not.

    Options count before the project's own image.
    """
    if choice.image and not wish.names_tools:
        return Toolchain(image=choice.image)
    stacks = wish.stacks if wish.stacks is not None else choice.stacks or None
    packages = wish.packages if wish.packages is not None else choice.packages or None
    return config.sandbox.toolchain(stacks, packages)


def _words(detected: Detected) -> str:
    """`libpq-dev (psycopg2 in pyproject.toml), python (pyproject.toml)`."""
    names = sorted({*detected.choice.packages, *detected.choice.stacks})
    first = {
        reason.value: reason.because
        for reason in reversed(detected.reasons)
        if reason.key in ("stacks", "packages")
    }
    return ", ".join(f"{name} ({safe_line(first[name], 80)})" for name in names)
