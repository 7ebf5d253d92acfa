"""Tells which ignored folders of a worktree tools can make again."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator

from swarm.model.made_by_tools import MANIFESTS, STORE, directory_reason
from swarm.model.review import Hidden

IGNORED = "ignored"
"""The reason of what a rule of the base's own ignores."""
INSTALLED = (".egg-info", ".dist-info")
"""Ends of folders by which an installed package is found."""


def folders(
    hidden: Iterable[Hidden],
    base: Collection[str],
    kept: Iterable[str],
    *,
    stores: bool = True,
) -> tuple[str, ...]:
    """The topmost folders of that kind, in order.

    `hidden` is what the newest snapshot left out, `kept` its files, `base` the files of
    the task's base. A folder must have a tool's name, and hold nothing but what the
    base's own rules ignore: an ignored file elsewhere, such as `.env`, stays. Without
    `stores` so does what holds installed packages.
    """
    entries = list(hidden)
    kept_in_order = sorted({*base, *kept})
    others = sorted(
        each.path
        for each in entries
        if each.reason != IGNORED or (not stores and _holds_packages(each.path, base))
    )
    found = {
        folder
        for entry in entries
        if entry.reason == IGNORED
        and (folder := _made_by_tool(entry.path, base))
        and not _is_above(folder, kept_in_order)
        and not _is_above(folder, others)
    }
    return tuple(sorted(found))


def _made_by_tool(path: str, base: Collection[str]) -> str:
    """The topmost folder of the path that has a tool's name; empty for none."""
    return next((each for each in _folders(path) if _reason(each, base)), "")


def _holds_packages(path: str, base: Collection[str]) -> bool:
    return any(
        _reason(each, base) == STORE or each.endswith(INSTALLED)
        for each in _folders(path)
    )


def _reason(folder: str, base: Collection[str]) -> str:
    """What a tool keeps in a folder, by its name; empty if the name is no tool's."""
    parent, _, name = folder.rpartition("/")
    prefix = f"{parent}/" if parent else ""
    beside = any(f"{prefix}{manifest}" in base for manifest in MANIFESTS)
    return directory_reason(name, at_top=not parent, beside_manifest=beside)


def _folders(path: str) -> Iterator[str]:
    """The folders of a path, the topmost first; of `a/b/` the last one is `a/b`."""
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)


def _is_above(folder: str, paths: list[str]) -> bool:
    """True if one of the sorted paths is the folder, or in it."""
    return any(
        at < len(paths) and (paths[at] == folder or paths[at].startswith(f"{folder}/"))
        for at in (bisect_left(paths, folder), bisect_left(paths, f"{folder}/"))
    )
