"""The number of tasks that one prompt becomes, and what that many would take."""

from swarm.model.format import plural, size

MOST = 1_000
"""More of one prompt are a slip of the finger; they are queued in one transaction,
for which all who write wait, and a thousand take some seconds."""
MANY = 50
"""From here on it is said what they take, however many are at work at once."""


def parse(text: str) -> int:
    """The number that a human wrote; ValueError completes "it must be …"."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"a number from 1 to {MOST:,}")
    if problem := trouble(int(text)):
        raise ValueError(problem)
    return int(text)


def trouble(copies: int) -> str:
    """The rest of "it must be …" if that many are refused; empty if they are not."""
    return "" if 1 <= copies <= MOST else f"a number from 1 to {MOST:,}"


def note(copies: int, max_running: int, memory: int) -> str:
    """What that many take; empty if all are at work at once, and they are few.

    `memory` is what one sandbox may use, in bytes.
    """
    if copies <= max_running and copies < MANY:
        return ""
    at_once = min(copies, max_running)
    return (
        f"{plural(copies, 'task')}, {at_once:,} at work at once (`max_running`): "
        f"up to {size(at_once * memory)} of memory, and a worktree for each"
    )
