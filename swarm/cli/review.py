"""`swarm diff` and `swarm merge`: what a task changed, and how it comes home."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.errors import Refused
from swarm.model.review import STRATEGIES, Change, Hidden
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import Task
from swarm.model.wishes import Merge, TakeSnapshot
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries


def diff_arguments(parser: ArgumentParser) -> None:
    """One id, and in which form."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add("--stat", action="store_true", help="files and flags only")
    add("--json", action="store_true", help="files, flags and the tree, as JSON")
    add(
        "--raw",
        action="store_true",
        help="the agent's bytes as they are; never to a terminal",
    )


def merge_arguments(parser: ArgumentParser) -> None:
    """One id, where to and how, and which risks were looked at."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add("--strategy", choices=STRATEGIES, help="default: the config's")
    add("--into", metavar="BRANCH", help="default: the branch the task began from")
    add("-m", "--message", metavar="MSG", help="default: made from the prompt")
    add("--output", type=Path, metavar="FILE", help="where --strategy patch writes")
    add("--tree", metavar="ID", help="merge exactly this reviewed tree")
    add(
        "--accept-risk",
        action="extend",
        nargs="+",
        default=[],
        metavar="PATH",
        help="you looked at these flagged files",
    )
    add("--accept-all-risks", action="store_true", help="you looked at all of them")


def diff(args: Namespace) -> int:
    """Reads the worktree's bytes anew; whatever the agent's git says is not asked."""
    places = home.places()
    if args.raw and sys.stdout.isatty():
        raise Refused(
            "an agent's raw bytes could control this terminal",
            hint=f"redirect them; `swarm merge {args.id} --strategy patch` writes what "
            "`git apply` takes",
        )
    task = Queries(places.database).tasks.get(args.id)
    tree = snapshot(places, task)
    review = wiring.review(places)
    if args.json or args.stat:
        changes, hidden = review.changes(task.id, tree), review.hidden(task.id, tree)
        if args.json:
            output.as_json(_facts(tree, changes, hidden))
        else:
            _stat(tree, changes, hidden)
        return exit_codes.DONE
    _print_diff(review.diff(task.id, tree), args.raw)
    return exit_codes.DONE


def snapshot(paths: HomePaths, task: Task) -> str:
    """The id of the tree that the worktree's bytes are now; a wish of its own."""
    return str(ask(paths, TakeSnapshot(task.id))["tree"])


def merge(args: Namespace) -> int:
    """Merges what was read last; the engine refuses where the files changed since."""
    places = home.places()
    task = Queries(places.database).tasks.get(args.id)
    wish = Merge(
        task.id,
        tree=args.tree or task.review.tree,
        strategy=args.strategy or "",
        target=args.into or "",
        message=args.message or "",
        accepted="all" if args.accept_all_risks else tuple(args.accept_risk),
        output=str(args.output.expanduser().absolute()) if args.output else "",
    )
    answer = ask(places, wish)
    if "path" in answer:
        output.out(f"wrote {safe_line(answer['path'])}")
    else:
        into = safe_line(answer["target"])
        output.out(f"merged #{task.id} {task.name} into {into} as {answer['commit']}")
    return exit_codes.DONE


def _print_diff(raw: bytes, untouched: bool) -> None:
    if untouched:
        sys.stdout.buffer.write(raw)
        return
    text = raw.decode("utf-8", "surrogateescape")
    output.out(plain(text, len(text)).rstrip("\n"))


def _stat(tree: str, changes: tuple[Change, ...], hidden: tuple[Hidden, ...]) -> None:
    rows = [
        [change.kind, *_lines(change), _named(change), ", ".join(_reasons(change))]
        for change in changes
    ]
    if rows:
        output.columns(["CHANGE", "ADDED", "DELETED", "PATH", "LOOK AT"], rows)
    for entry in hidden:
        count = f" ({entry.count} entries)" if entry.count > 1 else ""
        output.out(
            f"hidden: {safe_line(entry.path)}{count} — {safe_line(entry.reason)}"
        )
    output.out(f"files: {len(changes)}, hidden: {len(hidden)}, tree {tree}")


def _lines(change: Change) -> tuple[str, str]:
    if change.binary:
        return "binary", ""
    return f"+{change.added}", f"-{change.deleted}"


def _named(change: Change) -> str:
    return f"{change.old_path} ⇒ {change.path}" if change.old_path else change.path


def _reasons(change: Change) -> Iterator[str]:
    for flag in change.flags:
        yield f"{flag.level}: {flag.reason}"


def _facts(
    tree: str, changes: tuple[Change, ...], hidden: tuple[Hidden, ...]
) -> dict[str, Any]:
    return {
        "tree": tree,
        "changes": [{**asdict(change), "gating": change.gating} for change in changes],
        "hidden": [asdict(entry) for entry in hidden],
    }
