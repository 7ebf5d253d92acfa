"""Shows many hidden entries of one directory as one, with their count."""

from swarm.model.review import Hidden

_COLLAPSE = 200
"""A directory with more hidden entries than this is shown as one."""


def collapsed(hidden: list[Hidden]) -> tuple[Hidden, ...]:
    """The entries by path, where many of one kind in one directory become one."""
    kept = [entry for entry in hidden if entry.blocks]
    levels: dict[int, dict[tuple[str, str], list[Hidden]]] = {}
    for entry in hidden:
        if not entry.blocks:
            _place(levels, entry)
    for depth in range(max(levels, default=0), 0, -1):
        for (where, reason), entries in levels.pop(depth, {}).items():
            for entry in _folded(where, reason, entries):
                _place(levels, entry, above=where)
    kept += [entry for group in levels.get(0, {}).values() for entry in group]
    return tuple(sorted(kept, key=lambda entry: entry.path))


def _place(
    levels: dict[int, dict[tuple[str, str], list[Hidden]]],
    entry: Hidden,
    above: str | None = None,
) -> None:
    """File an entry under its directory, or under the one above a directory."""
    where = _parent(entry.path if above is None else above)
    level = levels.setdefault(where.count("/"), {})
    level.setdefault((where, entry.reason), []).append(entry)


def _folded(where: str, reason: str, entries: list[Hidden]) -> list[Hidden]:
    if len(entries) <= _COLLAPSE:
        return entries
    size = sum(entry.size for entry in entries)
    count = sum(entry.count for entry in entries)
    return [Hidden(where, reason, size, count=count)]


def _parent(path: str) -> str:
    """The directory with its slash; empty at the top."""
    head, slash, _ = path.rstrip("/").rpartition("/")
    return head + slash
