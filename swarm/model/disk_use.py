"""How much of a disk a task takes: its worktree, its home, its logs."""

from swarm.model.format import size
from swarm.model.frozen import frozen


@frozen
class DiskUse:
    """Bytes that something takes on its disk."""

    bytes: int = 0
    is_whole: bool = True
    """False if not all of it could be looked at, within the limits; there is more."""

    def __add__(self, other: "DiskUse") -> "DiskUse":
        return DiskUse(self.bytes + other.bytes, self.is_whole and other.is_whole)


@frozen
class TaskSize:
    """The parts of what a task takes; None for one that cannot be known."""

    worktree: DiskUse
    """With the git directories that belong to it."""
    home: DiskUse | None
    """The volume that is the agent's home."""
    logs: DiskUse
    """The sensor's lines."""

    @property
    def total(self) -> DiskUse:
        """All that is known; not whole if the home is not."""
        home = self.home or DiskUse(0, is_whole=False)
        return self.worktree + home + self.logs


def text(use: DiskUse | None) -> str:
    """`1.2 GiB`; `≥ 1.2 GiB` for a part that was not all looked at; `?` for None."""
    if use is None or (not use.is_whole and not use.bytes):
        return "?"
    return size(use.bytes) if use.is_whole else f"≥ {size(use.bytes)}"


def details(task: TaskSize) -> str:
    """`1.4 GiB: files 1.2 GiB, home 0.2 GiB, logs 12.0 MiB`."""
    parts = {"files": task.worktree, "home": task.home, "logs": task.logs}
    words = ", ".join(f"{name} {text(use)}" for name, use in parts.items())
    return f"{text(task.total)}: {words}"
