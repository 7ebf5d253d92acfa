"""Offers to build the images that new tasks lack, with an estimate."""

from collections.abc import Iterator

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.cli import exit_codes, image, output
from swarm.cli.consent import agrees
from swarm.config import load
from swarm.config.schema import Config
from swarm.engine.host import build_estimate, images
from swarm.engine.host.images import HasImages
from swarm.engine.readers import task_tools
from swarm.engine.readers.task_tools import ToolChooser
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


def offer(paths: HomePaths, wish: NewTasks) -> bool:
    """Ask a person at the terminal, and build; True if all images are there now.

    False without a missing image, without a consent, or if a build failed, which is
    told.
    """
    engine = DockerImages()
    try:
        missing = of_wish(paths, engine, wish)
        for name in missing:
            takes = build_estimate.estimate(engine, name)
            output.note(f"image {name} is not built: {takes}")
    except SwarmError:
        return False  # the keeper's own refusal says why
    finally:
        engine.close()
    return bool(missing) and _built(missing)


def offer_named(names: list[str]) -> bool:
    """The same for images of these names, which are not built."""
    engine = DockerImages()
    try:
        for name in names:
            takes = build_estimate.estimate(engine, name)
            output.note(f"image {name} is not built: {takes}")
    finally:
        engine.close()
    return _built(names)


def _built(missing: list[str]) -> bool:
    if not agrees("Build it now?" if len(missing) == 1 else "Build them now?"):
        return False
    return image.build(missing) == exit_codes.DONE


def offer_tools(paths: HomePaths, wish: NewTasks) -> None:
    """Ask a person if the image with what the project's files tell of is to be built.

    Without it the tasks start all the same; a build that fails is told.
    """
    engine = DockerImages()
    try:
        found = of_files(paths, engine, wish)
    except SwarmError:
        return  # the keeper refuses the wish, and says why
    finally:
        engine.close()
    for sentence in found.values():
        output.note(safe_line(sentence))
    question = "Build it now? Without it, the task has no such tools."
    if found and agrees(question):
        try:
            image.build([*found])
        except SwarmError as error:
            output.note(f"it goes without: {safe_line(error.message)}")


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
