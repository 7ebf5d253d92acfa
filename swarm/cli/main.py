"""Finds the command, runs it, and turns errors into an exit status."""

import os
import signal
import sys
from collections.abc import MutableMapping

from swarm.bootstrap import home, terminal_recovery
from swarm.cli import exit_codes, output, streams
from swarm.cli.command_registry import COMMANDS, run_dashboard
from swarm.cli.parser import command_parser, dashboard_parser
from swarm.errors import NotFound, SwarmError, ToolMissing
from swarm.plan.naming import HomePaths


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name); never raises SwarmError.

    argparse ends with SystemExit and 2 if it refuses the line. An error that nobody
    expected is one line with an id; its traceback is in a log of the home.
    """
    streams.prepare()
    verb, rest = _split(argv)
    is_verbose = "--verbose" in argv
    _forget_a_script_s_settings(os.environ)
    _leave_programs_of_projects(os.environ)
    try:
        if sys.stdout.isatty():
            terminal_recovery.restore_terminal(HomePaths(home.home()))
        status = _dispatch(verb, rest)
        sys.stdout.flush()
    except SwarmError as error:
        output.refused(verb, error, is_verbose)
        status = _status(error)
    except KeyboardInterrupt:
        # A second one ends the process at once, and without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        status = exit_codes.INTERRUPTED
    except BrokenPipeError:
        status = exit_codes.FAILED  # the reader of our output left
    except Exception as error:  # noqa: BLE001 - told by an id, and kept in a log
        from swarm.cli import unexpected  # noqa: PLC0415 - loads `traceback`

        unexpected.tell(verb, error, is_verbose)
        status = exit_codes.FAILED
    finally:
        streams.finish()
    return status


def _forget_a_script_s_settings(environment: MutableMapping[str, str]) -> None:
    """Take out what npm, pnpm and yarn set for a project's script.

    It is what the project's own `.npmrc` says, which is a request, and would be read as
    the user's; such a name that the user has set is lost with it.
    """
    if "npm_lifecycle_event" in environment:
        for name in [each for each in environment if each.startswith("npm_config_")]:
            del environment[name]


def _leave_programs_of_projects(environment: MutableMapping[str, str]) -> None:
    """Take folders out of PATH whose programs a repository brings.

    An entry that is no whole path means the folder that we are in, mostly a repository;
    npm and its like put a project's own `node_modules/.bin` in front.
    """
    folders = environment.get("PATH", "").split(os.pathsep)
    kept = [each for each in folders if each.startswith("/")]
    if "npm_lifecycle_event" in environment:
        kept = [each for each in kept if not each.endswith("/node_modules/.bin")]
    if kept != folders:
        environment["PATH"] = os.pathsep.join(kept)


def _split(argv: list[str]) -> tuple[str, list[str]]:
    """The command and its arguments; `--repo PATH` may stand before the command."""
    for index, word in enumerate(argv):
        previous = argv[index - 1] if index else ""
        if word.startswith("-") or previous == "--repo":
            continue
        return word, argv[:index] + argv[index + 1 :]
    return "", argv


def _dispatch(verb: str, rest: list[str]) -> int:
    if not verb:
        return run_dashboard(dashboard_parser(COMMANDS).parse_args(rest))
    if verb == "help":
        dashboard_parser(COMMANDS).print_help()
        return exit_codes.DONE
    if verb not in COMMANDS:
        dashboard_parser(COMMANDS).error(
            f"there is no command {verb!r}{_suggestion(verb)}"
        )
    functions = COMMANDS[verb].load()
    parser = command_parser(verb, COMMANDS[verb].summary, functions)
    return functions.run(parser.parse_args(rest))


def _suggestion(word: str) -> str:
    import difflib  # noqa: PLC0415 - only a mistyped command needs it

    verbs = difflib.get_close_matches(word, COMMANDS)
    return f"; did you mean {' or '.join(verbs)}?" if verbs else "; see `swarm --help`"


def _status(error: SwarmError) -> int:
    match error:
        case NotFound():
            return exit_codes.NOT_FOUND
        case ToolMissing():
            return exit_codes.TOOL_MISSING
        case _:
            return exit_codes.FAILED
