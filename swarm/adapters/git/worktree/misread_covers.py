"""Refuses names in `protect` and `hide` that would cover nothing, and mean something.

A path that the base has not is fine: settings are for any repository. One that reads as
a pattern, or is another spelling of what is there, would leave open what its human
believes to be covered.
"""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from swarm.adapters.git import tree_at
from swarm.adapters.git.repo import Git
from swarm.errors import Refused
from swarm.model.covers import Cover
from swarm.model.risk import folded
from swarm.model.safe_text import safe_line

_PATTERN = frozenset("*?[")
_SHOWN = 3


def refuse(git: Git, commit: str, covers: Collection[Cover]) -> None:
    """Refused for one that is not at the commit, and nearly is; names what is there.

    Blocks for one git process if any is not there.
    """
    absent = [cover for cover in covers if cover.stands == "nothing"]
    if not absent:
        return
    names = dict.fromkeys(
        place
        for path in tree_at.all_names(git, commit)
        for place in (*tree_at.parents_of(path), path)
    )
    by_fold = {folded(name): name for name in names}
    for cover in absent:
        if _PATTERN & {*cover.path}:
            _refuse_pattern(cover, [n for n in names if _matches(n, cover.path)])
        if other := by_fold.get(folded(cover.path.strip())):
            raise Refused(
                f"{cover.kind}: there is no {_shown(cover.path)} at the base, but "
                f"{_shown(other)}",
                hint=f"write it as it is there: {_shown(other)}",
            )


def _matches(name: str, pattern: str) -> bool:
    """As ignore rules read it: one without a slash is for names in any folder."""
    if "/" not in pattern:
        return fnmatchcase(name.rpartition("/")[2], pattern)
    return fnmatchcase(name, pattern) or fnmatchcase(name, pattern.replace("**/", ""))


def _refuse_pattern(cover: Cover, found: list[str]) -> None:
    if found:
        raise Refused(
            f"{cover.kind}: {_shown(cover.path)} is the name of one path, and no "
            f"pattern; the base has {_list(found)}",
            hint="name each of them, or the folder that they are in",
        )


def _list(names: Iterable[str]) -> str:
    shown = [_shown(name) for name in names]
    more = f" and {len(shown) - _SHOWN} more" if shown[_SHOWN:] else ""
    return f"{', '.join(shown[:_SHOWN])}{more}"


def _shown(path: str) -> str:
    return safe_line(path, 100)
