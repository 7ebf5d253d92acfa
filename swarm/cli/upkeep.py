"""`swarm keeper` and `swarm gc`: the engine in the foreground, and its leftovers."""

from argparse import ArgumentParser, Namespace

from swarm import bootstrap
from swarm.cli import exits, say
from swarm.cli.wishing import ask
from swarm.model.safe_text import line


def keeper_arguments(_parser: ArgumentParser) -> None:
    """None."""


def gc_arguments(parser: ArgumentParser) -> None:
    """Whether to do it."""
    parser.add_argument("--dry-run", action="store_true", help="only name it")
    parser.add_argument("--json", action="store_true")


def keeper(_args: Namespace) -> int:
    """Serves until TERM; yields at once, with 0, where another keeper serves."""
    return bootstrap.run_keeper(bootstrap.places())


def gc(args: Namespace) -> int:
    """Names what it finds, then what it removed of it."""
    answer = ask(bootstrap.places(), "gc", {"dry_run": args.dry_run})
    if args.json:
        say.as_json(answer)
        return exits.DONE
    found, removed = answer["found"], answer["removed"]
    for what in found:
        verb = "removed" if what in removed else "would remove"
        say.out(f"{verb} {line(what)}")
    if not found:
        say.out("nothing to remove")
    return exits.DONE
