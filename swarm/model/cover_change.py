"""Flags what a change of `swarm.toml` gives to the agents after it, or takes from them.

What it gives counts with the next `swarm new`, without anybody's consent: a human must
acknowledge it before a merge.
"""

from swarm.model.cover_text import named
from swarm.model.covers import Wanted, topmost_of
from swarm.model.review import Flag, Level

UNREADABLE = Flag(
    Level.X1, "what it protects and hides cannot be read: no task can start with it"
)


def flags(before: Wanted, after: Wanted) -> tuple[Flag, ...]:
    """One for each way in which they differ, with its own sentence.

    A path counts as covered if a directory above it is.
    """
    is_held, was_held = (*after.protect, *after.hide), (*before.protect, *before.hide)
    seen = [path for path in before.hide if topmost_of(path, after.hide) is None]
    written = [path for path in before.protect if topmost_of(path, is_held) is None]
    hidden = [path for path in after.hide if topmost_of(path, before.hide) is None]
    held = [path for path in after.protect if topmost_of(path, was_held) is None]
    kinds = (
        (Level.X1, "agents will see what is hidden from them today", seen),
        (Level.X1, "agents may write again what is protected from them today", written),
        (Level.X3, "agents will no longer see", hidden),
        (Level.X3, "agents may no longer write", held),
    )
    return tuple(
        Flag(level, f"{words}: {named(paths)}")
        for level, words, paths in kinds
        if paths
    )
