"""What can happen to a task's checkpoints."""

from swarm.model.event_type import event


@event
class CheckpointTaken:
    """The worktree's bytes are kept as a tree of our own, to go back to."""

    number: int
    """From 1 on; 0 is where the task began."""
    tree: str
    files: int
    """That differ from where the task began; so with lines and flags."""
    added: int
    deleted: int
    flags: int
    hidden: int
    """Entries that no checkpoint holds: ignored by git, too large, or no files."""
    why: str


@event
class CheckpointRestored:
    """The worktree is again what a checkpoint holds."""

    number: int
    before: int
    """The checkpoint that holds what it was until then."""
    wrote: int
    removed: int
    aside: int
    """Entries that stood in the way and that no checkpoint holds; they were renamed."""


@event
class CheckpointsDropped:
    """The oldest are given up for room."""

    upto: int
    """The greatest number that is gone."""
