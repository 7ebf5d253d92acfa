"""The words of `swarm policy`, and the function that each leads to."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable

from swarm.cli.argument_types import task_id
from swarm.cli.policy import edit, inspect

ACTS: dict[str, tuple[Callable[[Namespace], int], str]] = {
    "show": (inspect.show, "the rules in force, and where each was written"),
    "why": (inspect.why, "what would happen to an attempt, and by which rule"),
    "check": (inspect.check, "read the policy files and name the first mistake"),
    "suggest": (inspect.suggest, "the narrowest rules for what was denied"),
    "allow": (edit.allow, "let a host pass"),
    "deny": (edit.deny, "deny a host, whatever else allows it"),
    "revoke": (edit.revoke, "take rules about a host back"),
    "trust": (edit.trust, "grant what the repository's own policy file asks for"),
    "edit": (edit.edit, "open your policy file in $EDITOR, then check it"),
}


def policy_arguments(parser: ArgumentParser) -> None:
    """One act, each with arguments of its own."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="|".join(ACTS))
    for name, (_, summary) in ACTS.items():
        sub = acts.add_parser(name, help=summary, description=summary)
        _ARGUMENTS.get(name, _nothing)(sub)


def policy(args: Namespace) -> int:
    """Carry out the act."""
    run, _ = ACTS[args.act]
    return run(args)


def _nothing(_parser: ArgumentParser) -> None:
    pass


def _about(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--task", type=task_id, metavar="ID", help="as task ID has it now"
    )
    parser.add_argument("--json", action="store_true")


def _why(parser: ArgumentParser) -> None:
    parser.add_argument("host", type=host_port, metavar="HOST[:PORT]")
    parser.add_argument("--method", default="", metavar="GET")
    parser.add_argument("--path", default="", metavar="/PATH")
    _about(parser)


def _check(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE")


def _scopes(parser: ArgumentParser) -> None:
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("--task", type=task_id, metavar="ID", help="as long as it lives")
    scope.add_argument(
        "--project", action="store_true", help="for every task of this repository"
    )
    scope.add_argument("--user", action="store_true", help="for all your tasks")


def _change(parser: ArgumentParser) -> None:
    parser.add_argument("host", type=host_port, metavar="HOST[:PORT]")
    _scopes(parser)
    parser.add_argument("--reason", default="", metavar="TEXT")


def _allow(parser: ArgumentParser) -> None:
    _change(parser)
    parser.add_argument(
        "--once", action="store_true", help="with --task: for one connection"
    )
    parser.add_argument("--method", action="append", dest="methods", metavar="GET")
    parser.add_argument("--path", action="append", dest="paths", metavar="/v1/**")
    parser.add_argument(
        "--for", type=span, dest="seconds", metavar="1h", help="30m, 2h, 7d"
    )


_ARGUMENTS: dict[str, Callable[[ArgumentParser], None]] = {
    "show": _about,
    "why": _why,
    "check": _check,
    "suggest": _about,
    "allow": _allow,
    "deny": _change,
    "revoke": _change,
}


def host_port(text: str) -> tuple[str, int]:
    """`example.com` or `example.com:8443`; 443 where no port is named."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text, 443
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ArgumentTypeError(f"{text!r} is not host or host:port")
    return host, int(port)


def span(text: str) -> float:
    """Seconds in `30m`, `2h`, `7d`."""
    units = {"m": 60.0, "h": 3600.0, "d": 86400.0}
    if text[-1:] not in units or not text[:-1].isdigit():
        raise ArgumentTypeError(f"{text!r} is not a span such as 30m, 2h or 7d")
    return int(text[:-1]) * units[text[-1]]
