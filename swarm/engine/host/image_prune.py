"""Finds older images of agents that nothing needs, and removes them."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from swarm.agents import pins, registry
from swarm.engine.host import (
    agent_images,
    agent_recipe,
    build_failures,
    images,
    project_image,
    service_images,
    toolchain_image,
)
from swarm.errors import SwarmError, ToolError
from swarm.ports import ImageFacts, Images, Progress

_PREFIXES = (
    "swarm/agents/",
    "swarm/layers/",
    f"{toolchain_image.REPOSITORY}:",
    f"{project_image.REPOSITORY}:",
    f"swarm/{service_images.PREFIX}",
)


@dataclass(frozen=True, slots=True)
class Use:
    """The references that tasks of this home have in their plans."""

    planned: AbstractSet[str]
    """Of every task that is not removed; each may start again."""
    started: AbstractSet[str]
    """Of those that ran."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, and what was kept with the reason."""

    removed: tuple[ImageFacts, ...]
    kept: tuple[tuple[ImageFacts, str], ...]
    before: int
    """The bytes of all local images, layers counted once."""
    after: int


def older(
    found: Iterable[ImageFacts], use: Use
) -> tuple[list[ImageFacts], list[tuple[ImageFacts, str]]]:
    """Of swarm's images of agents: those that may go, and those that stay and why."""
    free: list[ImageFacts] = []
    kept: list[tuple[ImageFacts, str]] = []
    for image in sorted(found, key=lambda image: -image.created):
        if not image.reference.startswith(_PREFIXES) or _is_current(image.reference):
            continue
        if image.reference in use.planned:
            kept.append((image, "a task stands on it"))
        elif reason := _waits_for(image, use, [each for each, _ in kept]):
            kept.append((image, reason))
        else:
            free.append(image)
    return free, kept


def _is_current(reference: str) -> bool:
    try:
        return images.is_current(reference)
    except SwarmError:
        return False


def _waits_for(image: ImageFacts, use: Use, kept: list[ImageFacts]) -> str:
    """Why the last image before an update stays; empty if it need not.

    It stays until a task ran on the new one.
    """
    label = image.labels.get(agent_recipe.AGENTS_LABEL, "")
    for name in agent_images.versions(label):
        try:
            is_updated = pins.read(registry.user_folder(), name) is not None
            current = images.tag(f"{agent_images.PREFIX}{name}")
        except SwarmError:
            continue
        holds_same = any(_repository(each) == _repository(image) for each in kept)
        if is_updated and current not in use.started and not holds_same:
            return f"{name} was updated, and no task ran on the new image yet"
    return ""


def _repository(image: ImageFacts) -> str:
    return image.reference.partition(":")[0]


def older_here(
    engine: Images, use: Use
) -> tuple[list[ImageFacts], list[tuple[ImageFacts, str]]]:
    """`older` of the images that are here. ToolError."""
    here = [image for prefix in _PREFIXES for image in engine.tagged(prefix)]
    return older(here, use)


def prune(
    engine: Images,
    use: Use,
    progress: Progress,
    may_remove: Callable[[list[ImageFacts]], bool],
) -> Pruned:
    """Remove older images, if `may_remove` agrees; blocks. ToolError.

    What a container stands on stays. So does the work of builds of this moment; what
    killed ones left goes.
    """
    free, kept = older_here(engine, use)
    before = engine.layers_size()
    if not may_remove(free):
        return Pruned((), tuple(kept), before, before)
    removed: list[ImageFacts] = []
    for image in free:
        try:
            engine.untag(image.reference)
        except ToolError as error:
            kept.append((image, error.message))
            continue
        progress(f"removed {image.reference}")
        removed.append(image)
    engine.prune(agent_recipe.STAGE_LABEL, build_failures.STALE_SECONDS)
    return Pruned(tuple(removed), tuple(kept), before, engine.layers_size())
