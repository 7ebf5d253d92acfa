"""Builds several images, two at a time; what they share is built first, and once."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from swarm.engine.host import agent_images, agent_recipe, images
from swarm.errors import SwarmError
from swarm.ports import Images

AT_ONCE = 2
"""More would only wait for one network and one disk."""

Tell = Callable[[str, str], None]
"""Takes an image's name and a line of its build."""


@dataclass(frozen=True, slots=True)
class Built:
    """How one build ended."""

    name: str
    reference: str = ""
    error: SwarmError | None = None
    is_bound: bool = False
    """The licence of what the image holds forbids to pass it on."""


def build_all(
    connect: Callable[[], Images], names: Iterable[str], tell: Tell
) -> Iterator[Built]:
    """Build the images and yield each as it ends; a failure stops no other.

    What several stand on comes first; if that fails, so do they. `connect` opens a
    connection for each build. Blocks for minutes; `tell` is called from other threads.
    """
    wanted = list(dict.fromkeys(names))
    engine = connect()
    for shared in shared_by(wanted):
        try:
            images.build(engine, shared, partial(tell, shared))
        except SwarmError as error:
            yield from (Built(name, error=error) for name in wanted)
            return
    left, ended = queue.SimpleQueue[str](), queue.SimpleQueue[Built]()
    for name in wanted:
        left.put(name)

    def work() -> None:
        engine = connect()
        while True:
            try:
                name = left.get_nowait()
            except queue.Empty:
                return
            ended.put(_built(engine, name, tell))

    # Daemons: a person who interrupts does not wait for what is being fetched.
    for _ in range(min(AT_ONCE, len(wanted))):
        threading.Thread(target=work, name="image build", daemon=True).start()
    for _ in wanted:
        yield ended.get()


def shared_by(names: Iterable[str]) -> list[str]:
    """What these images stand on, in the order in which it can be built."""
    found = dict[str, None]()
    for name in names:
        if name not in images.own():
            found["base"] = None
        head, toolchain = images.split_name(name)
        if toolchain.has_node:
            found[agent_images.NODE_LAYER] = None
        if head.startswith(agent_images.PREFIX):
            agents = agent_images.agents_of(head)
            found |= dict.fromkeys(images.below(agents, toolchain))
    return list(found)


def _built(engine: Images, name: str, tell: Tell) -> Built:
    try:
        reference = images.build(engine, name, partial(tell, name))
        is_bound = engine.label(reference, agent_recipe.LICENCE_LABEL) == "no"
    except SwarmError as error:
        return Built(name, error=error)
    return Built(name, reference, is_bound=is_bound)
