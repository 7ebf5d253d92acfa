"""`swarm checkpoint`: what a task's worktree was, and the way back to it."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.model import format
from swarm.model.safe_text import safe_line
from swarm.model.wishes import RestoreCheckpoint, TakeCheckpoint
from swarm.store.event_queries import Checkpoint
from swarm.store.queries import Queries


def checkpoint_arguments(parser: ArgumentParser) -> None:
    """ls, take, restore."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listed = verbs.add_parser("ls", help="what there is to go back to")
    listed.add_argument("--json", action="store_true", help="one JSON array")
    take = verbs.add_parser("take", help="keep what the worktree holds now")
    restore = verbs.add_parser("restore", help="go back; what is there now is kept too")
    for verb in (listed, take, restore):
        verb.add_argument("id", type=task_id, metavar="ID")
    restore.add_argument(
        "number", type=int, metavar="N", help="of `ls`; 0 is where the task began"
    )


def checkpoint(args: Namespace) -> int:
    """`ls` reads the file alone; the others ask the keeper."""
    return {"ls": _ls, "take": _take, "restore": _restore}[args.what](args)


def _ls(args: Namespace) -> int:
    queries = Queries(home.places().database)
    task = queries.tasks.get(args.id)
    found = queries.events.checkpoints(task.id)
    if args.json:
        output.as_json([asdict(one) for one in found])
        return exit_codes.DONE
    for one in reversed(found):
        output.out(_row(one))
    output.out(
        f"{0:>4}  {format.date_time(task.started or task.created)}  where it began"
    )
    return exit_codes.DONE


def _row(one: Checkpoint) -> str:
    diff = f"+{one.added} -{one.deleted} in {one.files} files"
    left = f", {one.hidden} not in it" if one.hidden else ""
    why = f"  {safe_line(one.why, 60)}" if one.why else ""
    return f"{one.number:>4}  {format.date_time(one.at)}  {diff}{left}{why}"


def _take(args: Namespace) -> int:
    result = ask(home.places(), TakeCheckpoint(args.id))
    same = "" if result["new"] else "; nothing has changed since"
    output.out(f"checkpoint {result['number']} of task {args.id}{same}")
    return exit_codes.DONE


def _restore(args: Namespace) -> int:
    result = ask(home.places(), RestoreCheckpoint(args.id, args.number))
    done = f"{result['wrote']} files written, {result['removed']} removed"
    output.out(f"task {args.id} is at checkpoint {args.number}: {done}")
    for path in result["aside"]:
        output.out(f"set aside, for no checkpoint holds it: {path}")
    output.note(f"back again: `swarm checkpoint restore {args.id} {result['before']}`")
    return exit_codes.DONE
