"""`swarm checkpoint`: lists, takes and restores states of a task's worktree."""

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
    """The subcommands `ls`, `take` and `restore`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")
    ls = verbs.add_parser("ls", help="list the checkpoints")
    ls.add_argument("--json", action="store_true", help="one JSON array")
    take = verbs.add_parser("take", help="keep what the worktree holds now")
    restore = verbs.add_parser("restore", help="go back; the present state is kept too")
    for verb in (ls, take, restore):
        verb.add_argument("id", type=task_id, metavar="ID")
    restore.add_argument(
        "number", type=int, metavar="N", help="of `ls`; 0 is where the task began"
    )


def checkpoint(args: Namespace) -> int:
    """List without the keeper; `take` and `restore` ask it."""
    return {"ls": _ls, "take": _take, "restore": _restore}[args.verb](args)


def _ls(args: Namespace) -> int:
    queries = Queries(home.ensure_paths().database)
    task = queries.tasks.get(args.id)
    checkpoints = queries.events.checkpoints(task.id)
    if args.json:
        output.as_json([asdict(checkpoint) for checkpoint in checkpoints])
        return exit_codes.DONE
    for checkpoint in reversed(checkpoints):
        output.out(_row(checkpoint))
    output.out(
        f"{0:>4}  {format.date_time(task.started or task.created)}  where it began"
    )
    return exit_codes.DONE


def _row(checkpoint: Checkpoint) -> str:
    diff = f"+{checkpoint.added} -{checkpoint.deleted} in {checkpoint.files} files"
    hidden = f", {checkpoint.hidden} not in it" if checkpoint.hidden else ""
    why = f"  {safe_line(checkpoint.why, 60)}" if checkpoint.why else ""
    time = format.date_time(checkpoint.at)
    return f"{checkpoint.number:>4}  {time}  {diff}{hidden}{why}"


def _take(args: Namespace) -> int:
    result = ask(home.ensure_paths(), TakeCheckpoint(args.id))
    suffix = "" if result["new"] else "; nothing has changed since"
    output.out(f"checkpoint {result['number']} of task {args.id}{suffix}")
    return exit_codes.DONE


def _restore(args: Namespace) -> int:
    result = ask(home.ensure_paths(), RestoreCheckpoint(args.id, args.number))
    counts = f"{result['wrote']} files written, {result['removed']} removed"
    output.out(f"task {args.id} is at checkpoint {args.number}: {counts}")
    for path in result["aside"]:
        output.out(f"set aside, for no checkpoint holds it: {path}")
    output.note(f"back again: `swarm checkpoint restore {args.id} {result['before']}`")
    return exit_codes.DONE
