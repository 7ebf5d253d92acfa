"""Tells how a change of `swarm.toml` changes what agents may write and see."""

from collections.abc import Iterable

from swarm.adapters.git import blobs
from swarm.adapters.git.repo import Git
from swarm.config import project
from swarm.errors import ConfigError
from swarm.model import cover_change
from swarm.model.covers import NOTHING_WANTED, Wanted
from swarm.model.project import FILE
from swarm.model.review import Change, Flag

_FILE_BITS, _REGULAR = 0o170000, 0o100000


def by_path(git: Git, changes: Iterable[Change]) -> dict[str, tuple[Flag, ...]]:
    """By the path of a change, flags for its review; ToolError by git.

    Both texts are strangers'. One that cannot be read counts as no cover at all.
    """
    return {
        change.path: flags
        for change in changes
        if FILE in (change.path, change.old_path) and (flags := _flags_of(git, change))
    }


def _flags_of(git: Git, change: Change) -> tuple[Flag, ...]:
    was_here = (change.old_path or change.path) == FILE and change.kind != "added"
    is_here = change.path == FILE and change.kind != "deleted"
    before = _covers(git, change.old, change.old_mode) if was_here else NOTHING_WANTED
    after = _covers(git, change.new, change.new_mode) if is_here else NOTHING_WANTED
    flags = cover_change.flags(before or NOTHING_WANTED, after or NOTHING_WANTED)
    return (cover_change.UNREADABLE, *flags) if after is None else flags


def _covers(git: Git, oid: str, mode: int) -> Wanted | None:
    """What the text covers; None for a link, and for what is no such file."""
    if mode & _FILE_BITS != _REGULAR:
        return None
    sizes = blobs.sizes(git, [oid])
    if sizes[oid] > project.LARGEST:
        return None
    ((_, content),) = blobs.contents(git, sizes)
    try:
        choice = project.parsed(content.decode())
    except (ConfigError, UnicodeDecodeError):
        return None
    return Wanted(choice.protect, choice.hide)
