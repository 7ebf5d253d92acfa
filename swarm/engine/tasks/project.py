"""What a new task is given: its options, then `swarm.toml`, then the settings."""

from dataclasses import replace
from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.config import agent_names, load
from swarm.config.schema import Config
from swarm.engine.egress.repository_project import TaskProject, for_task
from swarm.engine.host import project_image
from swarm.engine.host.images import HasImages
from swarm.errors import ConfigError, Refused, ToolError
from swarm.model.project import FILE, ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths

_CARRIED_OUT = frozenset(
    {
        "agent",
        "build_args",
        "build_context",
        "build_target",
        "devcontainer",
        "dockerfile",
        "environment",
        "image",
        "packages",
        "setup",
        "stacks",
    }
)
_NARROWING = ("protect", "hide")


def for_new_task(paths: HomePaths, repository: Repository, commit: str) -> TaskProject:
    """What a new task is given of the file, with a note of what is not done yet.

    Refused if it says what the agent may not see or write: nothing holds that yet.
    """
    found = for_task(paths, repository, commit)
    unheld = [key for key in _NARROWING if getattr(found.project, key)]
    if unheld:
        raise Refused(
            f"{FILE}: nothing in this version holds {' and '.join(unheld)}",
            hint="take the key out, and the paths out of the repository if need be",
        )
    undone = [key for key in found.project.asking if key not in _CARRIED_OUT]
    if not undone:
        return found
    note = f"{FILE}: this version does nothing yet for {', '.join(undone)}"
    return replace(found, notes=(*found.notes, note))


def of_earlier_task(choice: ProjectChoice) -> TaskProject:
    """What an earlier task was given, for one that repeats it."""
    return TaskProject(choice, "", is_agreed=True, notes=())


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


def own_image(
    engine: HasImages, repository: Repository, commit: str, given: TaskProject
) -> TaskProject:
    """The same with the reference of its own image, where it asks for one.

    ToolError if that is not built, ConfigError if its Dockerfile cannot be.
    """
    choice = given.project
    image_id = engine.image_id(choice.image) if choice.image else None
    found = project_image.wanted(image_id, repository, commit, choice)
    if found is None:
        return given
    if not found.reference or engine.image_id(found.reference) is None:
        raise ToolError(
            f"{FILE}: the project's image is not built at {commit[:12]}",
            hint="`swarm image project` builds it, and says what that runs",
        )
    named = replace(choice, image=found.reference, dockerfile="", devcontainer="")
    return replace(given, project=named)


def toolchain(choice: ProjectChoice, wish: NewTasks, config: Config) -> Toolchain:
    """What its image has beside the agent; PlanError names what there is not.

    Options count before the project's own image.
    """
    if choice.image and wish.stacks is None and wish.packages is None:
        return Toolchain(image=choice.image)
    stacks = wish.stacks if wish.stacks is not None else choice.stacks or None
    packages = wish.packages if wish.packages is not None else choice.packages or None
    return config.sandbox.toolchain(stacks, packages)


def resolved(choice: ProjectChoice, agent: str, wanted: Toolchain) -> ProjectChoice:
    """The choice as the task's plan keeps it."""
    return replace(
        choice,
        agent=agent,
        stacks=wanted.stacks,
        packages=wanted.packages,
        image=wanted.image,
    )
