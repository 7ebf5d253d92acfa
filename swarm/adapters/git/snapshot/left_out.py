"""Leaves out what tools made: of each directory one entry stays, with its numbers."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from os import stat_result

from swarm.adapters.git import tree_at
from swarm.model.made_by_tools import (
    COMMON_DIRECTORIES,
    MANIFESTS,
    MARKERS,
    directory_reason,
    file_reason,
)
from swarm.model.review import Hidden


def left_out(
    files: Mapping[str, stat_result],
    candidates: Iterable[str],
    base: Collection[str],
    included: Collection[str],
) -> dict[str, tuple[str, str]]:
    """The candidates that are left out: each with its entry's path and the reason.

    An entry is the topmost directory that a tool made, or a single file. A directory
    under which the base holds anything is never one, nor the worktree itself. What a
    human `included`, a path or all below it, stays.
    """
    untracked = [path for path in candidates if not _is_included(path, included)]
    recognised = _marked(untracked) | _named(untracked, files)
    found: dict[str, tuple[str, str]] = {}
    tracked = _Tracked(base)
    for path in untracked:
        for directory in tree_at.parents_of(path):
            if directory in recognised and not tracked.below(directory):
                found[path] = (f"{directory}/", recognised[directory])
                break
        else:
            reason = file_reason(path.rsplit("/", 1)[-1])
            if reason and not tracked.below(path):
                found[path] = (path, reason)
    return found


def entries(
    left: Mapping[str, tuple[str, str]], files: Mapping[str, stat_result]
) -> list[Hidden]:
    """One hidden entry for each directory or file that was left out."""
    groups: dict[tuple[str, str], list[stat_result]] = {}
    for path, entry in left.items():
        groups.setdefault(entry, []).append(files[path])
    return [
        Hidden(
            path,
            reason,
            sum(status.st_size for status in members),
            0 if path.endswith("/") else members[0].st_mode,
            len(members),
            optional=True,
        )
        for (path, reason), members in groups.items()
    ]


def _marked(paths: Iterable[str]) -> dict[str, str]:
    """The directories that hold a tool's own file, each with its reason."""
    marked = {}
    for path in paths:
        directory, _, name = path.rpartition("/")
        if directory and name in MARKERS:
            marked[directory] = MARKERS[name]
    return marked


def _named(paths: Iterable[str], files: Mapping[str, stat_result]) -> dict[str, str]:
    """The directories above these paths that have a tool's name, with the reason."""
    reasons: dict[str, str] = {}
    for path in paths:
        for directory in tree_at.parents_of(path):
            if directory not in reasons:
                reasons[directory] = _reason_by_name(directory, files)
    return {directory: reason for directory, reason in reasons.items() if reason}


def _reason_by_name(directory: str, files: Mapping[str, stat_result]) -> str:
    parent, _, name = directory.rpartition("/")
    if name not in COMMON_DIRECTORIES:
        return directory_reason(name, at_top=not parent, beside_manifest=False)
    prefix = f"{parent}/" if parent else ""
    beside = any(f"{prefix}{manifest}" in files for manifest in MANIFESTS)
    return directory_reason(name, at_top=not parent, beside_manifest=beside)


def _is_included(path: str, included: Collection[str]) -> bool:
    return any(
        path == each or path.startswith(f"{each}/") or each == "."
        for each in (one.rstrip("/") for one in included)
    )


class _Tracked:
    """The base's paths, in an order in which those of one directory are neighbours."""

    def __init__(self, base: Collection[str]) -> None:
        self._base = base
        self._sorted: list[str] | None = None
        self._answers: dict[str, bool] = {}

    def below(self, directory: str) -> bool:
        """True if the base holds the path itself or anything below it."""
        if directory not in self._answers:
            self._answers[directory] = self._look(directory)
        return self._answers[directory]

    def _look(self, directory: str) -> bool:
        if directory in self._base:
            return True
        if self._sorted is None:
            self._sorted = sorted(self._base)
        prefix = f"{directory}/"
        at = bisect_left(self._sorted, prefix)
        return at < len(self._sorted) and self._sorted[at].startswith(prefix)
