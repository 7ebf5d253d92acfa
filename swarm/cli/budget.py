"""`swarm budget`: shows and sets the use of models that a task is allowed."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id, tokens
from swarm.cli.keeper_client import ask
from swarm.cli.task_facts import budget_of
from swarm.model.wishes import SetBudget
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries


def budget_arguments(parser: ArgumentParser) -> None:
    """The id and the new limits."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add(
        "--tokens",
        type=tokens,
        metavar="N",
        help="all in all: 500k, 2M; 0 for no limit",
    )
    add(
        "--dollars",
        type=float,
        metavar="X",
        help="all in all, as estimated; 0 for no limit",
    )


def budget(args: Namespace) -> int:
    """Set the limits that are given, then print usage and limits."""
    places = home.ensure_paths()
    if args.tokens is not None or args.dollars is not None:
        ask(places, SetBudget(args.id, args.tokens, args.dollars))
    task = TaskQueries(ReadConnection(places.database)).get(args.id)
    used = f"{task.model.tokens:,} tokens, about ${task.model.cost:.2f}"
    output.fields(
        [("used", used), ("may use", budget_of(task) or "as much as it wants")]
    )
    return exit_codes.DONE
