"""`swarm merge`: shows what a merge would do, and merges."""

import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.model.format import plural
from swarm.model.landing import LandingItem, LandingList, Verdict, from_json
from swarm.model.review import STRATEGIES
from swarm.model.safe_text import safe_line
from swarm.model.wishes import Accepted, ForgetAcknowledged, Merge, PlanLanding
from swarm.store.queries import Queries

SHOWN_CONVERSIONS = 10
"""Converted files that are listed one by one; the others are counted."""

_WORDS = {
    Verdict.REFUSED: "refused",
    Verdict.NAMED: "note",
    Verdict.DONE: "done",
}


def merge_arguments(parser: ArgumentParser) -> None:
    """Add the id of one task, the target, and what the human knows and accepts."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add("--strategy", choices=STRATEGIES, help="default: the config's")
    add("--into", metavar="BRANCH", help="default: the branch the task began from")
    add("-m", "--message", metavar="MSG", help="default: made from the prompt")
    add(
        "--output",
        type=Path,
        metavar="FILE",
        help="the file that --strategy patch writes",
    )
    add("--tree", metavar="ID", help="merge exactly this reviewed tree")
    add(
        "--landing-tree",
        metavar="ID",
        help="merge only if your git stores exactly this tree of it, as --dry-run said",
    )
    add(
        "-n",
        "--dry-run",
        action="store_true",
        help="print what the merge would do; the status is 1 if it would be refused",
    )
    add("--json", action="store_true", help="print the answer as JSON")
    add("--signoff", action="store_true", help="add your Signed-off-by line")
    add(
        "--commit-msg-hook",
        action="store_true",
        help="run your own commit-msg hook on the message",
    )
    _add_acceptances(parser)


def _add_acceptances(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--accept-risk",
        action="extend",
        nargs="+",
        default=[],
        metavar="PATH",
        help="merge although these files are flagged: you have looked at them",
    )
    add(
        "--accept-all-risks",
        action="store_true",
        help="merge although files are flagged: you have looked at all of them",
    )
    add(
        "--acknowledge",
        action="extend",
        nargs="+",
        default=[],
        metavar="KEY",
        help="merge although there is this note, such as hook:pre-commit",
    )
    add(
        "--acknowledge-all",
        action="store_true",
        help="merge although there are notes: you have read all of them",
    )
    add(
        "--ask-again",
        action="store_true",
        help="forget what was acknowledged in earlier merges of this repository",
    )


def merge(args: Namespace) -> int:
    """Print the landing list, and merge exactly what it shows.

    With `--dry-run` nothing is merged; the status says if it would be.
    """
    paths = home.ensure_paths()
    task = Queries(paths.database).tasks.get(args.id)
    if args.ask_again:
        ask(paths, ForgetAcknowledged(task.id))
    wish = PlanLanding(
        task.id,
        tree=args.tree or task.review.tree,
        strategy=args.strategy or "",
        target=args.into or "",
        message=args.message or "",
        signoff=args.signoff,
        message_hook=args.commit_msg_hook,
    )
    listed = from_json(ask(paths, wish))
    if args.dry_run:
        return _dry_run(args, listed)
    if not args.json:
        _print_list(args.id, listed)
    answer = ask(paths, _wish(args, listed))
    if args.json:
        output.as_json(answer)
    elif "path" in answer:
        output.out(f"wrote {safe_line(answer['path'])}")
    else:
        into = safe_line(answer["target"])
        output.out(f"merged #{task.id} {task.name} into {into} as {answer['commit']}")
    return exit_codes.DONE


def _accepted(args: Namespace) -> Accepted:
    return "all" if args.accept_all_risks else tuple(args.accept_risk)


def _acknowledged(args: Namespace) -> Accepted:
    return "all" if args.acknowledge_all else tuple(args.acknowledge)


def _wish(args: Namespace, listed: LandingList) -> Merge:
    """The merge of what the list shows."""
    return Merge(
        args.id,
        tree=listed.tree,
        strategy=listed.strategy,
        target=args.into or "",
        message=args.message or "",
        accepted=_accepted(args),
        output=str(args.output.expanduser().absolute()) if args.output else "",
        landing_tree=args.landing_tree or listed.landing_tree,
        acknowledged=_acknowledged(args),
        signoff=args.signoff,
        message_hook=args.commit_msg_hook,
    )


def _dry_run(args: Namespace, listed: LandingList) -> int:
    missing = listed.unacknowledged(_acknowledged(args))
    unseen = listed.unaccepted(_accepted(args))
    lands = not (listed.refused or missing or unseen)
    if args.json:
        output.as_json(_to_json(listed, lands, missing, unseen))
    else:
        _print_list(args.id, listed)
        for path in unseen:
            output.out(f"flagged: {safe_line(path)} (--accept-risk PATH)")
        if missing:
            keys = " ".join(shlex.quote(item.key) for item in missing)
            output.out(f"acknowledge with: --acknowledge {safe_line(keys, 4000)}")
        output.out("would merge" if lands else "would not merge")
    return exit_codes.DONE if lands else exit_codes.FAILED


def _to_json(
    listed: LandingList,
    lands: bool,
    missing: tuple[LandingItem, ...],
    unseen: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "lands": lands,
        "unacknowledged": [item.key for item in missing],
        "unaccepted": list(unseen),
        "landing": listed.to_json(),
    }


def _print_list(task: int, listed: LandingList) -> None:
    if listed.strategy == "patch":
        head = "a patch file"
    else:
        head = f"{listed.strategy} onto {safe_line(listed.target)}"
    output.out(f"{head}, tree {listed.tree}")
    for item in (*listed.refused, *listed.named, *listed.done):
        known = " (acknowledged)" if item.key in listed.acknowledged else ""
        line = f"{safe_line(item.key)}: {item.line()}{known}"
        output.out(f"  {_WORDS[item.verdict]:<9} {line}")
        if item.hint and item.verdict is Verdict.REFUSED:
            output.out(f"  {'':<9} {safe_line(item.hint)}")
    _print_conversions(task, listed)


def _print_conversions(task: int, listed: LandingList) -> None:
    if not listed.conversions:
        return
    files = plural(len(listed.conversions), "file")
    output.out(
        f"your git stores other bytes of {files} than those reviewed, "
        f"tree {listed.landing_tree} (`swarm diff {task} --landing`)"
    )
    for each in listed.conversions[:SHOWN_CONVERSIONS]:
        blobs = f"{each.reviewed[:9]} → {each.landing[:9]}"
        output.out(f"  {safe_line(each.path)}  {blobs}")
    more = len(listed.conversions) - SHOWN_CONVERSIONS
    if more > 0:
        output.out(f"  and {plural(more, 'more file')}")
