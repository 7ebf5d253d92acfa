"""Offers to build the images that new tasks lack, with an estimate."""

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.cli import exit_codes, image, output
from swarm.cli.consent import agrees
from swarm.config import load
from swarm.engine.host import build_estimate, images
from swarm.engine.host.images import HasImages
from swarm.errors import SwarmError
from swarm.model.wishes import NewTasks


def offer(wish: NewTasks) -> bool:
    """Ask a person at the terminal, and build; True if all images are there now.

    False without a missing image, without a consent, or if a build failed, which is
    told.
    """
    engine = DockerImages()
    try:
        missing = of_wish(engine, wish)
        for name in missing:
            takes = build_estimate.estimate(engine, name)
            output.note(f"image {name} is not built: {takes}")
    except SwarmError:
        return False  # the keeper's own refusal says why
    finally:
        engine.close()
    if not missing:
        return False
    if not agrees("Build it now?" if len(missing) == 1 else "Build them now?"):
        return False
    return image.build(missing) == exit_codes.DONE


def of_wish(engine: HasImages, wish: NewTasks) -> list[str]:
    """The images of ours that the wish's tasks need and that are not built."""
    config = load.load(load.user_file())
    wanted = config.sandbox.toolchain(wish.stacks, wish.packages)
    agents = wish.agents or (registry.choose(wish.agent, wish.command, config.agent),)
    needed = dict.fromkeys(
        images.of_agent(registry.find(name), config.sandbox, wanted) for name in agents
    )
    return [
        name
        for name in needed
        if images.is_ours(name) and engine.image_id(images.tag(name)) is None
    ]
