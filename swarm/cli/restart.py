"""`swarm restart`: starts services beside a task again."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.model.safe_text import safe_line
from swarm.model.wishes import RestartServices


def restart_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task, and a service beside it."""
    parser.add_argument("id", type=task_id, metavar="ID")
    parser.add_argument(
        "service",
        nargs="?",
        default="",
        metavar="SERVICE",
        help="one by its name, whether it runs or not; default: all that have ended",
    )


def restart(args: Namespace) -> int:
    """Ask the keeper; `swarm show` and the Services tab tell when each answers."""
    paths = home.ensure_paths()
    begun = ask(paths, RestartServices(args.id, args.service))["services"]
    names = safe_line(", ".join(map(str, begun)), 200)
    output.out(f"task {args.id}: {names} started again; `swarm show {args.id}` tells")
    return exit_codes.DONE
