"""`swarm events`: the journal as a human or a program reads it."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from swarm import bootstrap
from swarm.cli import exits, say
from swarm.cli.parser import task_id
from swarm.cli.wishing import changes
from swarm.model import events as e
from swarm.model.text import line
from swarm.store.queries import Queries

KINDS = {
    "net": ("Net", "Gate", "Model"),
    "policy": ("Policy",),
    "life": ("Task", "Step", "Merge", "Work", "Base", "Bring", "Snapshot"),
}
"""How the names of such events begin."""
DENIALS = (e.NetDenied, e.BringBackRefused, e.MergeRefused)

SILENT = frozenset({"plan", "prompt"})
"""Fields too long for a line; `--json` and `swarm show` have them."""


def events_arguments(parser: ArgumentParser) -> None:
    """Of which task, in which form, and whether to go on."""
    parser.add_argument("id", nargs="?", type=task_id, metavar="ID")
    parser.add_argument("--kind", choices=sorted(KINDS), help="only what concerns this")
    parser.add_argument("--denied", action="store_true", help="only what was refused")
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl+C")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def events(args: Namespace) -> int:
    """Oldest first; with --follow never ends by itself."""
    queries = Queries(bootstrap.places().database)
    if args.id is not None:
        queries.task(args.id)
    seen = _print_after(queries, 0, args)
    if args.follow:
        for grew in changes(queries):
            seen = _print_after(queries, seen, args) if grew else seen
    return exits.DONE


def _print_after(queries: Queries, seen: int, args: Namespace) -> int:
    while batch := queries.events(after=seen, task=args.id):
        for known in filter(lambda known: _is_wanted(known.event, args), batch):
            if args.json:
                say.as_json_line(facts(known))
            else:
                say.out(sentence(known))
        seen = batch[-1].id
    return seen


def _is_wanted(event: e.Event, args: Namespace) -> bool:
    if args.denied and not isinstance(event, DENIALS):
        return False
    return not args.kind or type(event).__name__.startswith(KINDS[args.kind])


def facts(known: e.Recorded) -> dict[str, Any]:
    """An event as JSON has it."""
    kind, body = e.encode(known.event)
    head = {"id": known.id, "at": known.at, "task": known.task, "kind": kind}
    return {**head, "body": body}


def sentence(known: e.Recorded) -> str:
    """An event on one line, harmless."""
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(known.at))
    whose = f"#{known.task}" if known.task is not None else "-"
    kind = type(known.event).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()
    told = [
        f"{name}={_value(value)}"
        for name, value in asdict(known.event).items()
        if name not in SILENT and value not in ("", None, ())
    ]
    return f"{clock}  {whose:<4} {words:<18} {' '.join(told)}".rstrip()


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = line(str(value), 200)
    return f'"{text}"' if " " in text else text
