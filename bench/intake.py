"""An event of the sensor's taken in, beside two floors of the same events.

The bare floor parses each line and inserts it into one table without an index: what a
program that promises nothing could not leave out.

The fair floor pays for what is promised, and for nothing else. It is given the rows
that ours makes of the lines, and inserts them by `executemany`, one transaction a
batch, into our own table with all its indexes, which the audit's queries need. It
extends the hash chain over the raw lines and writes it beside them, and stores the
position, as `swarm audit verify` needs. So what is over the fair floor is ours alone:
to read the file, to parse, to tell what a line means, to flag, and to fold lines of
one path into one row.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.table import Row, paired
from swarm.engine.sensor import hash_chain, log_follower
from swarm.engine.sensor.log_follower import FollowerCallbacks, LogFollower
from swarm.store import migrations
from swarm.store.audit_writer import AuditWriter

CONTAINER = "0123456789ab"
LINES, RUNS = 40_000, 5
BATCH = 4096
"""Lines of one transaction of the floors: about what a follower's chunk holds."""


def rows() -> list[Row]:
    """Two rows, in microseconds an event; the first is the one with a limit."""
    text = "".join(raw_lines(LINES))
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        _take_in(Path(name), text)
        stored = _stored_rows(Path(name))
    fair = paired(lambda: _ours(text), lambda: _fair(text, stored), RUNS)
    bare = paired(lambda: _ours(text), lambda: _bare(text), RUNS)
    return [
        Row("an event taken in / its rows, indexes and hashes", *fair, 1.5, "µs"),
        Row("an event taken in / bare batched insert", *bare, 0, "µs"),
    ]


def raw_lines(count: int) -> Iterator[str]:
    """Raw lines of the sensor's: writes to fifty thousand files, some again."""
    now = time.time()
    for n in range(count):
        path = f"/workspace/d{n % 97}/f{n % 50_000}.py"
        line = {"at": now + n / 1e6, "op": "write", "pid": 7, "inner": 7, "parent": 1}
        line |= {"uid": 1000, "comm": "python3", "path": path, "bytes": n, "size": n}
        yield json.dumps(line, separators=(",", ":")) + "\n"


def _ours(text: str) -> float:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        return _take_in(Path(name), text)


def _take_in(folder: Path, text: str) -> float:
    """Microseconds a line, until all are stored in the folder's database."""
    log_follower.part_of(folder, CONTAINER, 0).write_text(text)
    writer = AuditWriter(folder / "swarm.db")
    callbacks = FollowerCallbacks(
        lambda *_: None, lambda *_: None, lambda problem: print(problem)
    )
    follower = LogFollower(folder, writer, lambda: 1 << 40, callbacks)
    began = time.perf_counter()
    follower.follow(CONTAINER, 1, lambda _path: False)
    follower.end(CONTAINER)
    seconds = time.perf_counter() - began
    stored = {position.lines for position in writer.log_positions()}
    follower.close()
    writer.close()
    assert stored == {LINES}, f"{stored} of {LINES} lines were stored"
    return seconds / LINES * 1e6


def _stored_rows(folder: Path) -> list[tuple[Any, ...]]:
    """What ours stored of the lines, in the order of their paths' first lines."""
    connection = migrations.connect(folder / "swarm.db")
    found = connection.execute("SELECT * FROM path_activity ORDER BY first").fetchall()
    connection.close()
    assert len(found) == LINES, f"{len(found)} rows of {LINES} lines"
    return found


def _fair(text: str, stored: list[tuple[Any, ...]]) -> float:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        folder, lines = Path(name), text.encode().splitlines()
        file = log_follower.part_of(folder, CONTAINER, 0)
        connection = migrations.connect(folder / "swarm.db")
        marks = ", ".join("?" * len(stored[0]))
        position = "INSERT OR REPLACE INTO log_position VALUES (?, 0, 1, ?, ?, ?)"

        head, offset = hash_chain.begin(CONTAINER, 0, b""), 0

        def store(first: int) -> None:
            nonlocal head, offset
            batch = lines[first : first + BATCH]
            hashes = hash_chain.extend(head, batch)
            hash_chain.append(file, first, hashes)
            head, offset = hashes[-1], offset + sum(map(len, batch)) + len(batch)
            connection.executemany(
                f"INSERT INTO path_activity VALUES ({marks})",
                stored[first : first + BATCH],
            )
            connection.execute(position, (CONTAINER, offset, first + len(batch), head))

        seconds = _in_batches(connection, store)
        connection.close()
    return seconds / LINES * 1e6


def _bare(text: str) -> float:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        connection = sqlite3.connect(Path(name) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            'CREATE TABLE line (at REAL, op TEXT, pid INT, "inner" INT, parent INT,'
            " uid INT, comm TEXT, path TEXT, bytes INT, size INT)"
        )
        raw = iter(text.splitlines())

        def store(_first: int) -> None:
            connection.executemany(
                "INSERT INTO line VALUES"
                " (:at, :op, :pid, :inner, :parent, :uid, :comm, :path, :bytes, :size)",
                map(json.loads, islice(raw, BATCH)),
            )

        seconds = _in_batches(connection, store)
        connection.close()
    return seconds / LINES * 1e6


def _in_batches(connection: sqlite3.Connection, store: Callable[[int], None]) -> float:
    """Seconds to store all lines, one transaction a batch."""
    began = time.perf_counter()
    for first in range(0, LINES, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        store(first)
        connection.execute("COMMIT")
    return time.perf_counter() - began
