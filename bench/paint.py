"""From process start to the first useful paint, beside an empty Textual app."""

import compileall
import os
import pty
import select
import sys
import tempfile
import time
from pathlib import Path

import swarm
from bench.table import Row, paired
from swarm.model import events
from swarm.store.journal import Journal
from tests.builders import queued

RUNS = 9
SIZE = (36, 120)
PATIENCE = 30.0

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted")
Empty().run()
"""


def rows() -> list[Row]:
    """One row, in milliseconds: 20 tasks listed, against the word `painted`."""
    # Installed packages are compiled. An editable checkout may not be, and compiling
    # anew on each run would be measured as part of the paint.
    compileall.compile_dir(Path(swarm.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory(prefix="swarm-bench-") as home:
        _twenty_tasks(Path(home))
        ours = [sys.executable, "-m", "bench.dashboard", home]
        empty = [sys.executable, "-c", EMPTY]
        figures = paired(
            lambda: until_painted(ours, b"task-19"),
            lambda: until_painted(empty, b"painted"),
            RUNS,
        )
    return [Row("dashboard, 20 tasks: first paint / empty app", *figures, 1.5, "ms")]


def until_painted(argv: list[str], sign: bytes) -> float:
    """Milliseconds until the sign stands in what the program wrote to its terminal."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(
            TERM="xterm-256color", COLUMNS=str(SIZE[1]), LINES=str(SIZE[0])
        )
        os.execv(argv[0], argv)
    seen = b""
    try:
        while sign not in seen:
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            if not ready:
                raise TimeoutError(seen[-500:])
            seen += os.read(terminal, 65536)
        return (time.perf_counter() - began) * 1000
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def _twenty_tasks(home: Path) -> None:
    journal = Journal(home / "swarm.db")
    for number in range(20):
        task = journal.queue(
            lambda task_id, number=number: queued(  # type: ignore[misc]  # the default binds the number
                task_id, name=f"task-{number}"
            )
        )
        journal.record(
            task.id, events.TaskProvisioning(), events.TaskLive("box", "pane")
        )
    journal.close()
