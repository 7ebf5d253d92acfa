"""Flags what a sandbox does to a path that could matter on the user's machine."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from swarm.model import risk
from swarm.model.activity import OUTSIDE, area, below, relative
from swarm.model.risk import Facts

PATHS = 20_000
"""Paths of one task that are remembered as harmless."""
FOLDERS = 64
"""Young folders that are remembered: a tool sets their modes at once."""
EXECUTABLE = "became executable"

Flag = tuple[str, str]
"""Level and note; both empty for none."""
NO_FLAG: Flag = ("", "")


class Flags:
    """Remembers what one task was told of, and what is a folder."""

    def __init__(self) -> None:
        self._harmless: set[str] = set()
        self._named: set[str] = set()
        self._told: set[str] = set()
        self._executable: OrderedDict[str, None] = OrderedDict()
        self._folders: OrderedDict[str, None] = OrderedDict()

    def mode(self, line: Mapping[str, Any], path: str) -> int:
        """The mode that a file got; 0 for a folder's."""
        if line["op"] == "mkdir" or path in self._folders:
            return 0
        return int(line.get("mode", 0))

    def is_known(self, path: str) -> bool:
        """True of a young folder, and of a file that may be run."""
        return path in self._folders or path in self._executable

    def see(self, line: Mapping[str, Any], path: str) -> None:
        """Remember which paths are young folders, and which files may be run."""
        match line["op"]:
            case "mkdir":
                self._folders[path] = None
                if len(self._folders) > FOLDERS:
                    self._folders.popitem(last=False)
            case "create" | "chmod" if self.mode(line, path) & 0o111:
                self._executable[path] = None
                if len(self._executable) > PATHS:
                    self._executable.popitem(last=False)
            case "chmod":
                self._executable.pop(path, None)
            case "create" | "unlink" | "rmdir" | "symlink" | "mknod" | "link":
                self._folders.pop(path, None)
                self._executable.pop(path, None)
            case "rename":
                self._move(str(line.get("from", "")), path)

    def of(self, line: Mapping[str, Any], path: str) -> Flag:
        """The flag of a change, by what was done, else by the path's name."""
        level, note = self._by_operation(line, path)
        if level:
            self._remember(self._named, path)
            return level, note
        if path in self._named or path in self._harmless:
            return NO_FLAG
        level, note = _by_path(path)
        if level:
            self._remember(self._named, path)
        else:
            self._remember(self._harmless, path)
        return level, note

    def takes_back(self, line: Mapping[str, Any], path: str) -> bool:
        """True if a file that became executable is made none again."""
        is_chmod = line["op"] == "chmod" and not int(line.get("mode", 0)) & 0o111
        return is_chmod and path in self._executable

    def is_news(self, path: str, note: str) -> bool:
        """True if this was not said of the path before, or was withdrawn since."""
        mark = f"{path}\0{note}"
        is_news = mark not in self._told
        self._remember(self._told, mark)
        return is_news

    def withdraw(self, path: str) -> None:
        """The path is gone: if it comes back, it is judged anew."""
        self._named.discard(path)
        self._told -= {f"{path}\0{EXECUTABLE}", f"{path}\0{_by_path(path)[1]}"}

    def _remember(self, paths: set[str], path: str) -> None:
        if len(paths) >= PATHS:
            paths.clear()
        paths.add(path)

    def _move(self, source: str, path: str) -> None:
        """A renamed file may still be run; a renamed folder's content is not known."""
        is_executable = source in self._executable
        for known in list(self._folders):
            if below(known, source) or below(known, path):
                del self._folders[known]
        self._executable.pop(source, None)
        self._executable.pop(path, None)
        if is_executable:
            self._executable[path] = None

    def _by_operation(self, line: Mapping[str, Any], path: str) -> Flag:
        if area(path) != "worktree":
            return NO_FLAG
        match line["op"]:
            case "symlink":
                target = str(line.get("from", ""))
                if risk.leads_out(relative(path), target):
                    return "X0", "a symlink that leads out of the tree"
            case "mknod":
                return "X0", "a device, a pipe or a socket"
            case "create" | "chmod" if self.mode(line, path) & 0o111:
                return "X1", EXECUTABLE
            case "rename" if path in self._executable:
                return "X1", EXECUTABLE
        return NO_FLAG


def _by_path(path: str) -> Flag:
    path_area = area(path)
    if path_area == "elsewhere":
        return OUTSIDE, "outside the worktree"
    if path_area != "worktree":
        return NO_FLAG
    flag = risk.named(relative(path), Facts())
    return (str(flag.level), flag.reason) if flag else NO_FLAG
