"""A version that the user chose in place of the one an agent's file names.

`swarm agent update` writes `agents/NAME.pin` beside the settings. It counts as long as
the agent's file names the version that it was written over; remove it to go back.
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.agents import package_names
from swarm.agents.description import Agent, Image
from swarm.config import human_file
from swarm.errors import PlanError

LARGEST = 1 << 16
"""Bytes of a pin's file."""
_KEYS = ("package", "version", "integrity", "over")
_HEAD = """\
# Written by `swarm agent update`. Remove this file to go back to version {over}.
"""


@dataclass(frozen=True, slots=True)
class Pin:
    """One exact version of one package."""

    package: str
    version: str
    integrity: str
    """As the registry stated it when the user agreed; another one is refused."""
    over: str
    """The version of the agent's file at that time."""


def path(folder: Path, name: str) -> Path:
    """Where an agent's pin is, in the folder of the user's agents."""
    return folder / f"{name}.pin"


def applied(agent: Agent, folder: Path) -> Agent:
    """The agent with the user's pin, if there is one that counts; PlanError."""
    pin = read(folder, agent.name)
    return agent if pin is None else pinned(agent, pin, path(folder, agent.name))


def read(folder: Path, name: str) -> Pin | None:
    """The pin as it stands; PlanError names the file and the key of a mistake."""
    file = path(folder, name)
    if not human_file.is_there(file):
        return None
    try:
        body = tomllib.loads(human_file.text(file, LARGEST))
    except (OSError, ValueError) as error:
        raise PlanError(
            f"{file} cannot be read: {human_file.fault(error)}",
            hint=_way_out(file, name),
        ) from error
    for key in (*body, *_KEYS):
        if problem := _problem(key, body):
            raise PlanError(f"{file}: {key}: {problem}", hint=_way_out(file, name))
    return Pin(**body)


def _problem(key: str, body: dict[str, object]) -> str:
    if key not in _KEYS:
        return f"unknown key; known: {', '.join(_KEYS)}"
    if key not in body:
        return "is missing"
    return "" if isinstance(body[key], str) else "must be text"


def _way_out(file: Path, name: str) -> str:
    return f"remove {file}, and run `swarm agent update {name}` again"


def pinned(agent: Agent, pin: Pin, file: Path) -> Agent:
    """The agent at the pin's version, if the pin was written over this file's."""
    image = agent.image
    if (image.package, image.version) != (pin.package, pin.over):
        return agent
    chosen = replace(image, version=pin.version, integrity=pin.integrity)
    if problem := package_names.problem(chosen):
        raise PlanError(
            f"{file}: {problem[0].removeprefix('image.')}: {problem[1]}",
            hint=_way_out(file, agent.name),
        )
    return replace(agent, image=chosen)


def write(folder: Path, name: str, pin: Pin) -> Path:
    """Put the pin into its file; the old one is replaced at once or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = path(folder, name)
    lines = "".join(f'{key} = "{getattr(pin, key)}"\n' for key in _KEYS)
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(_HEAD.format(over=pin.over) + lines, encoding="utf-8")
    draft.replace(file)
    return file


def over(image: Image, version: str, integrity: str) -> Pin:
    """A pin to another version of an image as its file names it."""
    return Pin(image.package, version, integrity, image.version)
