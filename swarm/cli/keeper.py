"""`swarm keeper`: runs the keeper in the foreground, or starts it anew."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home, keeper_lock, keeper_process
from swarm.cli import exit_codes, output


def keeper_arguments(parser: ArgumentParser) -> None:
    """Add the word that asks for another keeper."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("restart",),
        help="end the keeper in order and start one that reads what this shell has; "
        "agents go on",
    )


def keeper(args: Namespace) -> int:
    """Serve until TERM; return 0 at once if another keeper serves."""
    paths = home.ensure_paths()
    if args.action == "restart":
        keeper_process.restart_keeper(paths)
        output.out(f"a keeper serves {paths.home}, pid {keeper_lock.keeper_pid(paths)}")
        return exit_codes.DONE
    return keeper_process.run_keeper(paths)
