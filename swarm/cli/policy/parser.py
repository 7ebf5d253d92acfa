"""The commands of `swarm policy`: their arguments, and the function of each."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import NamedTuple

from swarm.cli.argument_types import span, task_id
from swarm.cli.policy import edit, inspect, suggest


def host_port(text: str) -> tuple[str, int]:
    """`example.com` or `example.com:8443`; 443 if no port is named."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text, 443
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ArgumentTypeError(f"{text!r} is not host or host:port")
    return host, int(port)


def _add_nothing(_parser: ArgumentParser) -> None:
    pass


def _add_task(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--task", type=task_id, metavar="ID", help="as task ID has it now"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_suggest(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--task", type=task_id, metavar="ID", help="only for what task ID was denied"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--write",
        nargs="?",
        choices=("project", "user"),
        const="project",
        help="add them to the project's file, or to yours",
    )


def _add_attempt(parser: ArgumentParser) -> None:
    parser.add_argument("host", type=host_port, metavar="HOST[:PORT]")
    parser.add_argument("--method", default="", metavar="GET")
    parser.add_argument("--path", default="", metavar="/PATH")
    _add_task(parser)


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE")


def _add_scope(parser: ArgumentParser) -> None:
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("--task", type=task_id, metavar="ID", help="as long as it lives")
    scope.add_argument(
        "--project", action="store_true", help="for every task of this repository"
    )
    scope.add_argument("--user", action="store_true", help="for all your tasks")


def _add_change(parser: ArgumentParser) -> None:
    parser.add_argument("host", type=host_port, metavar="HOST[:PORT]")
    _add_scope(parser)
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="your note beside the rule"
    )


def _add_allow(parser: ArgumentParser) -> None:
    _add_change(parser)
    parser.add_argument(
        "--once", action="store_true", help="with --task: for one connection"
    )
    parser.add_argument(
        "--method",
        action="append",
        dest="methods",
        metavar="GET",
        help="this method alone; may be repeated",
    )
    parser.add_argument(
        "--path",
        action="append",
        dest="paths",
        metavar="/v1/**",
        help="paths like this alone; may be repeated",
    )
    parser.add_argument(
        "--for",
        type=span,
        dest="seconds",
        metavar="1h",
        help="for so long: 30m, 12h, 7d, 2w",
    )
    parser.add_argument(
        "--private",
        action="store_true",
        help="also a service of your own network: a local name, a private address",
    )


def _add_service(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="NAME")
    parser.add_argument(
        "--of",
        action="append",
        dest="repos",
        metavar="OWNER/NAME",
        help="of a forge: this repository alone; may be repeated",
    )
    _add_scope(parser)


class PolicyCommand(NamedTuple):
    """One command of `swarm policy`."""

    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    summary: str


COMMANDS: dict[str, PolicyCommand] = {
    "show": PolicyCommand(
        _add_task, inspect.show, "show the rules in force, and where each was written"
    ),
    "why": PolicyCommand(
        _add_attempt,
        inspect.why,
        "show what would happen to an attempt, and by which rule",
    ),
    "check": PolicyCommand(
        _add_file, inspect.check, "read the policy files and name the first mistake"
    ),
    "suggest": PolicyCommand(
        _add_suggest, suggest.suggest, "print the narrowest rules for what was denied"
    ),
    "allow": PolicyCommand(_add_allow, edit.allow, "let a host pass"),
    "deny": PolicyCommand(
        _add_change, edit.deny, "deny a host, whatever else allows it"
    ),
    "service": PolicyCommand(
        _add_service, edit.service, "let pass what a service needs"
    ),
    "revoke": PolicyCommand(_add_change, edit.revoke, "take rules about a host back"),
    "trust": PolicyCommand(
        _add_nothing,
        edit.trust,
        "grant what the repository's own policy file asks for",
    ),
    "edit": PolicyCommand(
        _add_nothing, edit.edit, "open your policy file in $EDITOR, then check it"
    ),
}


def policy_arguments(parser: ArgumentParser) -> None:
    """Add the commands of `swarm policy`, each with arguments of its own."""
    subparsers = parser.add_subparsers(
        dest="act", required=True, metavar="|".join(COMMANDS)
    )
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=command.summary, description=command.summary
        )
        command.add_arguments(subparser)


def policy(args: Namespace) -> int:
    """Carry out one of the commands."""
    return COMMANDS[args.act].run(args)
