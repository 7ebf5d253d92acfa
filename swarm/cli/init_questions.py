"""Asks a person at the terminal for each answer of `swarm init` that no option gave."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from swarm.cli import init_options, output
from swarm.config import agent_names, load
from swarm.config.project import problem
from swarm.errors import SwarmError
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.model.safe_text import safe_line
from swarm.model.service_recipe import RECIPES
from swarm.model.toolchain import STACKS

_NONE = "-"
"""What is typed for no value at all."""


def are_wanted(args: Namespace) -> bool:
    """True if there is a person to ask, who did not say that nothing is to be asked."""
    return sys.stdin.isatty() and not args.yes and not args.dry_run


def answered(choice: ProjectChoice, given: Mapping[str, Any]) -> ProjectChoice:
    """The choice with what the person changed of it; `given` is not asked again.

    SwarmError if the input ends, KeyboardInterrupt for Ctrl+C; both are told.
    """
    output.note(f"Enter keeps what is in brackets, {_NONE} is none, Ctrl+C ends it.")
    try:
        for question in _QUESTIONS:
            if question.key not in given:
                kept = getattr(choice, question.key)
                choice = replace(choice, **{question.key: _asked(question, kept)})
    except KeyboardInterrupt:
        output.note("\nnothing was written")
        raise
    return choice


def devcontainer(choices: Sequence[str]) -> str:
    """The path of the devcontainer to read, of several; empty for none.

    SwarmError and KeyboardInterrupt as `answered`.
    """
    names = [each.split("/")[1] if each.count("/") > 1 else each for each in choices]
    shown = " ".join(safe_line(name, 60) for name in names)
    while True:
        line = _line(f"devcontainer, of {shown} [none]: ")
        if line in ("", _NONE):
            return ""
        if path := init_options.named_devcontainer(line, choices):
            return path
        output.note(f"  {safe_line(line, 80)} is none of them")


@dataclass(frozen=True, slots=True)
class _Question:
    """One key of `swarm.toml`."""

    key: str
    title: str
    parsed: Callable[[str], Any]
    """The value of a line; ArgumentTypeError says what is wrong with it."""
    shown: Callable[[Any], str] = " ".join
    """A value as a line that `parsed` reads; empty for none."""
    empty: Any = ()


def _asked(question: _Question, kept: Any) -> Any:
    """One answer; asked again, with the reason, until it is one."""
    shown = safe_line(question.shown(kept), 1000)
    while True:
        line = _line(f"{question.title} [{shown or 'none'}]: ")
        if line in ("", shown):
            return kept
        if line == _NONE:
            return question.empty
        try:
            value = question.parsed(line)
        except ArgumentTypeError as error:
            wrong = str(error)
        else:
            wrong = _problem(question.key, value)
        if not wrong:
            return value
        output.note(f"  {safe_line(wrong, 400)}")


def _line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise SwarmError(
            "the input ended before the last answer: nothing was written",
            hint="--yes takes what was found",
        )
    return line.strip()


def _problem(key: str, value: Any) -> str:
    """What `swarm.toml` has against the value; empty for nothing."""
    if key == "agent":
        place = load.user_file().with_name("agents")
        return agent_names.unknown(value, place)
    if key == "service_container":
        recipes = {name: {"recipe": each.recipe} for name, each in value.items()}
        return problem("service-container", recipes)
    return problem(key, value)


def _words(line: str) -> list[str]:
    return line.replace(",", " ").split()


def _services(line: str) -> dict[str, ServiceContainer]:
    return dict(map(init_options.service, _words(line)))


def _service_names(services: Mapping[str, ServiceContainer]) -> str:
    return " ".join(f"{name}={each.recipe}" for name, each in services.items())


_QUESTIONS = (
    _Question("agent", "agent", str, str, ""),
    _Question("stacks", f"stacks, of {' '.join(STACKS)}", lambda t: tuple(_words(t))),
    _Question("setup", "set-up, a shell command", lambda t: (t,), " && ".join),
    _Question("test", "test, a shell command", str, str, ""),
    _Question(
        "service_container",
        f"services, of {' '.join(RECIPES)}; NAME=RECIPE names one",
        _services,
        _service_names,
        {},
    ),
    _Question(
        "ports",
        "ports of the project's own servers",
        lambda text: tuple(map(init_options.port, _words(text))),
        lambda ports: " ".join(map(str, ports)),
    ),
    _Question("env_files", "env files", lambda text: tuple(_words(text))),
)
