"""Whole processes: `swarm --version` and `swarm ls` beside an empty Python."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import Row, paired
from swarm.store.journal import Journal
from tests.builders import queued

RUNS = 15


def rows() -> list[Row]:
    """Two rows, in milliseconds."""
    swarm = str(Path(sys.executable).with_name("swarm"))
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as home:
        _hundred_tasks(Path(home))
        environment = {**os.environ, "SWARM_HOME": home}

        def timed(*argv: str) -> float:
            began = time.perf_counter()
            subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, check=True)
            return (time.perf_counter() - began) * 1000

        def empty() -> float:
            return timed(sys.executable, "-c", "pass")

        version = paired(lambda: timed(swarm, "--version"), empty, RUNS)
        listed = paired(lambda: timed(swarm, "ls", "--all"), empty, RUNS)
    return [
        Row("swarm --version / python -c pass", *version, 5.0, "ms"),
        Row("swarm ls, 100 tasks / python -c pass", *listed, 8.0, "ms"),
    ]


def _hundred_tasks(home: Path) -> None:
    journal = Journal(home / "swarm.db")
    for number in range(100):
        journal.queue(
            lambda task_id, number=number: queued(  # type: ignore[misc]  # the default binds the number
                task_id, name=f"task-{number}", repo=str(home), prompt="do it " * 20
            )
        )
    journal.close()
