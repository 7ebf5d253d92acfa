"""What a front end asks of the audit: a task's files, the timeline, and its export."""

import csv
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, TextIO

from swarm.errors import SwarmError
from swarm.model import activity_text
from swarm.model.audit_query import Counts, Entry, Filter, PathRow
from swarm.plan.naming import HomePaths
from swarm.store.audit_pages import AuditCursor, since
from swarm.store.queries import Queries

Form = Literal["jsonl", "csv"]

COLUMNS = (
    *("at", "task", "kind", "op", "path"),
    *("other", "result", "code", "note", "words"),
)


class AuditReader:
    """Opens the file anew for each question, so that any thread may ask; blocks."""

    def __init__(self, paths: HomePaths) -> None:
        self._at = paths

    def places(self, task: int, noise: bool) -> tuple[list[PathRow], Counts]:
        """A task's paths, the newest first, and its numbers."""
        queries = Queries(self._at.database)
        try:
            return queries.audit.paths(task, noise=noise), queries.audit.counts(task)
        finally:
            queries.close()

    def entries(self, wanted: Filter, limit: int) -> list[Entry]:
        """The newest of the timeline, newest first."""
        queries = Queries(self._at.database)
        try:
            return queries.audit.newest(wanted, limit)
        finally:
            queries.close()

    def export(self, wanted: Filter, form: Form) -> Path:
        """Write all of it to a new file under the home, and say where."""
        folder = self._at.home / "exports"
        folder.mkdir(exist_ok=True, mode=0o700)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        file = folder / f"audit-{stamp}-{time.time_ns() % 1000:03}.{form}"
        queries = Queries(self._at.database)
        try:
            with file.open("x", encoding="utf-8", newline="") as out:
                every = replace(wanted, raw=True)
                write(since(queries.audit, AuditCursor(), every), form, out)
        except OSError as error:
            raise SwarmError(f"{file} cannot be written: {error.strerror}") from error
        finally:
            queries.close()
        return file


def write(entries: Iterable[Entry], form: Form, out: TextIO) -> None:
    """One JSON object a line, or a table for a spreadsheet."""
    if form == "jsonl":
        for entry in entries:
            out.write(json.dumps(facts(entry)) + "\n")
        return
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore")
    table.writeheader()
    for entry in entries:
        table.writerow(_row(facts(entry), activity_text.entry_text(entry)))


def facts(entry: Entry) -> dict[str, Any]:
    """One entry of the timeline as JSON has it; odd bytes are `\\udcXX`."""
    head: dict[str, Any] = {"id": entry.id, "at": entry.at, "task": entry.task}
    if entry.event:
        event = entry.event.event
        return {**head, "kind": type(event).__name__, "body": event.to_json()}
    done = entry.action or entry.activity
    assert done is not None
    return {**head, "kind": type(done).__name__, "body": asdict(done)}


def _row(known: dict[str, Any], words: str) -> dict[str, Any]:
    """Flat, without what a table of calculations would run or a terminal obey."""
    body = known.pop("body")
    cells = {**body, **known, "words": words or json.dumps(body)}
    return {
        name: _harmless(str(cells[name]))
        for name in COLUMNS
        if cells.get(name) is not None
    }


def _harmless(cell: str) -> str:
    text = cell.encode("unicode_escape", "backslashreplace").decode()
    runs = text[:1] in ("=", "+", "-", "@") and not _is_number(text)
    return f"'{text}" if runs else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
