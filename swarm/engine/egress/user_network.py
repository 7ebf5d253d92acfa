"""Knows the user's own network: the one reading that all of the engine uses."""

import functools
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from swarm.adapters.docker import DockerImages
from swarm.adapters.environment import copy_of
from swarm.adapters.user_network import defaults, parent_proxy, reading
from swarm.engine.host import image_registries, images
from swarm.model.user_network import DOWNLOADS, ParentProxy, UserNetwork
from swarm.policy import services

WAY_OUT = "name it in the tool's own settings, or with [[allow]]"
LOOK_SECONDS = 3.0
"""Seconds after which an edit of the user's settings is seen at the latest."""
OF_SYSTEMS = ("apt", "apk")
"""Tools that a machine has or has not, as its system is."""


def current(upstream: str = parent_proxy.AUTO) -> UserNetwork:
    """The user's own network as the files say now; `upstream` is the gate's setting.

    The first call in a process blocks about a second, while the tools are asked for
    their defaults; further ones read a few small files and the labels of our images.
    """
    home = _home()
    public = {**_of_images(), **defaults.ask(os.environ, home)}
    _learned.update(public)
    found = reading.read(copy_of(os.environ), home, public)
    setting = parent_proxy.read(os.environ, upstream)
    return replace(
        found, proxy=setting.proxy, problems=(*found.problems, *setting.problems)
    )


_learned: dict[str, tuple[str, ...]] = {}
"""The public defaults that `current` has asked for in this process."""


class NetworkStamp:
    """A value that changes when the user's settings name other registries.

    The files are read at most every `LOOK_SECONDS`, which takes milliseconds; no tool
    is asked.
    """

    def __init__(self) -> None:
        self._value: object = None
        self._next_look = 0.0

    def at(self, now: float) -> object:
        """The value at a time of a clock that only goes forward."""
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._value = reading.read(copy_of(os.environ), _home(), _learned)
        return self._value


def proxy(upstream: str) -> ParentProxy | None:
    """The parent proxy that the gate goes out through, without its password."""
    return parent_proxy.read(os.environ, upstream).proxy


def warnings(network: UserNetwork, names: Iterable[str]) -> Iterator[str]:
    """What a human should know of the user's network and these services, in sentences.

    Settings that could not be read, and defaults that are not known on this machine.
    """
    yield from network.problems
    unknown = _unknown_tools(network, names)
    if unknown:
        yield (
            f"where {', '.join(unknown)} fetch from by default is not known on "
            f"this machine; {WAY_OUT}"
        )
    of_cargo = [r for r in network.registries if r.tool == "cargo"]
    if any(r.is_default for r in of_cargo) and not any(
        r.scope == DOWNLOADS for r in of_cargo
    ):
        yield (
            "where cargo downloads from is known once it has fetched on this machine "
            f"(`cargo fetch` in any project); until then {WAY_OUT}"
        )


def _unknown_tools(network: UserNetwork, names: Iterable[str]) -> tuple[str, ...]:
    """The tools of these services of which nothing is known, and no sibling either.

    The tools of another kind of machine are left out: apk on one with apt.
    """
    endpoints, shipped = network.endpoints(), services.catalogue()
    unknown = dict[str, None]()
    for name in names:
        tools = services.tools(shipped[name])
        if not any(tool in endpoints or tool in OF_SYSTEMS for tool in tools):
            unknown |= dict.fromkeys(tools[:1])
    return tuple(unknown)


def _of_images() -> dict[str, tuple[str, ...]]:
    """The public defaults of the tools in the images of ours that are built.

    An image that is built meanwhile counts within a minute.
    """
    minute = int(time.monotonic() // 60)
    return _recorded(minute, os.environ.get("DOCKER_HOST", ""))


@functools.lru_cache(maxsize=1)
def _recorded(_minute: int, _engine: str) -> dict[str, tuple[str, ...]]:
    with closing(DockerImages()) as engine:
        return image_registries.recorded(engine, images.telling_registries())


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A uid without an entry, and no HOME: such a user has no files of its own.
        return Path("/nonexistent")
