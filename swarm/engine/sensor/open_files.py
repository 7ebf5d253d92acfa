"""Remembers one task's open files: their paths, and the bytes that were counted."""

from collections import OrderedDict

from swarm.engine.sensor.line_actions import Line

OPEN_FILES = 4096
"""Open files that are remembered of one task."""


class OpenFiles:
    """Open files by process and inode, and their bytes by path."""

    def __init__(self) -> None:
        self._paths: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._counted: dict[str, int] = {}
        self._counted_before: dict[str, int] = {}
        """The older half of the open files' bytes."""

    def path_of(self, line: Line) -> str:
        """The line's path; the sensor names a file that is still young by its inode.

        Empty if it is not known.
        """
        path, op = line.get("path"), line["op"]
        if path is None:
            return self._paths.pop(_file(line), "") if op == "close" else ""
        path = str(path)
        if op == "create":
            self.remember(line, path)
        return path

    def remember(self, line: Line, path: str) -> None:
        """Remember the path of a file that was made, until its `close`."""
        self._paths[_file(line)] = path
        if len(self._paths) > OPEN_FILES:
            self._paths.popitem(last=False)

    def has_bytes(self, path: str) -> bool:
        """True if the file was written to and not closed since."""
        return path in self._counted or path in self._counted_before

    def new_bytes(self, line: Line, path: str) -> int:
        """The bytes that this line adds: it counts all since its file was opened."""
        total, counted = int(line.get("bytes", 0)), self._counted
        before = counted.pop(path, 0) or self._counted_before.pop(path, 0)
        if total and line["op"] != "close":
            counted[path] = total
            if len(counted) > OPEN_FILES:
                # Two halves: to forget the oldest of all, one by one, costs more.
                self._counted_before, self._counted = counted, {}
        return total - before if total > before else 0


def _file(line: Line) -> tuple[int, int]:
    """An open file, as the sensor names one that is still young."""
    return line.get("pid", 0), line.get("inode", 0)
