"""`swarm gc`: removes what belongs to no task."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.keeper_client import ask
from swarm.model.safe_text import safe_line
from swarm.model.wishes import CollectGarbage


def gc_arguments(parser: ArgumentParser) -> None:
    """Options: only list, and JSON."""
    parser.add_argument(
        "--dry-run", action="store_true", help="list it without removing it"
    )
    parser.add_argument("--json", action="store_true")


def gc(args: Namespace) -> int:
    """Ask the keeper to remove leftovers, and list them."""
    answer = ask(home.places(), CollectGarbage(args.dry_run))
    if args.json:
        output.as_json(answer)
        return exit_codes.DONE
    leftovers, removed = answer["found"], answer["removed"]
    for name in leftovers:
        verb = "removed" if name in removed else "would remove"
        output.out(f"{verb} {safe_line(name)}")
    if not leftovers:
        output.out("nothing to remove")
    return exit_codes.DONE
