"""Shows many hidden entries of one directory as one, with their count."""

from swarm.model.review import Hidden

_COLLAPSE_OVER = 200
"""A directory with more hidden entries than this is shown as one."""


def collapsed(hidden: list[Hidden]) -> tuple[Hidden, ...]:
    """The entries by path; many of one kind in one directory become one."""
    singles = [entry for entry in hidden if entry.blocks]
    levels: dict[int, dict[tuple[str, str], list[Hidden]]] = {}
    for entry in hidden:
        if not entry.blocks:
            _file_entry(levels, entry)
    for depth in range(max(levels, default=0), 0, -1):
        for (directory, reason), entries in levels.pop(depth, {}).items():
            for entry in _folded(directory, reason, entries):
                _file_entry(levels, entry, below=directory)
    singles += [entry for group in levels.get(0, {}).values() for entry in group]
    return tuple(sorted(singles, key=lambda entry: entry.path))


def _file_entry(
    levels: dict[int, dict[tuple[str, str], list[Hidden]]],
    entry: Hidden,
    below: str | None = None,
) -> None:
    """File an entry under its directory, or under the parent of `below`."""
    directory = _parent(entry.path if below is None else below)
    level = levels.setdefault(directory.count("/"), {})
    level.setdefault((directory, entry.reason), []).append(entry)


def _folded(directory: str, reason: str, entries: list[Hidden]) -> list[Hidden]:
    if len(entries) <= _COLLAPSE_OVER:
        return entries
    size = sum(entry.size for entry in entries)
    count = sum(entry.count for entry in entries)
    optional = all(entry.optional for entry in entries)
    return [Hidden(directory, reason, size, count=count, optional=optional)]


def _parent(path: str) -> str:
    """The directory with its slash; empty at the top."""
    head, slash, _ = path.rstrip("/").rpartition("/")
    return head + slash
