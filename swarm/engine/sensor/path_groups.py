"""Directories shown as one: nobody reads 12,430 lines of node_modules."""

from collections import OrderedDict
from typing import Any, ClassVar

from swarm.model.activity import GIT, HOME, WORKTREE

CHILDREN = 20
"""New files in one directory within a second that make a heap of it."""
WINDOW = 1.0
DIRECTORIES = 8192
"""Remembered of one task."""


_ROOTS = frozenset({"", WORKTREE, HOME, "/tmp"})  # noqa: S108 - the sandbox's
"""Directories that are never shown as one."""


class PathGroups:
    """Which directory a path is shown under, if not under its own name."""

    NOISE: ClassVar[frozenset[str]] = frozenset(
        {
            ".cache",
            ".git",
            ".gradle",
            ".mypy_cache",
            ".next",
            ".npm",
            ".pytest_cache",
            ".ruff_cache",
            ".tox",
            ".venv",
            "__pycache__",
            "build",
            "dist",
            "node_modules",
            "site-packages",
            "target",
            "venv",
        }
    )
    """Names of directories that tools fill."""
    FOREIGN: ClassVar[frozenset[str]] = NOISE - {"build", "dist", "target"}
    """Those that hold other people's code, or none: what is in them is not flagged."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()
        self._busy: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._fresh: list[str] = []

    def of(self, path: str, at: float) -> str:
        """The heap of a path that is new in its batch; empty for none."""
        folder = path.rsplit("/", 1)[0]
        heap = self._of_folder(folder)
        if heap or folder in _ROOTS:
            return heap
        since, count = self._busy.pop(folder, (at, 0))
        if at - since > WINDOW:
            since, count = at, 0
        if count >= CHILDREN:
            self._known[folder] = folder
            self._fresh.append(folder)
            return folder
        self._busy[folder] = (since, count + 1)
        _bound(self._busy)
        return ""

    def fresh(self) -> list[str]:
        """Those that became one since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _of_folder(self, folder: str) -> str:
        known = self._known.get(folder)
        if known is not None:
            return known
        heap = ""
        parts = folder.split("/")
        for depth in range(1, len(parts)):
            place = "/".join(parts[: depth + 1])
            is_noise = parts[depth] in self.NOISE or place == GIT
            if is_noise or self._known.get(place) == place:
                heap = place
                break
        if heap:
            self._known[folder] = heap
            _bound(self._known)
        return heap


def _bound(known: OrderedDict[str, Any]) -> None:
    if len(known) > DIRECTORIES:
        known.popitem(last=False)
