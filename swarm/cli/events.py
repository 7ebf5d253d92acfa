"""`swarm events`: the journal and the audit as a human or a program reads them."""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from datetime import datetime

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import changes
from swarm.engine.readers.audit import facts
from swarm.model import activity_text, format
from swarm.model import events as e
from swarm.model.audit_query import GROUPS, Entry, Filter
from swarm.model.safe_text import safe_line
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.queries import Queries

SILENT = frozenset({"plan", "prompt"})
"""Fields too long for a line; `--json` and `swarm show` have them."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def events_arguments(parser: ArgumentParser) -> None:
    """Of which task, in which form, and whether to go on."""
    wanted_arguments(parser)
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl+C")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def wanted_arguments(parser: ArgumentParser) -> None:
    """What of the timeline is wanted."""
    add = parser.add_argument
    add("id", nargs="?", type=task_id, metavar="ID")
    add("--kind", choices=sorted(GROUPS), help="only what concerns this")
    add("--denied", action="store_true", help="only what was refused")
    add("--flagged", action="store_true", help="only what a human should look at")
    add("--since", type=moment, default=0.0, metavar="WHEN", help="10m, 2h, 3d, a time")
    add("--text", default="", metavar="TEXT", help="in a path, a command, a field")


def moment(text: str) -> float:
    """Seconds since the epoch: `10m` before now, or an ISO date or time."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if found:
        return time.time() - int(found[1]) * _UNITS[found[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no span such as 10m and no time such as 2026-01-31T12:00"
        ) from None


def wanted(args: Namespace) -> Filter:
    """The filter that the arguments ask for."""
    return Filter(
        task=args.id,
        groups=frozenset([args.kind]) if args.kind else frozenset(GROUPS),
        verdict="denied" if args.denied else "flagged" if args.flagged else "",
        since=args.since,
        text=args.text,
    )


def events(args: Namespace) -> int:
    """Oldest first; with --follow never ends by itself."""
    queries, seen = Queries(home.places().database), AuditCursor()
    if args.id is not None:
        queries.tasks.get(args.id)
    _print(since(queries.audit, seen, wanted(args)), args.json)
    if args.follow:
        for grew in changes(queries):
            if grew:
                _print(since(queries.audit, seen, wanted(args)), args.json)
    return exit_codes.DONE


def _print(entries: Iterator[Entry], as_json: bool) -> None:
    for entry in entries:
        if as_json:
            output.as_json_line(facts(entry))
        else:
            output.out(entry_sentence(entry))


def entry_sentence(entry: Entry) -> str:
    """One entry on one line, harmless."""
    if entry.event:
        return sentence(entry.event)
    kind, reason = _kind_and_why(entry)
    words = f"{activity_text.entry_text(entry)}  {reason}".rstrip()
    return f"{_head(entry.at, entry.task)} {kind:<18} {words}"


def _kind_and_why(entry: Entry) -> tuple[str, str]:
    done = entry.action
    if done is None:
        return "file", safe_line(entry.activity.note if entry.activity else "")
    mark = "denied" if done.result < 0 else "flag" if done.level else ""
    return f"{done.kind} {mark}".strip(), activity_text.reason_text(done)


def sentence(known: e.Recorded) -> str:
    """An event on one line, harmless."""
    kind = type(known.event).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()
    told = [
        f"{name}={_value(value)}"
        for name, value in known.event.to_json().items()
        if name not in SILENT and value not in ("", None, ())
    ]
    return f"{_head(known.at, known.task)} {words:<18} {' '.join(told)}".rstrip()


def _head(at: float, task: int | None) -> str:
    clock = format.date_time(at)
    whose = f"#{task}" if task is not None else "-"
    return f"{clock}  {whose:<4}"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = safe_line(str(value), 200)
    return f'"{text}"' if " " in text else text
