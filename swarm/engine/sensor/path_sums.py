"""Sums up the lines about one path in its activity."""

from swarm.engine.sensor.line_actions import Line
from swarm.engine.sensor.open_files import OpenFiles
from swarm.model.activity import PathActivity


class PathSums:
    """Adds lines to activities; counts bytes by what is known of open files."""

    def __init__(self, open_files: OpenFiles) -> None:
        self._open_files = open_files

    def add(self, line: Line, activity: PathActivity) -> None:
        """Add a line to its path's activity; the end of a file is no change of it."""
        op, time = str(line["op"]), float(line["at"])
        if op == "close":
            activity.op = activity.op if activity.count else "write"
        else:
            activity.op = op
            activity.count += 1
        activity.is_gone = False
        if time > activity.last:
            activity.last = time
        activity.comm = str(line.get("comm", ""))
        activity.size = int(line.get("size", 0))
        if "mode" in line:
            activity.mode = int(line["mode"]) or activity.mode
        activity.bytes += self._open_files.new_bytes(line, activity.path)

    def first(self, line: Line, path: str, time: float, group: str) -> PathActivity:
        """The same as `add` makes of a path's first line, at half its cost."""
        op = line["op"]
        is_close = op == "close"
        return PathActivity(
            path,
            "write" if is_close else op,
            time,
            time,
            0 if is_close else 1,
            self._open_files.new_bytes(line, path),
            int(line.get("size", 0)),
            int(line.get("mode", 0)),
            str(line.get("comm", "")),
            group=group,
        )
