"""Gives each folder's project the version that it pins, if a box can have it."""

from collections.abc import Iterable
from dataclasses import dataclass

from swarm.config.detection import node_version, python_version
from swarm.config.detection.commands import FolderLook
from swarm.config.detection.pins import pins
from swarm.config.detection.tree import Tree
from swarm.model.detected import Pin


@dataclass(frozen=True, slots=True)
class Chosen:
    """The looks at folders, with commands for the versions that are taken."""

    looks: tuple[FolderLook, ...]
    pins: tuple[Pin, ...]
    unmet: tuple[Pin, ...]
    """Those to tell of if the stack has another version: nothing else meets them."""
    wheels: tuple[str, ...] = ()
    """Versions of Node that set-ups fetch."""
    older: tuple[Pin, ...] = ()
    """Pins for which the older Python is taken."""
    keeps_python: bool = False
    """True if a folder has the base's Python."""


def chosen(
    tree: Tree,
    looks: Iterable[FolderLook],
    asked: tuple[Pin, ...],
    suggested: Iterable[Pin] = (),
) -> Chosen:
    """Choose for each folder by its own pins and the root's; `asked` counts as those.

    A folder's pins count for the languages whose projects stand in it. What is
    `suggested` counts for a language of which nothing else names a version.
    """
    looks = tuple(looks)
    root = (*pins(tree), *asked)
    of_folders = {
        (look.stack, look.folder): tuple(
            pin for pin in pins(tree, look.folder) if pin.stack == look.stack
        )
        for look in looks
        if look.folder
    }
    pinned = {pin.stack for each in (root, *of_folders.values()) for pin in each}
    for suggestion in suggested:
        if suggestion.stack not in pinned:
            pinned.add(suggestion.stack)
            root = (*root, suggestion)
    every = (*root, *(pin for each in of_folders.values() for pin in each))
    changed, older = list[FolderLook](), dict[Pin, None]()
    met, wheels, keeps_python = set[Pin](), dict[str, None](), False
    for look in looks:
        own = (*root, *of_folders.get((look.stack, look.folder), ()))
        stack, commands = look.stack, look.commands
        if stack == "node" and (wheel := node_version.wheel(own)):
            commands = node_version.with_wheel(commands, wheel)
            wheels[wheel] = None
            met.update(pin for pin in own if pin.stack == "node")
        if stack == "python" and (pin := python_version.unmet(own)):
            stack, commands = python_version.OLDER, python_version.with_older(commands)
            older[pin] = None
        elif stack == "python":
            keeps_python = True
            if python_version.chosen_freely(own):
                commands = python_version.with_base_s(commands)
        changed.append(FolderLook(stack, look.folder, commands))
    return Chosen(
        tuple(changed),
        every,
        tuple(pin for pin in every if pin not in met),
        tuple(wheels),
        tuple(older),
        keeps_python,
    )
