"""`swarm diff`: shows a task's changes, and what the user's git makes of them."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from swarm.bootstrap import home, wiring
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.errors import Refused
from swarm.model import cover_text
from swarm.model.landing import from_json
from swarm.model.review import Change, Hidden
from swarm.model.safe_text import plain, safe_line
from swarm.model.wishes import PlanLanding, TakeSnapshot
from swarm.store.queries import Queries


def diff_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task, and the form of the output."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add("--stat", action="store_true", help="print files and flags only")
    add("--json", action="store_true", help="print files, flags and the tree as JSON")
    for option, words in (
        ("--include", "take in these paths that tools made, now and in later looks"),
        ("--leave-out", "leave included paths out again"),
    ):
        add(option, action="extend", nargs="+", default=[], metavar="PATH", help=words)
    add(
        "--landing",
        action="store_true",
        help="print what your filters and line-end rules change of the reviewed bytes",
    )
    add(
        "--raw",
        action="store_true",
        help="print the agent's bytes as they are; refused on a terminal",
    )


def diff(args: Namespace) -> int:
    """Print the changes, from a new reading of the worktree's bytes.

    The agent's own git is not asked; it could answer anything.
    """
    paths = home.ensure_paths()
    if args.raw and sys.stdout.isatty():
        raise Refused(
            "an agent's raw bytes could control this terminal",
            hint=f"redirect them; `swarm merge {args.id} --strategy patch` writes what "
            "`git apply` takes",
        )
    queries = Queries(paths.database).tasks
    task = queries.get(args.id)
    covered = cover_text.of_plan(queries.plan(task.id))
    include, leave_out = tuple(args.include) or None, tuple(args.leave_out) or None
    wish = TakeSnapshot(task.id, include, leave_out)
    tree = str(ask(paths, wish)["tree"])
    review = wiring.review(paths)
    if args.json or args.stat:
        changes, hidden = review.changes(task.id, tree), review.hidden(task.id, tree)
        if args.json:
            body = _to_json(tree, changes, hidden)
            output.as_json({**body, "covered": asdict(covered)})
        else:
            _print_stat(tree, changes, hidden)
            for line in cover_text.lines(covered):
                output.out(line)
        return exit_codes.DONE
    if args.landing:
        listed = from_json(ask(paths, PlanLanding(task.id, tree=tree)))
        _print_diff(review.landing_diff(task.id, tree, listed.landing_tree), args.raw)
        return exit_codes.DONE
    _print_diff(review.diff(task.id, tree), args.raw)
    _print_in_a_checkout(review.in_a_checkout(task.id, tree), args.raw)
    for entry in review.hidden(task.id, tree):
        if entry.optional:
            output.note(_left_out(entry))
    for line in cover_text.lines(covered):
        output.note(line)
    return exit_codes.DONE


def _print_diff(diff: bytes, as_bytes: bool) -> None:
    if as_bytes:
        sys.stdout.buffer.write(diff)
        return
    text = diff.decode("utf-8", "surrogateescape")
    output.out(plain(text, len(text)).rstrip("\n"))


def _print_in_a_checkout(diff: bytes, as_bytes: bool) -> None:
    """Raw output stays what git makes of the tree, so the words go elsewhere then."""
    if not diff:
        return
    words = "a checkout writes other bytes than the repository holds"
    if as_bytes:
        output.note(f"{words}: `swarm diff` without --raw shows them")
        return
    output.out(f"\n{words}:")
    _print_diff(diff, as_bytes=False)


def _print_stat(
    tree: str, changes: tuple[Change, ...], hidden: tuple[Hidden, ...]
) -> None:
    rows = [
        [change.kind, *_line_counts(change), _path(change), ", ".join(_reasons(change))]
        for change in changes
    ]
    if rows:
        output.columns(["CHANGE", "ADDED", "DELETED", "PATH", "LOOK AT"], rows)
    for entry in hidden:
        output.out(
            _left_out(entry) if entry.optional else f"hidden: {_described(entry)}"
        )
    output.out(f"files: {len(changes)}, hidden: {len(hidden)}, tree {tree}")


def _left_out(entry: Hidden) -> str:
    return f"left out: {_described(entry)}; `--include` takes it in"


def _described(entry: Hidden) -> str:
    count = f" ({entry.count} entries)" if entry.count > 1 else ""
    return f"{safe_line(entry.path)}{count} — {safe_line(entry.reason)}"


def _line_counts(change: Change) -> tuple[str, str]:
    if change.binary:
        return "binary", ""
    return f"+{change.added}", f"-{change.deleted}"


def _path(change: Change) -> str:
    return f"{change.old_path} ⇒ {change.path}" if change.old_path else change.path


def _reasons(change: Change) -> Iterator[str]:
    for flag in change.flags:
        yield f"{flag.level}: {flag.reason}"


def _to_json(
    tree: str, changes: tuple[Change, ...], hidden: tuple[Hidden, ...]
) -> dict[str, Any]:
    return {
        "tree": tree,
        "changes": [{**asdict(change), "gating": change.gating} for change in changes],
        "hidden": [asdict(entry) for entry in hidden],
    }
