"""Finds an agent's data and fills in a task's prompt and command."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.errors import PlanError

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Agent:
    """The data by which one agent is started."""

    name: str
    summary: str
    argv: tuple[str, ...]
    """`{prompt}` and `{command}` stand for the task's; nothing passes a shell."""
    image: str = ""
    needs: tuple[str, ...] = ()
    """Words that a task must bring beside its prompt."""
    environment: dict[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    """Services of the network that the agent itself needs."""
    is_headless: bool = True
    """True if nobody is to answer it: no program in its sandbox gets a pager, an
    editor or a question."""


def names() -> list[str]:
    """The names of all agents, in order."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))


def choose(named: str, command: str, usual: str) -> str:
    """The agent that was named, `command` for a command, else the config's usual one.

    PlanError if there is none of them.
    """
    chosen = named or ("command" if command else usual)
    if not chosen:
        raise PlanError(
            "no agent was chosen",
            hint=f"use --agent ({', '.join(names())}) or --run COMMAND, "
            "or set `agent` in the config",
        )
    return chosen


def find(name: str) -> Agent:
    """The agent of that name; PlanError lists all agents if there is none."""
    if name not in names():
        raise PlanError(
            f"there is no agent {name!r}",
            hint=f"known agents: {', '.join(names())}; or use --run COMMAND",
        )
    body = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return _agent(name, body)


def _agent(name: str, body: dict[str, Any]) -> Agent:
    version = body.get("version", 1)
    if type(version) is not int or version != 1:
        raise PlanError(
            f"{name}.toml: version: must be a number; this swarm reads version = 1 "
            "alone"
        )
    return Agent(
        name=name,
        summary=body["summary"],
        argv=tuple(body["argv"]),
        image=body.get("image", ""),
        needs=tuple(body.get("needs", ())),
        environment=dict(body.get("environment", {})),
        services=tuple(body.get("services", ())),
        is_headless=body.get("headless", True),
    )


def filled(template: str, words: dict[str, str]) -> str:
    """The template with each `{word}` replaced once; a value is never read again."""
    out, rest = "", template
    while rest:
        head, opening, tail = rest.partition("{")
        word, closing, after = tail.partition("}")
        if opening and closing and word in words:
            out, rest = out + head + words[word], after
        else:
            out, rest = out + head + opening, tail
    return out
