"""The commands of `swarm agent`: their arguments, and the function of each."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

from swarm.agents.description import Protocol
from swarm.cli.agent import adding, listing


class _Action(NamedTuple):
    """One action: its words in the help, its arguments, and what it does."""

    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_name(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    _add_json(parser)


def _add_checked(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def _check(args: Namespace) -> int:
    from swarm.cli.agent import checking  # noqa: PLC0415 - loads docker and the gate

    return checking.check(args)


def _update(args: Namespace) -> int:
    from swarm.cli.agent import updating  # noqa: PLC0415 - loads docker

    return updating.update(args)


def _read(args: Namespace) -> int:
    from swarm.cli.agent import reading  # noqa: PLC0415 - loads every agent's rules

    return reading.read(args)


def _add_captures(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="`agent: NAME`, `version: X`, `title: T`, a blank line, then the screen; "
        "or a stream, JSON by lines",
    )
    add("--agent", default="", metavar="NAME", help="whose they are")
    add(
        "--at",
        type=float,
        default=0.0,
        metavar="EPOCH",
        help="when they were captured; default: when each file was changed",
    )
    _add_json(parser)


def _add_manifest(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="an agent.json of the agents' registry")
    add("--name", default="", metavar="NAME", help="what you call it here")
    add(
        "--screen",
        default="",
        metavar="ARGV",
        help='how it starts on its own screen, such as "tool {prompt}"',
    )
    add(
        "--headless",
        default="",
        metavar="ARGV",
        help='how it works on a prompt and ends, such as "tool -p {prompt}"; without '
        "{prompt} it gets the prompt by standard input",
    )
    add(
        "--full",
        default="",
        metavar="ARGV",
        help="what lets it do everything unasked, such as --full=--yolo",
    )
    add(
        "--service",
        action="append",
        default=[],
        metavar="NAME",
        help="a service that its model is at, such as codex; may be repeated",
    )
    add(
        "--key",
        default="",
        metavar="VARIABLE",
        help="the variable of its model's key, such as OPENAI_API_KEY; in a box it "
        "holds a placeholder",
    )
    add(
        "--endpoint",
        default="",
        metavar="VARIABLE",
        help="the variable of its model's address, such as OPENAI_BASE_URL",
    )
    add(
        "--url",
        default="",
        metavar="URL",
        help="that address, such as https://api.openai.com/v1, if it must be told",
    )
    add(
        "--model",
        default="",
        metavar="NAME",
        help="the model's name, if it must be told",
    )
    add(
        "--protocol",
        default="own",
        choices=get_args(Protocol),
        help="how it asks its model; `agent check` can play all but `own`, the usual",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of its environment, such as TOOL_TELEMETRY=off; may be "
        "repeated; {endpoint} and {model} are filled in",
    )
    add(
        "--seed",
        action="append",
        default=[],
        metavar="PLACE=FILE",
        help="a file that its home begins with, such as "
        "~/.tool/config.json=config.json; in its text {key}, {endpoint} and {model} "
        "are filled in; may be repeated",
    )
    add("--yes", action="store_true", help="do not ask")


def _add_update(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("name", nargs="?", default="", metavar="NAME", help="default: all built ones")
    add("--yes", action="store_true", help="do not ask")
    add("--dry-run", action="store_true", help="only show from which to which version")


_ACTIONS = {
    "ls": _Action(
        "list agents, those that can run now first", _add_json, listing.list_agents
    ),
    "show": _Action("show all that is known of an agent", _add_name, listing.show),
    "check": _Action(
        "run an agent in a box against a scripted model", _add_checked, _check
    ),
    "read": _Action(
        "say which state captured screens and streams show, and by which rule",
        _add_captures,
        _read,
    ),
    "update": _Action(
        "ask the registries for newer versions, and build those that you agree to",
        _add_update,
        _update,
    ),
    "add": _Action("add an agent by its manifest", _add_manifest, adding.add),
}


def agent_arguments(parser: ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, action in _ACTIONS.items():
        action.add_arguments(actions.add_parser(name, help=action.help))


def agent(args: Namespace) -> int:
    """Carry out the action."""
    return _ACTIONS[args.action].run(args)
