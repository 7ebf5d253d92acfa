"""Reads the log of a task's set-up for a terminal; it is a stranger's text."""

from swarm.model.safe_text import plain, without_colours
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
    # A line that was written anew, as progress bars are, counts as it was last.
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in written.split("\n"))
    return plain(without_colours("\n".join(lines)), len(written) + 1).rstrip("\n")


def last_lines(paths: HomePaths, task: Task) -> str:
    """The end of the log, each line cut to what a screen has room for."""
    lines = text(paths, task).splitlines()[-LINES:]
    return "\n".join(line[:200] for line in lines)
