"""`swarm wait`: blocks until tasks ended, are ready or ask; its status says how."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import bulk, task_selection, wait_goals
from swarm.cli.arguments import repository
from swarm.cli.progress import follow
from swarm.cli.task_actions import all_tasks


def wait_arguments(parser: ArgumentParser) -> None:
    """The ids, what is waited for, and the longest time to wait."""
    task_selection.add_ranges(parser)
    parser.add_argument(
        "--for",
        dest="goal",
        choices=wait_goals.GOALS,
        default=wait_goals.END,
        help="until all have ended (as without it), until all agents are ready (6 if "
        "one waits for you), or until one asks you something",
    )
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="give up then, with 124"
    )


def wait(args: Namespace) -> int:
    """0 once it is there, 3 if a task ended otherwise, 124 when time is over.

    With `--for ready` 6 if an agent does not go on without its human.

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
    return follow(places, [task.id for task in chosen.tasks], args.timeout, args.goal)
