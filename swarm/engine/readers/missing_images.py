"""Which images of ours new tasks lack: not built, or with what the files tell of."""

from collections.abc import Iterator

from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.host import images
from swarm.engine.host.images import HasImages
from swarm.engine.readers import task_tools
from swarm.engine.readers.task_tools import ToolChooser
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


def of_wish(paths: HomePaths, engine: HasImages, wish: NewTasks) -> list[str]:
    """The images of ours that the wish's tasks need and that are not built.

    SwarmError as the keeper would refuse the wish.
    """
    config = load.load(load.user_file())
    chooser = task_tools.chooser(paths, engine, wish, config)
    needed = dict.fromkeys(
        images.of_agent(agent, config.sandbox, chooser.of(agent).toolchain)
        for agent in _agents(wish, chooser, config)
    )
    return [
        name
        for name in needed
        if images.is_ours(name) and engine.image_id(images.tag(name)) is None
    ]


def of_files(paths: HomePaths, engine: HasImages, wish: NewTasks) -> dict[str, str]:
    """The images with what the project's files tell of that are not built.

    Each with a sentence. SwarmError as `of_wish`.
    """
    config = load.load(load.user_file())
    chooser = task_tools.chooser(paths, engine, wish, config)
    if not chooser.is_open:
        return {}
    found = [chooser.of(agent) for agent in _agents(wish, chooser, config)]
    return {each.lacking: each.found for each in found if each.lacking}


def _agents(wish: NewTasks, chooser: ToolChooser, config: Config) -> Iterator[Agent]:
    usual = task_tools.agent_of(chooser.given.project, config)
    chosen = wish.agents or (registry.choose(wish.agent, wish.command, usual),)
    yield from map(registry.find, chosen)
