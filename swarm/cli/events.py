"""`swarm events`: the journal and the audit as a human or a program reads them."""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from datetime import datetime

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import changes
from swarm.engine.readers.audit import facts
from swarm.model import activity_text, audit_text, format
from swarm.model.audit_query import GROUPS, Entry, Filter
from swarm.model.events import Recorded
from swarm.model.safe_text import safe_line
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.queries import Queries

SILENT = frozenset({"plan", "prompt"})
"""Fields too long for a line; `--json` and `swarm show` have them."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def events_arguments(parser: ArgumentParser) -> None:
    """The filter, `--follow` and `--json`."""
    filter_arguments(parser)
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl+C")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    raw_argument(parser)


def raw_argument(parser: ArgumentParser) -> None:
    """The argument that shows what screens only count."""
    words = "every entry with its fields, also what is counted only"
    parser.add_argument("--raw", action="store_true", help=words)


def filter_arguments(parser: ArgumentParser) -> None:
    """The arguments that select a part of the timeline."""
    add = parser.add_argument
    add("id", nargs="?", type=task_id, metavar="ID")
    add("--kind", choices=sorted(GROUPS), help="only what concerns this")
    add("--denied", action="store_true", help="only what was refused")
    add("--flagged", action="store_true", help="only what a human should look at")
    add("--since", type=moment, default=0.0, metavar="WHEN", help="10m, 2h, 3d, a time")
    add("--text", default="", metavar="TEXT", help="in a path, a command, a field")


def moment(text: str) -> float:
    """Seconds since the epoch: `10m` before now, or an ISO date or time."""
    span = re.fullmatch(r"(\d+)([smhd])", text)
    if span:
        return time.time() - int(span[1]) * _UNITS[span[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no span such as 10m and no time such as 2026-01-31T12:00"
        ) from None


def filter_from(args: Namespace) -> Filter:
    """The filter that the arguments describe."""
    return Filter(
        task=args.id,
        groups=frozenset([args.kind]) if args.kind else frozenset(GROUPS),
        verdict="denied" if args.denied else "flagged" if args.flagged else "",
        since=args.since,
        text=args.text,
        raw=getattr(args, "raw", False) or getattr(args, "json", False),
    )


def events(args: Namespace) -> int:
    """Print the timeline, oldest first; with --follow until Ctrl+C."""
    queries, cursor = Queries(home.ensure_paths().database), AuditCursor()
    if args.id is not None:
        queries.tasks.get(args.id)
    wanted = filter_from(args)
    _print(since(queries.audit, cursor, wanted), args)
    if args.follow:
        for grew in changes(queries):
            if grew:
                _print(since(queries.audit, cursor, wanted), args)
    return exit_codes.DONE


def _print(entries: Iterator[Entry], args: Namespace) -> None:
    if not args.json:
        print_entries(entries, args.raw)
        return
    for entry in entries:
        output.as_json_line(facts(entry))


def print_entries(entries: Iterable[Entry], is_raw: bool) -> None:
    """One entry on each line, as the Audit screen says it, or field by field."""
    for entry in entries:
        output.out(raw_sentence(entry) if is_raw else entry_sentence(entry))


def entry_sentence(entry: Entry) -> str:
    """One entry on one line, harmless, in the words of the Audit screen."""
    line = audit_text.line(entry)
    words = f"{line.kind:<6} {line.glyph} {line.words}"
    reason = f"  {line.reason}" if line.reason else ""
    return f"{_head(entry.at, entry.task)} {words}{reason}"


def raw_sentence(entry: Entry) -> str:
    """One entry on one line, harmless: an event with all its fields."""
    if entry.event:
        return sentence(entry.event)
    kind, reason = _kind_and_reason(entry)
    words = f"{activity_text.entry_text(entry)}  {reason}".rstrip()
    return f"{_head(entry.at, entry.task)} {kind:<18} {words}"


def _kind_and_reason(entry: Entry) -> tuple[str, str]:
    action = entry.action
    if action is None:
        return "file", safe_line(entry.activity.note if entry.activity else "")
    mark = "denied" if action.result < 0 else "flag" if action.level else ""
    counted = f"counted as {action.quiet}" if action.quiet else ""
    reason = f"{activity_text.reason_text(action)}  {counted}".strip()
    return f"{action.kind} {mark}".strip(), reason


def sentence(record: Recorded) -> str:
    """An event on one line, harmless."""
    kind = type(record.event).__name__
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()
    values = [
        f"{name}={_value(value)}"
        for name, value in record.event.to_json().items()
        if name not in SILENT and value not in ("", None, ())
    ]
    return f"{_head(record.at, record.task)} {words:<18} {' '.join(values)}".rstrip()


def _head(at: float, task: int | None) -> str:
    clock = format.date_time(at)
    subject = f"#{task}" if task is not None else "-"
    return f"{clock}  {subject:<4}"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = safe_line(str(value), 200)
    return f'"{text}"' if " " in text else text
