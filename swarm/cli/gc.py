"""`swarm gc`: removes what belongs to no task."""

from argparse import ArgumentParser, Namespace

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.keeper_client import ask
from swarm.model.safe_text import safe_line
from swarm.model.wishes import CollectGarbage


def gc_arguments(parser: ArgumentParser) -> None:
    """Whether to do it."""
    parser.add_argument("--dry-run", action="store_true", help="only name it")
    parser.add_argument("--json", action="store_true")


def gc(args: Namespace) -> int:
    """Names what it finds, then what it removed of it."""
    answer = ask(home.places(), CollectGarbage(args.dry_run))
    if args.json:
        output.as_json(answer)
        return exit_codes.DONE
    found, removed = answer["found"], answer["removed"]
    for what in found:
        verb = "removed" if what in removed else "would remove"
        output.out(f"{verb} {safe_line(what)}")
    if not found:
        output.out("nothing to remove")
    return exit_codes.DONE
