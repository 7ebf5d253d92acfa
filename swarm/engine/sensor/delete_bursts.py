"""Many deletions in a moment, by one program: what `rm -rf` and `rmtree` look like."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from swarm.engine.sensor.path_groups import PathGroups
from swarm.model.activity import DESTRUCTIVE, Action, area

FILES = 50
"""Deletions of one process that are a burst."""
WINDOW = 2.0
"""Seconds between two of them that still belong together."""
PROCESSES = 64


class DeleteBursts:
    """Counts what each process deletes in the worktree, outside of heaps."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[int, float, str, str]] = {}
        self._told: list[Action] = []

    def gone(self, line: Mapping[str, Any], path: str) -> None:
        """A path was deleted."""
        if area(path) != "worktree" or not PathGroups.NOISE.isdisjoint(path.split("/")):
            return
        pid, at = int(line.get("pid", 0)), float(line["at"])
        count, last, top, _ = self._counts.pop(pid, (0, at, path, ""))
        if at - last > WINDOW:
            count, top = 0, path
        top = _common(top, path)
        comm = str(line.get("comm", ""))
        self._counts[pid] = (count + 1, at, top, comm)
        if count + 1 == FILES:
            told = Action(
                at, "file", "burst", top, pid=pid, comm=comm, level=DESTRUCTIVE
            )
            self._told.append(replace(told, note=f"deletes many files in {top}"))
        if len(self._counts) > PROCESSES:
            self._counts.pop(next(iter(self._counts)))

    def taken(self) -> list[Action]:
        """The bursts that began since the last call."""
        told, self._told = self._told, []
        return told


def _common(one: str, other: str) -> str:
    """The directory that both are in."""
    kept: list[str] = []
    for mine, yours in zip(one.split("/"), other.split("/"), strict=False):
        if mine != yours:
            break
        kept.append(mine)
    return "/".join(kept) or "/"
