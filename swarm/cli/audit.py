"""`swarm audit`: all that happened on one timeline, its proof, and its export."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.events import entry_sentence, filter_arguments, filter_from
from swarm.engine.readers import audit as audit_reader
from swarm.engine.readers import audit_check
from swarm.errors import SwarmError
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.queries import Queries


def audit_arguments(parser: ArgumentParser) -> None:
    """show, verify, export."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    show = verbs.add_parser("show", help="the newest of the timeline")
    filter_arguments(show)
    show.add_argument("--limit", type=int, default=200, metavar="N")
    verify = verbs.add_parser("verify", help="whether the raw lines are as recorded")
    verify.add_argument("id", nargs="?", type=task_id, metavar="ID")
    export = verbs.add_parser("export", help="all of it, for other programs")
    filter_arguments(export)
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of stdout")


def audit(args: Namespace) -> int:
    """Each reads the file alone; no keeper is needed."""
    return _VERBS[args.what](args)


def _show(args: Namespace) -> int:
    entries = _queries(args).audit.newest(filter_from(args), args.limit)
    for entry in reversed(entries):
        output.out(entry_sentence(entry))
    if not entries:
        output.out("nothing of that happened")
    return exit_codes.DONE


def _verify(args: Namespace) -> int:
    queries = _queries(args)
    tasks = [args.id] if args.id is not None else [t.id for t in _all_tasks(queries)]
    status = exit_codes.DONE
    for task in tasks:
        for found in audit_check.of_task(
            home.places().sensor, queries.audit.log_positions(task)
        ):
            if found.fault:
                status = exit_codes.FAILED
            words = found.fault or f"{found.lines:,} lines, as they were recorded"
            output.out(f"#{task:<4} {found.file.name:<20} {words}")
    if status:
        output.out("the audit was changed after it was recorded")
    return status


def _export(args: Namespace) -> int:
    entries = since(_queries(args).audit, AuditCursor(), filter_from(args))
    with _opened(args.out) as out:
        audit_reader.write(entries, args.format, out)
    return exit_codes.DONE


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            yield out
    except FileExistsError:
        raise SwarmError(
            f"{file} exists already", hint="name another file, or remove it"
        ) from None


def _queries(args: Namespace) -> Queries:
    queries = Queries(home.places().database)
    if args.id is not None:
        queries.tasks.get(args.id)
    return queries


def _all_tasks(queries: Queries) -> list[Any]:
    return list(queries.tasks.all(removed=True))


_VERBS = {"show": _show, "verify": _verify, "export": _export}
