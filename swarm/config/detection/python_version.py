"""Gives a project the older Python that it pins, where the base's is too new."""

from collections.abc import Iterable
from dataclasses import replace

from swarm.config.detection.commands import Commands
from swarm.config.detection.pins import VERSION_MANAGERS, is_met
from swarm.config.detection.proposal import Proposal
from swarm.config.detection.python import TOOLS
from swarm.config.detection.tree import Tree
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS

OLDER = "python3.11"
"""The stack, and the command in it."""
_FREE = frozenset(name.rpartition("/")[2] for name in VERSION_MANAGERS)


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

    A package manager in one of them makes the project's by the same; uv and pipenv are
    told.
    """
    setup = [_of_older(_by(OLDER, command)) for command in commands.setup]
    if any(" --group " in command for command in setup if "/uv " not in command):
        # Its own pip knows no groups.
        setup.insert(1, ".venv/bin/python -m pip install --upgrade pip")
    return replace(commands, setup=tuple(setup))


def _of_older(command: str) -> str:
    start = "python3 -m venv "
    if command == f"{start}.venv":
        # A newer one hides its files from git by itself.
        return f"{OLDER} -m venv .venv && echo '*' > .venv/.gitignore"
    if command.startswith(start):
        return f"{OLDER} -m venv {command.removeprefix(start)}"
    return command


def chosen_freely(pins: Iterable[Pin]) -> bool:
    """True if a version manager's file alone asks for another Python than the base's.

    What the project itself allows then has the base's: managers are told to take it.
    """
    unmet_pins = [
        pin
        for pin in pins
        if pin.stack == "python" and not is_met(pin, STACKS["python"].version)
    ]
    names = (pin.file.rpartition("/")[2] for pin in unmet_pins)
    return bool(unmet_pins) and all(name in _FREE for name in names)


def with_base_s(commands: Commands) -> Commands:
    """The commands, with the base's Python for uv, which would look for another."""
    return replace(commands, setup=tuple(_by("python3", c) for c in commands.setup))


def _by(python: str, command: str) -> str:
    if command.startswith(f"{TOOLS}/bin/uv sync "):
        return f"UV_PYTHON={python} {command}"
    if f"{TOOLS}/bin/pipenv " in command:
        return f"PIPENV_PYTHON={python} {command}"
    return command


def propose(tree: Tree, proposal: Proposal, pin: Pin) -> None:
    """Propose the older stack, and say why."""
    because = f"{pin.file} asks for Python {pin.wanted}"
    proposal.add("stacks", OLDER, because)
    base, older = STACKS["python"].version, STACKS[OLDER].version
    tree.note(
        f"{because}; the base has {base}: the stack {OLDER} has {older} beside it"
    )
