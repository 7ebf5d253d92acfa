"""Groups the files of generated folders into one row."""

from collections import OrderedDict
from typing import Any, ClassVar

from swarm.model.activity import GIT, HOME, WORKTREE
from swarm.model.quiet import is_obeyed_by_git

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

    STORES: ClassVar[frozenset[str]] = frozenset(
        {".venv", "build", "dist", "node_modules", "site-packages", "target", "venv"}
    )
    """Folders of NOISE with programs that are run every day."""

    def __init__(self) -> None:
        self._generated: OrderedDict[str, str] = OrderedDict()
        self._many: OrderedDict[str, str] = OrderedDict()
        self._busy: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._new: list[str] = []
        self._ungrouped: set[str] = set()
        """Folders that are in no group, until another folder becomes one."""

    @classmethod
    def is_generated(cls, folder: str) -> bool:
        """True of a folder whose name only tools give."""
        return folder.rpartition("/")[2] in cls.NOISE

    def of(self, path: str, time: float, is_by_tool: bool = True) -> str:
        """The group of a path that is new in its batch; empty for none.

        A folder that tools fill is a group for what tools put there; for anybody else
        only if it is much at once. What git obeys is in none.
        """
        if is_obeyed_by_git(path):
            return ""
        return self.of_folder(path.rpartition("/")[0], time, is_by_tool)

    def of_folder(self, folder: str, time: float, is_by_tool: bool = True) -> str:
        """The group of a path in this folder that is new in its batch, as of `of`."""
        group = self._group_of(folder, is_by_tool)
        if group or folder in _ROOTS:
            return group
        since, count = self._busy.pop(folder, (time, 0))
        if time - since > WINDOW:
            since, count = time, 0
        if count >= CHILDREN:
            self._many[folder] = folder
            _bound(self._many)
            self._ungrouped.clear()
            self._new.append(folder)
            return folder
        self._busy[folder] = (since, count + 1)
        _bound(self._busy)
        return ""

    def take_new(self) -> list[str]:
        """The folders that became groups since the last call."""
        new, self._new = self._new, []
        return new

    def _group_of(self, folder: str, is_by_tool: bool) -> str:
        group = self._many.get(folder)
        if group is None and is_by_tool:
            group = self._generated.get(folder)
        if group is not None or folder in self._ungrouped:
            return group or ""
        parts = folder.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[: depth + 1])
            if self._many.get(parent) == parent:
                self._many[folder] = parent
                _bound(self._many)
                return parent
            if is_by_tool and (parts[depth] in self.NOISE or parent == GIT):
                self._generated[folder] = parent
                _bound(self._generated)
                return parent
        if is_by_tool:
            if len(self._ungrouped) >= DIRECTORIES:
                self._ungrouped.clear()
            self._ungrouped.add(folder)
        return ""


def _bound(folders: OrderedDict[str, Any]) -> None:
    if len(folders) > DIRECTORIES:
        folders.popitem(last=False)
