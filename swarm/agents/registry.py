"""Finds an agent's description: a shipped one, or one of the user's."""

from contextlib import suppress
from functools import cache
from pathlib import Path

from swarm.agents import pins, reader
from swarm.agents.description import Agent
from swarm.config import agent_names, human_file, load
from swarm.errors import PlanError

COMMAND = "command"
"""The agent that is a shell command of the human's."""
LARGEST = 1 << 20
"""Bytes of an agent's file."""


def user_folder() -> Path:
    """Where the user's own agents are: `agents` beside the settings."""
    return load.user_file().with_name("agents")


def names() -> list[str]:
    """The names of all agents, in order; those that are shipped as data, too."""
    return sorted({*agent_names.shipped(), *own_names()})


def runnable() -> list[str]:
    """The names of agents that are more than data, and without a mistake."""
    found = []
    for name in names():
        with suppress(PlanError):
            if not find(name).unavailable:
                found.append(name)
    return found


def own_names() -> list[str]:
    """The names of the user's own agents; none if the folder cannot be read."""
    return agent_names.own(user_folder())


def is_shipped(name: str) -> bool:
    """True for an agent that comes with swarm."""
    return name in agent_names.shipped()


def choose(named: str, command: str, usual: str) -> str:
    """The agent that was named, `command` for a command, else the config's usual one.

    PlanError if there is none of them.
    """
    chosen = named or (COMMAND if command else usual)
    if not chosen:
        raise PlanError(
            "no agent was chosen",
            hint=f"use --agent ({', '.join(runnable())}) or --run COMMAND, "
            "or set `agent` in the config",
        )
    return chosen


def find(name: str) -> Agent:
    """The agent of that name, at the version that the user pinned, if there is one.

    PlanError lists all agents if there is none, names file and key if there is a
    mistake in its file, and refuses one of the user's that has a shipped agent's name
    and does not say so.
    """
    return pins.applied(as_described(name), user_folder())


def as_described(name: str) -> Agent:
    """The same at the version that its file names."""
    if name in own_names():
        return _own(name)
    if not is_shipped(name):
        raise PlanError(
            f"there is no agent {name!r}",
            hint=f"known agents: {', '.join(names())}; or use --run COMMAND",
        )
    return _shipped_agent(name)


@cache
def _shipped_agent(name: str) -> Agent:
    file = agent_names.SHIPPED / f"{name}.toml"
    return reader.read(file.read_text(encoding="utf-8"), name, file.name)


def _own(name: str) -> Agent:
    file = user_folder() / f"{name}.toml"
    try:
        text = human_file.text(file, LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(
            f"{file} cannot be read: {human_file.fault(error)}",
            hint="put it right, or move it out of that folder; CONTRIBUTING.md shows "
            "such a file",
        ) from error
    agent = reader.read(text, name, str(file))
    if is_shipped(name) and not agent.replaces:
        raise PlanError(
            f"{file}: swarm brings an agent {name} of its own",
            hint="rename the file, or write `replaces = true` into it",
        )
    if agent.replaces and not is_shipped(name):
        raise PlanError(
            f"{file}: replaces: swarm brings no agent {name}",
            hint="remove the line `replaces = true`",
        )
    return agent
