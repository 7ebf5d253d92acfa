"""Gives a project the older Python that it pins, where the base's is too new."""

from collections.abc import Iterable
from dataclasses import replace

from swarm.config.detection.commands import Commands
from swarm.config.detection.pins import is_met
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.python import TOOLS
from swarm.config.detection.tree import Tree
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS

OLDER = "python3.11"
"""The stack, and the command in it."""


def unmet(pins: Iterable[Pin]) -> Pin | None:
    """The pin for which the older one is taken; None if the base's does, or neither."""
    wanted = [pin for pin in pins if pin.stack == "python"]
    first = next(
        (pin for pin in wanted if not is_met(pin, STACKS["python"].version)), None
    )
    return first if all(_is_met(pin) for pin in wanted) else None


def _is_met(pin: Pin) -> bool:
    version = STACKS[OLDER].version
    minor = version.rpartition(".")[0]
    # `3.11.9` may name any version of it, down to the last digit; `>=3.11.9` may not.
    return pin.wanted.startswith(f"{minor}.") or is_met(pin, version)


def with_older(commands: Commands) -> Commands:
    """The commands, whose virtual environments have the older Python.

    A package manager in one of them makes the project's by the same; uv is told.
    """
    return replace(commands, setup=tuple(map(_by_older, commands.setup)))


def _by_older(command: str) -> str:
    start, sync = "python3 -m venv ", f"{TOOLS}/bin/uv sync "
    if command.startswith(start):
        return f"{OLDER} -m venv {command.removeprefix(start)}"
    return f"UV_PYTHON={OLDER} {command}" if command.startswith(sync) else command


def swap(tree: Tree, proposal: Proposal, pin: Pin) -> None:
    """Propose the older stack in the place of the base's, if that was; and say why."""
    because = f"{pin.file} asks for Python {pin.wanted}"
    if proposal.replace("stacks", "python", OLDER, because):
        base, older = STACKS["python"].version, STACKS[OLDER].version
        tree.note(
            f"{because}; the base has {base}: the stack {OLDER} has {older} beside it"
        )
