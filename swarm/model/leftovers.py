"""The sentence about processes that a task's command left behind."""

from swarm.model.events import LeftoversEnded
from swarm.model.safe_text import safe_line

SHOWN = 3
"""Command lines that are named; the others are counted."""
WIDTH = 60
"""Characters of each."""


def sentence(event: LeftoversEnded) -> str:
    """`2 processes still ran and were ended with it: sleep 1000; vite dev`."""
    what = "1 process" if event.count == 1 else f"{event.count:,} processes"
    verb = "was" if event.count == 1 else "were"
    names = [safe_line(command, WIDTH) for command in event.commands[:SHOWN]]
    more = event.count - len(names)
    if more > 0:
        names.append(f"and {more} more")
    return f"{what} still ran and {verb} ended with it: {'; '.join(names)}"
