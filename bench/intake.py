"""An event of the sensor's taken in, beside a bare batched insert of the same line."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.table import Row, paired
from swarm.engine.sensor import log_follower
from swarm.engine.sensor.log_follower import FollowerCallbacks, LogFollower
from swarm.store.audit_writer import AuditWriter

CONTAINER = "0123456789ab"
LINES, RUNS = 40_000, 5
BATCH = 4096
"""Lines of one transaction of the bare insert: about what a follower's chunk holds."""


def rows() -> list[Row]:
    """One row, in microseconds an event.

    Ours reads a line, extends the hash chain, tells what the line means and stores it
    as one row a path. Bare is what nobody could leave out: the line is parsed and
    inserted, thousands in one transaction.
    """
    text = "".join(raw_lines(LINES))
    figures = paired(lambda: _ours(text), lambda: _bare(text), RUNS)
    return [Row("an event taken in / bare batched insert", *figures, 1.5, "µs")]


def raw_lines(count: int) -> Iterator[str]:
    """Raw lines of the sensor's: writes to fifty thousand files, some again."""
    now = time.time()
    for n in range(count):
        path = f"/workspace/d{n % 97}/f{n % 50_000}.py"
        line = {"at": now + n / 1e6, "op": "write", "pid": 7, "inner": 7, "parent": 1}
        line |= {"uid": 1000, "comm": "python3", "path": path, "bytes": n, "size": n}
        yield json.dumps(line) + "\n"


def _ours(text: str) -> float:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        folder = Path(name)
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


def _bare(text: str) -> float:
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as name:
        connection = sqlite3.connect(Path(name) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            'CREATE TABLE line (at REAL, op TEXT, pid INT, "inner" INT, parent INT,'
            " uid INT, comm TEXT, path TEXT, bytes INT, size INT)"
        )
        began = time.perf_counter()
        raw = iter(text.splitlines())
        while batch := list(islice(raw, BATCH)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO line VALUES"
                " (:at, :op, :pid, :inner, :parent, :uid, :comm, :path, :bytes, :size)",
                map(json.loads, batch),
            )
            connection.execute("COMMIT")
        seconds = time.perf_counter() - began
        connection.close()
    return seconds / LINES * 1e6
