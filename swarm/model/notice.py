"""A task's need of its human, in words that no agent chose."""

from swarm.model.frozen import frozen


@frozen
class Notice:
    """One need of a task's; the same need has the same key."""

    task: int
    key: str
    """Letters, digits and dashes."""
    name: str
    """The task's name, harmless."""
    state: str
    """As its row says it, without any of its agent's words."""

    @property
    def words(self) -> str:
        """A sentence about it."""
        return f"{self.name} (#{self.task}): {self.state}"
