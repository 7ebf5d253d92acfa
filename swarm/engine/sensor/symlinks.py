"""Where the symlinks of one task lead, as far as its lines tell.

The sensor has the path of an open file from the kernel. Of a call by name, such as
`rename`, it has the words of the program: a symlink on their way leads elsewhere.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

LINKS, FOLDERS = 16_384, 65_536
"""Symlinks of one task that are remembered, and folders with some; with more, no path
by name is known."""
BY_NAME = frozenset({"unlink", "rmdir", "mkdir", "rename", "link", "chmod", "truncate"})
"""Changes whose path is what the program said."""
_FOLLOWED = frozenset({"chmod", "truncate"})
"""Those that go through a symlink at the end of a path, too."""
_OF_A_PROCESS = re.compile(
    r"/proc/[^/]+(/task/[^/]+)?/(cwd|root|fd/\d+)(/.*)?|/dev/fd/.*"
)
"""Symlinks of the kernel's, which lead another process elsewhere."""
_MOST = 8
"""Symlinks on the way of one path."""
UNKNOWN = "?"
"""Stands for a path that may be any."""


class Symlinks:
    """Remembers each symlink that a task makes or moves, and forgets none."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}
        """By place; `UNKNOWN` if it was made twice, or was moved."""
        self._folders: set[str] = set()
        """Folders with a symlink somewhere in them."""
        self._straight: set[str] = set()
        """Folders that no symlink of these leads to."""
        self._is_full = False

    def see(self, line: Mapping[str, Any], path: str) -> None:
        """Take in a change that was made."""
        other = str(line.get("from", ""))
        match line["op"]:
            case "symlink":
                folder = posixpath.dirname(path)
                target = posixpath.normpath(posixpath.join(folder, other))
                self._add(path, target)
                real = self.real(folder)
                if real == UNKNOWN:
                    self._give_up()  # it may be anywhere
                elif real != folder:
                    place = posixpath.join(real, posixpath.basename(path))
                    self._add(place, posixpath.normpath(posixpath.join(real, other)))
            case "rename" | "link":
                # Two names may have changed places.
                pairs = ((other, path), (path, other))
                for place in [at for was, at in pairs if self._may_bring_some(was)]:
                    self._add(place, UNKNOWN)

    def real(self, path: str, op: str = "chmod") -> str:
        """The path without symlinks on its way; `UNKNOWN` if it may be any."""
        is_straight = path.rpartition("/")[0] in self._straight
        if op not in BY_NAME or (is_straight and path not in self._targets):
            return path
        for _ in range(_MOST):
            if self._is_full or _is_of_a_process(path):
                return UNKNOWN
            link = self._first_link(path, op in _FOLLOWED)
            if not link:
                return path
            if self._targets[link] == UNKNOWN:
                return UNKNOWN
            path = self._targets[link] + path[len(link) :]
        return UNKNOWN

    def _may_bring_some(self, path: str) -> bool:
        is_known = path in self._targets or path in self._folders
        return is_known or self.real(path, "unlink") == UNKNOWN

    def _first_link(self, path: str, is_followed: bool) -> str:
        """The first symlink on the way; empty for none."""
        end = path.find("/", 1)
        while end > 0:
            if path[:end] in self._targets:
                return path[:end]
            end = path.find("/", end + 1)
        if len(self._straight) >= FOLDERS:
            self._straight.clear()
        if not path.startswith("/proc/"):
            self._straight.add(path.rpartition("/")[0])
        return path if is_followed and path in self._targets else ""

    def _add(self, place: str, target: str) -> None:
        if len(self._targets) >= LINKS or len(self._folders) >= FOLDERS:
            self._give_up()
            return
        self._straight.clear()
        if self._targets.setdefault(place, target) != target:
            self._targets[place] = UNKNOWN
        folder = posixpath.dirname(place)
        while folder not in self._folders and folder not in ("", "/"):
            self._folders.add(folder)
            folder = posixpath.dirname(folder)

    def _give_up(self) -> None:
        self._is_full = True
        self._straight.clear()


def _is_of_a_process(path: str) -> bool:
    is_near = path.startswith(("/proc/", "/dev/"))
    return is_near and bool(_OF_A_PROCESS.fullmatch(path))
