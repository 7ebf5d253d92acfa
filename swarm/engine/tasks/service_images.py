"""The images of a task's services: found, built by a recipe, or fetched."""

from collections.abc import Mapping

from swarm.engine.context import EngineContext
from swarm.engine.host import images, service_images
from swarm.engine.host.build_sharing import SHARED
from swarm.errors import ToolError
from swarm.model import events
from swarm.model.health_check import as_shell_command
from swarm.model.project import ServiceContainer
from swarm.model.safe_text import safe_line
from swarm.model.service_recipe import RECIPES, recipe
from swarm.plan.service_containers import ServiceImage
from swarm.ports import Progress

PULL_SECONDS = 120.0
"""The longest silence of a registry."""
_NAME_HINT = "its `image` in swarm.toml or the compose file is a name as `redis:7` is"


def require(
    context: EngineContext,
    task_id: int,
    wanted: Mapping[str, ServiceContainer],
    note: Progress,
) -> dict[str, ServiceImage]:
    """The image of each service; one that is not there is made or fetched, in minutes.

    SwarmError if it cannot be had; `note` is called with each line of its making.
    """
    return {
        name: _of_recipe(context, task_id, name, service.recipe, note)
        if service.recipe
        else _of_user(context, task_id, name, service.image, note)
        for name, service in wanted.items()
    }


def _of_recipe(
    context: EngineContext, task_id: int, name: str, wanted: str, note: Progress
) -> ServiceImage:
    image = f"{service_images.PREFIX}{recipe(wanted).name}"
    full = images.tag(image)
    if context.containers.image_id(full) is None:
        context.journal.record(task_id, events.ServicePreparing(name, image))
        images.build(context.images, image, lambda line: note(safe_line(line, 200)))
    return ServiceImage(full)


def _of_user(
    context: EngineContext, task_id: int, name: str, image: str, note: Progress
) -> ServiceImage:
    """What the image says of itself; it stays the one of that id until the start."""
    try:
        found = context.containers.image_config(image)
    except ToolError as error:
        words = safe_line(error.message, 400)
        raise ToolError(f"the service {name}: {words}", hint=_NAME_HINT) from error
    if found is None:
        context.journal.record(task_id, events.ServicePreparing(name, image))
        _fetch(context, name, image, note)
        found = context.containers.image_config(image)
    if found is None:
        raise ToolError(f"the service {name}: the image {image} was just removed")
    return ServiceImage(
        found.id,
        found.entrypoint,
        found.command,
        found.volumes,
        as_shell_command(found.health),
    )


def _fetch(context: EngineContext, name: str, image: str, note: Progress) -> None:
    try:
        with SHARED.of(image, context.images):
            context.images.fetch(
                image, PULL_SECONDS, lambda line: note(safe_line(line, 200))
            )
    except ToolError as error:
        raise ToolError(
            f"the service {name}: {safe_line(error.message, 400)}", hint=_way_out(image)
        ) from error


def _way_out(image: str) -> str:
    known = next((each for each in RECIPES if each in image.rpartition("/")[2]), "")
    pull = f"`docker pull {image}` or `docker load` it by yourself"
    if not known:
        return pull
    return f'{pull}; `recipe = "{known}"` in swarm.toml needs no registry'
