"""Says what a task's wanted tools would change, and on which image it would stand."""

from dataclasses import dataclass
from pathlib import Path

from swarm.agents import registry
from swarm.config import load
from swarm.engine.host import build_estimate, images
from swarm.engine.host.images import HasImages
from swarm.engine.readers import project_change
from swarm.engine.readers.project_change import ProjectChange
from swarm.errors import PlanError
from swarm.model import project as stored_project
from swarm.model import wanted_tools
from swarm.model.task import Task
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


@dataclass(frozen=True, slots=True)
class WantedChange:
    """What would be added for one task."""

    names: tuple[str, ...]
    """What it wants and can have."""
    stacks: tuple[str, ...]
    packages: tuple[str, ...]
    project: ProjectChange


def of_task(paths: HomePaths, task: Task) -> WantedChange:
    """The change of `swarm.toml` that brings what a task wants; blocks for git.

    SwarmError if nothing of it can be had, or the file cannot be changed.
    """
    names = wanted_tools.can_be_had(task.wants)
    stacks, packages = project_change.tools_of(names)
    change = project_change.with_tools(paths, Path(task.repo), names)
    return WantedChange(names, stacks, packages, change)


def missing_image(
    queries: Queries,
    engine: HasImages,
    task: Task,
    more: tuple[tuple[str, ...], tuple[str, ...]],
) -> tuple[str, str]:
    """The image that a retry with more stacks and packages lacks, and a sentence.

    Both empty if it is there, or none of ours. SwarmError by the engine.
    """
    before = stored_project.of_plan(queries.tasks.plan(task.id))
    sandbox = load.load(load.user_file()).sandbox
    try:
        wanted = sandbox.toolchain(
            (*before.stacks, *more[0]), (*before.packages, *more[1])
        )
        name = images.of_agent(registry.find(task.agent), sandbox, wanted)
    except PlanError:
        return "", ""  # the keeper's refusal says why
    if not images.is_ours(name) or engine.image_id(images.tag(name)):
        return "", ""
    takes = build_estimate.estimate(engine, name)
    return name, f"its image is not built: `swarm image build {name}` ({takes})"
