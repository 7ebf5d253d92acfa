"""The time limit of a whole piece of work, whatever number of programs it takes."""

import time
from dataclasses import dataclass

from swarm.errors import ToolError


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which a piece of work must be done."""

    at: float
    """As `time.monotonic` counts."""
    seconds: float
    """The time that the work has in all."""
    work: str
    """The sentence's subject: `the look at the worktree`."""
    hint: str = ""

    @classmethod
    def after(cls, seconds: float, work: str, hint: str = "") -> "Deadline":
        """A deadline that many seconds from now."""
        return cls(time.monotonic() + seconds, seconds, work, hint)

    def remaining(self) -> float:
        """Seconds that are left; ToolError if there are none."""
        remaining = self.at - time.monotonic()
        if remaining <= 0:
            raise ToolError(
                f"{self.work} took longer than {self.seconds:g} seconds", hint=self.hint
            )
        return remaining
