"""One line of `swarm doctor`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from swarm.errors import SwarmError
from swarm.ports import Progress

Grade = Literal["ok", "warn", "fail"]

Fix = Callable[[Progress], None]
"""Fixes a finding and reports each step; SwarmError if it cannot."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `swarm doctor`."""

    name: str
    grade: Grade
    finding: str
    remedy: str = ""
    """The remedy for a person to apply; empty if there is nothing to do."""
    fix: Fix | None = None
    """Set only if the fix is safe."""

    def fixed(self, progress: Progress) -> "Check":
        """The check as it stands after its fix, if it has one and needs it."""
        if self.grade == "ok" or self.fix is None:
            return self
        try:
            self.fix(progress)
        except SwarmError as error:
            return replace(self, grade="fail", finding=error.message, remedy=error.hint)
        return Check(self.name, "ok", f"fixed: {self.finding}")
