"""Groups the files of generated folders into one row."""

from collections import OrderedDict
from typing import Any, ClassVar

from swarm.model.activity import GIT, HOME, WORKTREE

CHILDREN = 20
"""New files in one folder within WINDOW seconds that make it a group."""
WINDOW = 1.0
DIRECTORIES = 8192
"""Folders that are remembered of one task."""

_ROOTS = frozenset({"", WORKTREE, HOME, "/tmp"})  # noqa: S108 - the sandbox's
"""Folders that are never a group."""


class PathGroups:
    """Finds the group that a path is shown in; most paths have none."""

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
    """Names of folders that tools fill."""
    FOREIGN: ClassVar[frozenset[str]] = NOISE - {"build", "dist", "target"}
    """Folders with other people's code or none: files in them are not flagged."""

    def __init__(self) -> None:
        self._groups: OrderedDict[str, str] = OrderedDict()
        self._busy: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._new: list[str] = []

    def of(self, path: str, time: float) -> str:
        """The group of a path that is new in its batch; empty for none."""
        folder = path.rsplit("/", 1)[0]
        group = self._group_of(folder)
        if group or folder in _ROOTS:
            return group
        since, count = self._busy.pop(folder, (time, 0))
        if time - since > WINDOW:
            since, count = time, 0
        if count >= CHILDREN:
            self._groups[folder] = folder
            self._new.append(folder)
            return folder
        self._busy[folder] = (since, count + 1)
        _bound(self._busy)
        return ""

    def take_new(self) -> list[str]:
        """The folders that became groups since the last call."""
        new, self._new = self._new, []
        return new

    def _group_of(self, folder: str) -> str:
        group = self._groups.get(folder)
        if group is not None:
            return group
        parts = folder.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[: depth + 1])
            is_noise = parts[depth] in self.NOISE or parent == GIT
            if is_noise or self._groups.get(parent) == parent:
                self._groups[folder] = parent
                _bound(self._groups)
                return parent
        return ""


def _bound(folders: OrderedDict[str, Any]) -> None:
    if len(folders) > DIRECTORIES:
        folders.popitem(last=False)
