"""Notices many deletions by one process in a short time, as by `rm -rf` or `rmtree`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.path_groups import PathGroups
from swarm.model.activity import DESTRUCTIVE, Action, area

FILES = 50
"""Deletions by one process that make a burst."""
WINDOW = 2.0
"""Most seconds between two deletions of one burst."""
PROCESSES = 64


class DeleteBursts:
    """Counts what each process deletes in the worktree, outside generated folders."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[int, float, str, str]] = {}
        self._new: list[Action] = []

    def count_delete(self, line: Mapping[str, Any], path: str) -> None:
        """Count a deletion of a path."""
        if area(path) != "worktree" or not PathGroups.NOISE.isdisjoint(path.split("/")):
            return
        pid, time = int(line.get("pid", 0)), float(line["at"])
        count, last, folder, _ = self._counts.pop(pid, (0, time, path, ""))
        if time - last > WINDOW:
            count, folder = 0, path
        folder = _common_folder(folder, path)
        comm = str(line.get("comm", ""))
        self._counts[pid] = (count + 1, time, folder, comm)
        if count + 1 == FILES:
            burst = Action(
                time, "file", "burst", folder, pid=pid, comm=comm, level=DESTRUCTIVE
            )
            self._new.append(replace(burst, note=f"deletes many files in {folder}"))
        if len(self._counts) > PROCESSES:
            self._counts.pop(next(iter(self._counts)))

    def take_new(self, is_told: Callable[[int], bool]) -> list[Action]:
        """The bursts that began since the last call, but for processes already told."""
        new, self._new = self._new, []
        return [burst for burst in new if not is_told(burst.pid)]


def _common_folder(first: str, second: str) -> str:
    """The deepest folder that holds both paths."""
    common: list[str] = []
    for name, other in zip(first.split("/"), second.split("/"), strict=False):
        if name != other:
            break
        common.append(name)
    return "/".join(common) or "/"
