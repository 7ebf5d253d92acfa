"""Reads the log of a task's set-up for a terminal; it is a stranger's text."""

from swarm.model.safe_text import as_last_written, plain
from swarm.model.task import Task
from swarm.plan.naming import HomePaths

LINES = 12
"""Of the end of the log, where all of it is too much."""


def text(paths: HomePaths, task: Task) -> str:
    """All of the log, harmless; empty if there is none."""
    try:
        written = paths.setup_log(task.id).read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
    return plain(as_last_written(written), len(written) + 1).rstrip("\n")


def last_lines(paths: HomePaths, task: Task) -> str:
    """The end of the log, each line cut to what a screen has room for."""
    lines = text(paths, task).splitlines()[-LINES:]
    return "\n".join(line[:200] for line in lines)
