"""Recognises writes of ordinary files of the worktree, which no rule is about.

They are most of what a sensor reports. What depends on the folder is judged once a
folder, so that such a line needs a few look-ups instead of each rule.
"""

from collections.abc import Mapping
from typing import Any

from swarm.engine.sensor.path_groups import PathGroups
from swarm.model import risk
from swarm.model.activity import WORKTREE, below, relative
from swarm.model.quiet import PART_HEADS
from swarm.model.risk import Facts

FOLDERS = 4096
"""Folders that are remembered of one task."""
WRITES = frozenset({"create", "write", "close"})


class OrdinaryWrites:
    """Remembers folders; it knows nothing of what happened to a path before."""

    def __init__(self) -> None:
        self._is_ordinary: dict[str, bool] = {}

    def has(self, line: Mapping[str, Any], folder: str, name: str) -> bool:
        """True if a line of WRITES is about a file that is judged by no name or mode.

        A rule of `quiet`, a flag and a generated folder go by names. False of some
        lines that nothing would judge either.
        """
        if "result" in line or "from" in line or line.get("mode", 0) & 0o111:
            return False
        is_ordinary = self._is_ordinary.get(folder)
        if is_ordinary is None:
            if len(self._is_ordinary) >= FOLDERS:
                self._is_ordinary.clear()
            is_ordinary = self._is_ordinary[folder] = _is_ordinary(folder)
        return is_ordinary and not name.startswith(PART_HEADS) and risk.is_plain(name)


def _is_ordinary(folder: str) -> bool:
    """True if no rule is about a path in the folder for the folder's own names."""
    parts = folder.split("/")
    return (
        below(folder, WORKTREE)
        and not any(part.startswith(PART_HEADS) for part in parts)
        and PathGroups.NOISE.isdisjoint(parts)
        and risk.named(relative(f"{folder}/x"), Facts()) is None
    )
