"""`swarm gc`: removes what ended tasks left, and what belongs to no task."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from swarm.bootstrap import home
from swarm.cli import bulk, exit_codes, image_pruning, output, task_selection
from swarm.cli.keeper_client import ask
from swarm.cli.task_actions import all_tasks
from swarm.cli.task_selection import Chosen
from swarm.model import format
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.model.wishes import CollectGarbage


def gc_arguments(parser: ArgumentParser) -> None:
    """Options: the ended tasks that go, images, only list, ask nothing, and JSON."""
    task_selection.add_filters(parser, everywhere=True)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--images",
        action="store_true",
        help="then remove older images of agents that no task needs; asks before",
    )


def gc(args: Namespace) -> int:
    """Ask the keeper to remove leftovers, and list them.

    Without a filter these are merged tasks and old discards; with one it asks first.
    """
    chosen = _chosen(args)
    ids = None if chosen is None else tuple(task.id for task in chosen.tasks)
    asks = chosen is not None and chosen.tasks and not args.dry_run
    if chosen and asks and not bulk.may_go_on("rm", chosen, args):
        return exit_codes.FAILED
    answer = ask(home.ensure_paths(), CollectGarbage(args.dry_run, ids))
    failed = answer.get("failed", [])
    if not args.json:
        _print(answer)
    if args.images:
        answer = {**answer, "images": _images(args)}
    elif not args.json and sys.stdin.isatty():
        _offer_images()
    if args.json:
        output.as_json(answer)
    if chosen and not args.json:
        bulk.note_left_out(chosen)
        if args.dry_run:
            output.note(f"{task_selection.counted(chosen.tasks)}; nothing was done")
    if failed:
        count = plural(len(answer["removed"]), "thing")
        output.note(f"{count} removed; {len(failed)} not: see above")
    return exit_codes.FAILED if failed else exit_codes.DONE


def _chosen(args: Namespace) -> Chosen | None:
    """The tasks that the filters choose in every repository; None without a filter."""
    selection = task_selection.selection_of(args)
    if not selection.has_filter:
        return None
    return task_selection.choose(selection, "rm", all_tasks(home.ensure_paths()), None)


def _images(args: Namespace) -> dict[str, Any]:
    """Remove older images of agents; the bytes are those of all local images."""
    from swarm.adapters.docker import DockerImages  # noqa: PLC0415 - loads docker

    say = output.note if args.json else output.out
    pruned = image_pruning.removed(DockerImages(), home.ensure_paths(), args, say)
    return {
        "removed": [image.reference for image in pruned.removed],
        "before": pruned.before,
        "after": pruned.after,
    }


def _offer_images() -> None:
    """Say that there are some, to a person."""
    from swarm.adapters.docker import DockerImages  # noqa: PLC0415 - loads docker

    if sentence := image_pruning.offer(DockerImages(), home.ensure_paths()):
        output.note(sentence)


def _print(answer: dict[str, Any]) -> None:
    for name in answer["found"]:
        verb = "removed" if name in answer["removed"] else "would remove"
        if not any(each.startswith(f"{name}: ") for each in answer.get("failed", [])):
            output.out(f"{verb} {safe_line(name)}")
    for sentence in answer.get("failed", []):
        output.note(f"stays: {safe_line(sentence, 300)}")
    if not answer["found"]:
        output.out("nothing to remove")
    for key, title in (("outputs", "build output"), ("bases", "warm bases")):
        room = answer.get(key) or {}
        if room.get("before"):
            before, after = (format.size(room[each]) for each in ("before", "after"))
            output.note(f"{title}: {before} before, {after} now")
