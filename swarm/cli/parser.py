"""Builds the parser of one command, or of all where a human or a shell asks."""

import argparse
from pathlib import Path

from swarm import __version__
from swarm.cli import exit_codes
from swarm.cli.command_registry import COMMANDS, arguments

Parser = argparse.ArgumentParser


def of_command(verb: str) -> Parser:
    """The parser of `swarm VERB …` alone; costs one command's module."""
    parser = Parser(prog=f"swarm {verb}", description=COMMANDS[verb].summary)
    _everywhere(parser)
    arguments(verb, parser)
    return parser


def of_dashboard() -> Parser:
    """The parser of `swarm` without a command; its help lists the commands."""
    parser = Parser(
        prog="swarm",
        usage="swarm [--repo PATH] [--ascii] [COMMAND …]",
        description="Several untrusted coding agents on one repository, each in a "
        "sandbox of its own. Without a command: the dashboard.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _dashboard(parser)
    return parser


def whole() -> Parser:
    """The parser of everything, for a shell's completion; imports every command."""
    parser = Parser(prog="swarm")
    _dashboard(parser)
    verbs = parser.add_subparsers(dest="verb")
    for verb, command in COMMANDS.items():
        sub = verbs.add_parser(verb, help=command.summary)
        _everywhere(sub)
        arguments(verb, sub)
    return parser


def _dashboard(parser: Parser) -> None:
    parser.add_argument("--version", action="version", version=f"swarm {__version__}")
    parser.add_argument(
        "--ascii", action="store_true", help="draw with ASCII characters only"
    )
    _everywhere(parser)


def _everywhere(parser: Parser) -> None:
    parser.add_argument(
        "--repo",
        type=Path,
        metavar="PATH",
        help="the repository (default: the one you stand in)",
    )


def _epilog() -> str:
    lines: list[str] = []
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines += ["", f"{group}:"]
        lines += [
            f"  {verb:<11} {command.summary}"
            for verb, command in COMMANDS.items()
            if command.group == group
        ]
    lines += ["", "exit status:", exit_codes.table()]
    lines += ["", "`swarm COMMAND --help` tells more of each."]
    return "\n".join(lines)
