"""From a write in a sandbox to its row in the store, and to a human's eye."""

import re
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.screen import dashboard
from bench.table import Row
from swarm.store.queries import Queries

WRITES = 200
PATIENCE = 60.0
SCRIPT = """
import time
for n in range({count}):
    open(f"{place}-{{time.time():.6f}}", "w").close()
    time.sleep({pause})
"""
"""Each file is called after its place and the moment at which it is made."""
_ROW = re.compile(rb"/tmp/row-(\d+\.\d{6})")
_DRAWN = re.compile(rb"drawn-(\d+\.\d{6})")


def rows() -> list[Row]:
    """Both, of one quiet task."""
    with open_keeper_harness(max_running=2) as at:
        task = at.new("sleep 100000")[0]
        until(lambda: at.queries.tasks.get(task).state == "live", "the task")
        return [*_to_row(at, task), *_to_screen(at, task)]


def _writer(
    at: KeeperHarness, task: int, place: str, pause: float
) -> "subprocess.Popen[bytes]":
    script = SCRIPT.format(count=WRITES, place=place, pause=pause)
    box = f"swarm-{at.paths.tag}-{task}"
    return subprocess.Popen(["docker", "exec", box, "python3", "-c", script])


def _to_row(at: KeeperHarness, task: int) -> Iterator[Row]:
    """A reader asks the store all the time."""
    writer = _writer(at, task, "/tmp/row", 0.05)
    queries, seen, began = Queries(at.paths.database), 0.0, time.monotonic()
    waits: list[float] = []
    sql = (
        "SELECT path, last FROM path_activity WHERE task = :task"
        " AND path_group IN (x'', '/tmp') AND last > :after ORDER BY last"
    )
    while len(waits) < WRITES * 0.98 and time.monotonic() < began + PATIENCE:
        for path, last in queries.connection.all(sql, {"task": task, "after": seen}):
            seen = max(seen, last)
            if found := _ROW.search(path):
                waits.append((time.time() - float(found[1])) * 1000)
        threading.Event().wait(0.002)
    writer.wait()
    queries.close()
    yield from _rows("write → row", waits, 0.99, 250)


def _to_screen(at: KeeperHarness, task: int) -> Iterator[Row]:
    """The Files tab is open; a name counts when its characters reach the terminal.

    Slow enough that the tab shows each file, not their directory as one row.
    """
    with dashboard(at.repo) as screen:
        for _ in range(3):
            screen.press(b"]")
        writer = _writer(at, task, "/workspace/drawn", 0.13)
        seen: dict[bytes, float] = {}
        began, drawn = time.monotonic(), b""
        while writer.poll() is None and time.monotonic() < began + PATIENCE:
            drawn = drawn[-100:] + screen.now(0.5)
            for name in _DRAWN.findall(drawn):
                seen.setdefault(name, (time.time() - float(name)) * 1000)
    assert len(seen) > WRITES * 0.9, f"{len(seen)} of {WRITES} files were drawn"
    yield from _rows("write → screen", list(seen.values()), 0.95, 400)


def _rows(what: str, waits: list[float], share: float, limit: float) -> Iterator[Row]:
    waits.sort()
    yield Row(f"{what}, p50", statistics.median(waits), 0, 0, "ms")
    at_most = waits[int(len(waits) * share)]
    yield Row(f"{what}, p{share * 100:.0f}", at_most, 0, limit, "ms")
