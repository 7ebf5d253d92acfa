"""The options of `swarm init`: one for each answer, and one to have no such key."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from swarm.cli.argument_types import words
from swarm.cli.new_words import flat
from swarm.errors import SwarmError
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.model.safe_text import safe_line
from swarm.model.service_recipe import RECIPES

_LISTS = {
    "stack": ("stacks", "NAME", "tools, such as python or node,c"),
    "package": ("packages", "NAME", "a Debian package, such as libpq-dev"),
    "setup": ("setup", "CMD", "a shell command before the agent starts, in order"),
    "each-task": ("each_task", "CMD", "one that fills services, after the set-up"),
    "port": ("ports", "N", "where a server of the project's own listens"),
    "env-file": ("env_files", "PATH", "a file of variables"),
    "protect": ("protect", "PATH", "what no agent may write"),
    "hide": ("hide", "PATH", "what no agent may see"),
}
"""Options that may be repeated: key, value and meaning."""
_TEXTS = {
    "agent": ("agent", "NAME", "the agent of a task that names none"),
    "test": ("test", "CMD", "the shell command that tests the project"),
}


def add(parser: ArgumentParser) -> None:
    """Add them all."""
    option = parser.add_argument
    option("--yes", action="store_true", help="do not ask")
    option("--dry-run", action="store_true", help="show it, and write nothing")
    option(
        "--rewrite",
        action="store_true",
        help="make a swarm.toml that exists anew, in place of changing single keys",
    )
    option(
        "--policy",
        action="store_true",
        help="write a policy.toml of your own to edit, too, if there is none",
    )
    option(
        "--devcontainer",
        default="",
        metavar="NAME",
        help="of several devcontainers, the one to read: its folder's name or path",
    )
    for name, (_, value, meaning) in _TEXTS.items():
        option(f"--{name}", metavar=value, help=meaning)
    kinds: dict[str, Any] = {"stack": words, "package": words, "port": port}
    for name, (_, value, meaning) in _LISTS.items():
        option(
            f"--{name}",
            action="append",
            type=kinds.get(name, str),
            metavar=value,
            help=f"{meaning}; may be repeated",
        )
    option(
        "--service",
        action="append",
        type=service,
        metavar="RECIPE",
        help=f"a service beside each task: {', '.join(RECIPES)}; NAME=RECIPE names it",
    )
    for name in (*_TEXTS, *_LISTS, "service"):
        option(
            f"--no-{name}", action="store_true", help=f"no {name}, whatever is found"
        )


def is_any_given(args: Namespace) -> bool:
    """True if an answer was given."""
    names = [each.replace("-", "_") for each in (*_TEXTS, *_LISTS, "service")]
    return any(getattr(args, n) is not None or getattr(args, f"no_{n}") for n in names)


def answers(args: Namespace) -> dict[str, Any]:
    """The keys of `swarm.toml` that were answered, each with its value.

    SwarmError if one was given and forbidden at once.
    """
    given: dict[str, Any] = {}
    for name, (key, _, _) in {**_TEXTS, **_LISTS}.items():
        value = getattr(args, name.replace("-", "_"))
        is_none = getattr(args, f"no_{name.replace('-', '_')}")
        if value is not None and is_none:
            raise SwarmError(f"--{name} and --no-{name} cannot both be meant")
        if is_none:
            given[key] = "" if name in _TEXTS else ()
        elif value is not None:
            is_flat = name in ("stack", "package")
            given[key] = flat(value) if is_flat else value
    services = {} if args.no_service else dict(args.service or ())
    if args.no_service or args.service:
        given["service_container"] = services
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}


def devcontainer(args: Namespace, choices: Sequence[str]) -> str:
    """The path of the devcontainer that was named; empty for none.

    SwarmError if there is none of the name.
    """
    name: str = args.devcontainer
    if not name:
        return ""
    if path := named_devcontainer(name, choices):
        return path
    known = ", ".join(safe_line(each, 100) for each in choices)
    raise SwarmError(
        f"no devcontainer {safe_line(name, 80)} in the repository's HEAD",
        hint=f"there are {known}" if known else "",
    )


def named_devcontainer(name: str, choices: Sequence[str]) -> str:
    """The path of a folder's name or a path; empty if it is none of the choices."""
    paths = (name.removeprefix("./"), f".devcontainer/{name}/devcontainer.json")
    return next((path for path in paths if path in choices), "")


def applied(choice: ProjectChoice, given: dict[str, Any]) -> ProjectChoice:
    """The choice with the answers in place of what was found."""
    return replace(choice, **given)


def port(text: str) -> int:
    """A port of a text; ArgumentTypeError."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= 65535:
        raise ArgumentTypeError(f"{text[:40]!r} is no port between 1 and 65535")
    return int(text)


def service(text: str) -> tuple[str, ServiceContainer]:
    """Name and service of `RECIPE` or `NAME=RECIPE`; ArgumentTypeError."""
    name, equals, recipe = text.partition("=")
    recipe = recipe if equals else name
    if recipe not in RECIPES:
        raise ArgumentTypeError(
            f"{recipe[:40]!r} is no recipe; there are {', '.join(RECIPES)}"
        )
    return name, ServiceContainer(recipe=recipe)
