"""The audit under load: sustained intake beside a dashboard, and a whole day's."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.intake import raw_lines
from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.screen import dashboard
from bench.table import Row
from swarm.engine.readers.audit import AuditReader
from swarm.model.audit_query import Filter
from swarm.tui.present import audit_rows

FLOOD = 400_000
DAY_TRACES, DAY_DEEDS, DAY_EVENTS, DAY_TASKS = 1_000_000, 300_000, 100_000, 20
"""What five million raw events of twenty tasks come to: most are one path again."""
PRESSES = 60


def rows() -> list[Row]:
    """Intake with a dashboard beside it, and the view of a whole day."""
    with open_keeper_harness(max_running=2) as at:
        task = at.new("sleep 100000")[0]
        until(lambda: at.queries.tasks.get(task).state == "live", "the task")
        found = list(_intake(at, task))
    return [*found, _day()]


def _intake(at: KeeperHarness, task: int) -> Iterator[Row]:
    """Raw lines come faster than they are read; keys are pressed meanwhile."""
    trail = at.queries.audit.log_positions(task)[-1]
    file = at.paths.sensor / f"{trail.container}.{trail.part}"
    with dashboard(at.repo) as screen:
        quiet = [screen.press(b"]") for _ in range(PRESSES)]
        with file.open("a") as out:
            out.writelines(raw_lines(FLOOD))
        box = f"swarm-{at.paths.tag}-{task}"
        subprocess.run(["docker", "exec", box, "touch", "/tmp/go"], check=True)
        began, before = (
            time.perf_counter(),
            at.queries.audit.log_positions(task)[-1].lines,
        )
        waits: list[float] = []
        while (
            lines := at.queries.audit.log_positions(task)[-1].lines - before
        ) < FLOOD * 0.95:
            waits.append(screen.press(b"]"))
        seconds = time.perf_counter() - began
    waits.sort()
    quiet.sort()
    rate, place = lines / seconds, int(len(waits) * 0.95)
    yield Row("keeper: an event taken in (limit: 20,000/s)", 1e6 / rate, 0, 50, "µs")
    yield Row(
        "key → paint, p95, nothing happens", quiet[int(PRESSES * 0.95)], 0, 0, "ms"
    )
    yield Row("key → paint, p95, while events pour in", waits[place], 0, 50, "ms")


def _day() -> Row:
    """Opening the view: the newest thousand entries, read and made into lines."""
    with open_keeper_harness(max_running=1) as at:
        _fill(at.paths.database)
        audits = AuditReader(at.paths)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            entries = audits.entries(Filter(), 1000)
            drawn = [audit_rows.row(entry, {}, 120) for entry in entries]
            times.append((time.perf_counter() - began) * 1000)
        assert len(drawn) == 1000
    return Row("audit of a day, 20 tasks: opened", max(times), 0, 1000, "ms")


def _fill(database: Path) -> None:
    connection = sqlite3.connect(database, timeout=60)
    now = time.time()
    connection.executemany(
        "INSERT INTO path_activity"
        " VALUES (?, ?, 'write', ?, ?, 5, 10, 10, 0, 'x', 0, '', '', ?)",
        (
            (
                n % DAY_TASKS,
                f"/workspace/src/d{n % 997}/f{n}".encode(),
                now - n / 20,
                now - n / 20,
                b"/workspace/src/d1" if n % 3 else b"",
            )
            for n in range(DAY_TRACES)
        ),
    )
    connection.executemany(
        "INSERT INTO action (at, task, kind, op, path, other, argv, pid, parent, comm,"
        " result, seconds, count, level, note) VALUES (?, ?, 'exec', 'exec', ?, x'',"
        " '[\"a\"]', 1, 1, 'x', 0, 0, 1, '', '')",
        ((now - n / 5, n % DAY_TASKS, b"/usr/bin/x") for n in range(DAY_DEEDS, 0, -1)),
    )
    connection.executemany(
        "INSERT INTO event (at, task, kind, body)"
        " VALUES (?, NULL, 'ContainerEngineDown', ?)",
        ((now - n, '{"reason": "x"}') for n in range(DAY_EVENTS, 0, -1)),
    )
    connection.commit()
    connection.close()
