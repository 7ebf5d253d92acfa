"""Builds the parser of one command, or of all for the help and a shell's completion."""

import argparse
from pathlib import Path

from swarm import __version__
from swarm.cli import exit_codes
from swarm.cli.command import CommandFunctions, Commands

Parser = argparse.ArgumentParser


def command_parser(verb: str, summary: str, functions: CommandFunctions) -> Parser:
    """The parser of `swarm VERB …` alone."""
    parser = Parser(prog=f"swarm {verb}", description=summary)
    _add_common(parser)
    functions.add_arguments(parser)
    return parser


def dashboard_parser(commands: Commands) -> Parser:
    """The parser of `swarm` without a command; its help lists the commands."""
    parser = Parser(
        prog="swarm",
        usage="swarm [--repo PATH] [--ascii] [--verbose] [COMMAND …]",
        description="Several untrusted coding agents on one repository, each in a "
        "sandbox of its own. Without a command: the dashboard.",
        epilog=_epilog(commands),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_dashboard_options(parser)
    return parser


def whole_parser(commands: Commands) -> Parser:
    """The parser of everything, for a shell's completion; imports every command."""
    parser = Parser(prog="swarm")
    _add_dashboard_options(parser)
    subparsers = parser.add_subparsers(dest="verb")
    for verb, command in commands.items():
        subparser = subparsers.add_parser(verb, help=command.summary)
        _add_common(subparser)
        command.load().add_arguments(subparser)
    return parser


def _add_dashboard_options(parser: Parser) -> None:
    parser.add_argument("--version", action="version", version=f"swarm {__version__}")
    parser.add_argument(
        "--ascii", action="store_true", help="draw with ASCII characters only"
    )
    _add_common(parser)


def _add_common(parser: Parser) -> None:
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="with an error, print what led to it: a tool's own words, or a traceback",
    )
    parser.add_argument(
        "--repo",
        type=Path,
        metavar="PATH",
        help="the repository (default: the one you stand in)",
    )


def _epilog(commands: Commands) -> str:
    lines: list[str] = []
    for group in dict.fromkeys(command.group for command in commands.values()):
        lines += ["", f"{group}:"]
        lines += [
            f"  {verb:<11} {command.summary}"
            for verb, command in commands.items()
            if command.group == group
        ]
    lines += ["", "exit status:", exit_codes.table()]
    lines += ["", "`swarm COMMAND --help` says more about a command."]
    return "\n".join(lines)
