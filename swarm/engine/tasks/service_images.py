"""The images of a task's services: found, built by a recipe, or fetched."""

import threading
from collections.abc import Callable, Mapping

from swarm.engine.context import EngineContext
from swarm.engine.host import images, service_images
from swarm.errors import PlanError
from swarm.model import events
from swarm.model.project import ServiceContainer
from swarm.model.safe_text import safe_line
from swarm.model.service_recipe import recipe
from swarm.plan.service_containers import ServiceImage

_MAKING = threading.Lock()
"""One image at a time: two tasks may want the same."""


def require(
    context: EngineContext,
    task_id: int,
    wanted: Mapping[str, ServiceContainer],
    note: Callable[[str], None],
) -> dict[str, ServiceImage]:
    """The image of each service; one that is not there is made, in minutes.

    SwarmError if it cannot be had; `note` is called with each line of its making.
    """
    found = {}
    for name, service in wanted.items():
        if not service.recipe:
            raise PlanError(
                f"the service {name}: this version runs no image of yours",
                hint="take a `recipe`",
            )
        found[name] = _of_recipe(context, task_id, name, service.recipe, note)
    return found


def _of_recipe(
    context: EngineContext,
    task_id: int,
    name: str,
    wanted: str,
    note: Callable[[str], None],
) -> ServiceImage:
    image = f"{service_images.PREFIX}{recipe(wanted).name}"
    full = images.tag(image)
    if context.containers.image_id(full) is None:
        context.journal.record(task_id, events.ServicePreparing(name, image))
        with _MAKING:
            images.build(context.images, image, lambda line: note(safe_line(line, 200)))
    return ServiceImage(full)
