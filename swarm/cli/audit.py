"""`swarm audit`: shows, verifies and exports all that happened, on one timeline."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.events import (
    filter_arguments,
    filter_from,
    print_entries,
    raw_argument,
)
from swarm.engine.readers import audit as audit_reader
from swarm.engine.readers import audit_check
from swarm.errors import SwarmError
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.queries import Queries


def audit_arguments(parser: ArgumentParser) -> None:
    """Add show, verify and export, each with arguments of its own."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="|".join(_ACTS))
    show = acts.add_parser("show", help="print the newest entries of the timeline")
    filter_arguments(show)
    raw_argument(show)
    show.add_argument("--limit", type=int, default=200, metavar="N")
    verify = acts.add_parser("verify", help="check that the raw lines are as recorded")
    verify.add_argument("id", nargs="?", type=task_id, metavar="ID")
    export = acts.add_parser("export", help="write every entry, for other programs")
    filter_arguments(export)
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    export.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write there instead of to standard output",
    )


def audit(args: Namespace) -> int:
    """Show, verify or export; each reads the database, and needs no keeper."""
    return _ACTS[args.act](args)


def _show(args: Namespace) -> int:
    entries = _queries(args).audit.newest(filter_from(args), args.limit)
    print_entries(reversed(entries), args.raw)
    if not entries:
        output.out("no entry matches")
    return exit_codes.DONE


def _verify(args: Namespace) -> int:
    queries = _queries(args)
    if args.id is not None:
        task_ids = [args.id]
    else:
        task_ids = [task.id for task in queries.tasks.all(removed=True)]
    status = exit_codes.DONE
    for number in task_ids:
        for verification in audit_check.of_task(
            home.ensure_paths().sensor, queries.audit.log_positions(number)
        ):
            if verification.fault:
                status = exit_codes.FAILED
            intact = f"{verification.lines:,} lines, as they were recorded"
            result = verification.fault or intact
            output.out(f"#{number:<4} {verification.file.name:<20} {result}")
    if status != exit_codes.DONE:
        output.out("the audit was changed after it was recorded")
    return status


def _export(args: Namespace) -> int:
    wanted = replace(filter_from(args), raw=True)
    entries = since(_queries(args).audit, AuditCursor(), wanted)
    with _output_file(args.out) as out:
        audit_reader.write(entries, args.format, out)
    return exit_codes.DONE


@contextmanager
def _output_file(file: Path | None) -> Iterator[TextIO]:
    """A new file, or standard output; SwarmError if the file exists."""
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
    """The read side; NotFound if a task is named that does not exist."""
    queries = Queries(home.ensure_paths().database)
    if args.id is not None:
        queries.tasks.get(args.id)
    return queries


_ACTS = {"show": _show, "verify": _verify, "export": _export}
