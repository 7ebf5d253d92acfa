"""`swarm wait`: blocks until tasks have ended; its exit status says how they ended."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import bulk, task_selection
from swarm.cli.arguments import repository
from swarm.cli.progress import follow
from swarm.cli.task_actions import all_tasks


def wait_arguments(parser: ArgumentParser) -> None:
    """The ids and the longest time to wait."""
    task_selection.add_ranges(parser)
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="give up then, with 124"
    )


def wait(args: Namespace) -> int:
    """0 if every task ended with 0, 3 if one did not, 124 when time is over.

    SwarmError if a range holds no task of this repository.
    """
    places = home.ensure_paths()
    selection, repo = task_selection.selection_of(args), repository(args)
    chosen = task_selection.choose(
        selection, "wait", all_tasks(places), str(repo) if repo else None
    )
    bulk.note_left_out(chosen)
    if not chosen.tasks:
        return bulk.nothing("wait for", selection, chosen)
    return follow(places, [task.id for task in chosen.tasks], args.timeout)
