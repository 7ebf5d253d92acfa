"""Finds the command, runs it, and turns what went wrong into a status."""

import os
import sys

from swarm.cli import command_registry, exit_codes, output, parser
from swarm.errors import NotFound, SwarmError, ToolMissing


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name); never raises SwarmError.

    SystemExit with 2 where argparse refuses it, as usual.
    """
    verb, rest = _split(argv)
    try:
        status = _dispatch(verb, rest)
        sys.stdout.flush()
    except SwarmError as error:
        output.refused(verb, error)
        status = _status(error)
    except KeyboardInterrupt:
        status = exit_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left; the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = exit_codes.FAILED
    except OSError as error:
        output.refused(verb, SwarmError(str(error), hint="see `swarm doctor`"))
        status = exit_codes.FAILED
    return status


def _split(argv: list[str]) -> tuple[str, list[str]]:
    """The command and its arguments; `--repo PATH` may stand before the command."""
    for place, word in enumerate(argv):
        before = argv[place - 1] if place else ""
        if word.startswith("-") or before == "--repo":
            continue
        return word, argv[:place] + argv[place + 1 :]
    return "", argv


def _dispatch(verb: str, rest: list[str]) -> int:
    if not verb:
        return command_registry.dashboard(parser.of_dashboard().parse_args(rest))
    if verb == "help":
        parser.of_dashboard().print_help()
        return exit_codes.DONE
    if verb not in command_registry.COMMANDS:
        parser.of_dashboard().error(f"there is no command {verb!r}{_suggestion(verb)}")
    return command_registry.run(verb, parser.of_command(verb).parse_args(rest))


def _suggestion(word: str) -> str:
    import difflib  # noqa: PLC0415 - only a slip of the fingers needs it

    verbs = difflib.get_close_matches(word, command_registry.COMMANDS)
    return f"; did you mean {' or '.join(verbs)}?" if verbs else "; see `swarm --help`"


def _status(error: SwarmError) -> int:
    match error:
        case NotFound():
            return exit_codes.NOT_FOUND
        case ToolMissing():
            return exit_codes.TOOL_MISSING
        case _:
            return exit_codes.FAILED
