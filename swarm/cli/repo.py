"""`swarm repo`: tells swarm of a repository that the user moved."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.keeper_client import ask
from swarm.model.safe_text import safe_line
from swarm.model.wishes import MoveRepository


def repo_arguments(parser: ArgumentParser) -> None:
    """The subcommand `moved`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")
    moved = verbs.add_parser("moved", help="have a repository's tasks follow it")
    moved.add_argument(
        "old", type=Path, metavar="OLD", help="where it was, or a directory above it"
    )
    moved.add_argument("new", type=Path, metavar="NEW", help="where that is now")


def repo(args: Namespace) -> int:
    """Have the tasks follow, and print how many did."""
    old, new = args.old.expanduser().absolute(), args.new.expanduser().resolve()
    # A link that was left at the old place must not lead to the new one.
    old = old.parent.resolve() / old.name
    answer = ask(home.ensure_paths(), MoveRepository(str(old), str(new)))
    ids = ", ".join(f"#{number}" for number in answer["tasks"])
    output.note(f"{ids}: now of {safe_line(str(new))}")
    if answer["live"]:
        live = ", ".join(f"#{number}" for number in answer["live"])
        output.note(
            f"{live}: its sandbox still has the objects of the old place; if you moved "
            "it to another disk, stop the task and start it anew"
        )
    return exit_codes.DONE
