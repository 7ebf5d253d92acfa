"""What a new task is given: its options, then `swarm.toml`, then the settings."""

from dataclasses import replace

from swarm.adapters.git.repository import Repository
from swarm.config.schema import Config
from swarm.engine.egress.repository_project import TaskProject, for_task
from swarm.model.project import FILE, ProjectChoice
from swarm.model.toolchain import Toolchain
from swarm.plan.naming import HomePaths

_CARRIED_OUT = frozenset(
    {
        "agent",
        "build_args",
        "build_context",
        "build_target",
        "compose",
        "devcontainer",
        "dockerfile",
        "env_files",
        "environment",
        "extensions",
        "image",
        "packages",
        "ports",
        "service-container",
        "services",
        "setup",
        "stacks",
        "test",
    }
)


def for_new_task(paths: HomePaths, repository: Repository, commit: str) -> TaskProject:
    """What a new task is given of the file, with a note of what is not done yet."""
    found = for_task(paths, repository, commit)
    undone = [key for key in found.project.asking if key not in _CARRIED_OUT]
    if not undone:
        return found
    note = f"{FILE}: this version does nothing yet for {', '.join(undone)}"
    return replace(found, notes=(*found.notes, note))


def of_earlier_task(choice: ProjectChoice) -> TaskProject:
    """What an earlier task was given, for one that repeats it."""
    return TaskProject(choice, "", is_agreed=True, notes=())


def resolved(
    choice: ProjectChoice, agent: str, wanted: Toolchain, config: Config
) -> ProjectChoice:
    """The choice as the task's plan keeps it, with what the settings cover."""
    return replace(
        config.sandbox.covering(choice),
        agent=agent,
        stacks=wanted.stacks,
        packages=wanted.packages,
        image=wanted.image,
    )
