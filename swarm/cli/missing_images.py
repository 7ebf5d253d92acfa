"""Offers to build the images that new tasks lack, with an estimate."""

from swarm.adapters.docker import DockerImages
from swarm.cli import exit_codes, image, output
from swarm.cli.consent import agrees
from swarm.engine.host import build_estimate
from swarm.engine.readers import missing_images
from swarm.errors import SwarmError
from swarm.model.safe_text import safe_line
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


def offer(paths: HomePaths, wish: NewTasks, is_wanted: bool = False) -> bool:
    """Ask a person at the terminal, and build; True if all images are there now.

    Nobody is asked if it `is_wanted` already.

    False without a missing image, without a consent, or if a build failed, which is
    told.
    """
    engine = DockerImages()
    try:
        missing = missing_images.of_wish(paths, engine, wish)
        _tell(engine, missing)
    except SwarmError:
        return False  # the keeper's own refusal says why
    finally:
        engine.close()
    return bool(missing) and _built(missing, is_wanted)


def offer_named(names: list[str]) -> bool:
    """Ask a person, and build these images, which are absent; True if all are now."""
    engine = DockerImages()
    try:
        _tell(engine, names)
    finally:
        engine.close()
    return _built(names)


def _tell(engine: DockerImages, missing: list[str]) -> None:
    for name in missing:
        takes = build_estimate.estimate(engine, name)
        output.note(f"image {name} is not built: {takes}")


def _built(missing: list[str], is_wanted: bool = False) -> bool:
    if not is_wanted and not agrees(
        "Build it now?" if len(missing) == 1 else "Build them now?"
    ):
        return False
    return image.build(missing) == exit_codes.DONE


def offer_tools(paths: HomePaths, wish: NewTasks, is_wanted: bool = False) -> None:
    """Ask a person if the image with what the project's files tell of is to be built.

    Without it the tasks start all the same; a build that fails is told.
    """
    engine = DockerImages()
    try:
        found = missing_images.of_files(paths, engine, wish)
    except SwarmError:
        return  # the keeper refuses the wish, and says why
    finally:
        engine.close()
    for sentence in found.values():
        output.note(safe_line(sentence))
    question = "Build it now? Without it, the task has no such tools."
    if found and (is_wanted or agrees(question)):
        try:
            image.build([*found])
        except SwarmError as error:
            output.note(f"it goes without: {safe_line(error.message)}")
