"""`swarm wait`: blocks until tasks have ended; its exit status says how they ended."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli.argument_types import task_id
from swarm.cli.arguments import tasks_named
from swarm.cli.progress import follow
from swarm.store.queries import Queries


def wait_arguments(parser: ArgumentParser) -> None:
    """The ids and the longest time to wait."""
    parser.add_argument("ids", nargs="+", type=task_id, metavar="ID")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="give up then, with 124"
    )


def wait(args: Namespace) -> int:
    """0 if every task ended with 0, 3 if one did not, 124 when time is over."""
    places = home.places()
    queries = Queries(places.database)
    try:
        ids = [task.id for task in tasks_named(queries.tasks, args.ids)]
    finally:
        queries.close()
    return follow(places, ids, args.timeout)
