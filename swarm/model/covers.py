"""The paths of a tree that an agent may not write, or may not even see."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["protect", "hide"]
Stands = Literal["file", "directory", "link", "submodule", "nothing"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stands in `protect` and `hide`; paths are relative to the tree's root."""

    protect: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.protect or self.hide)


NOTHING_WANTED = Wanted()


@dataclass(frozen=True, slots=True)
class Cover:
    """One path that is read-only or empty in a box, and stays as the base has it."""

    path: str
    kind: Kind
    stands: Stands = "nothing"
    """What the base has there."""
    source: str = ""
    """The name of what is mounted over it, in the task's folder of covers; empty if
    nothing is: then only the snapshot holds it."""
    inode: int = 0
    """Of the worktree's own entry below the mount; another one was put there since."""


def reduced(wanted: Wanted) -> tuple[Cover, ...]:
    """The covers that are needed.

    One below another adds nothing, but for a hidden path in a protected one.
    """
    hidden = _topmost(wanted.hide)
    protected = _topmost(wanted.protect)
    return (
        *(Cover(p, "protect") for p in protected if topmost_of(p, hidden) is None),
        *(Cover(p, "hide") for p in hidden),
    )


def _topmost(paths: Collection[str]) -> dict[str, None]:
    known = dict.fromkeys(paths)
    return dict.fromkeys(path for path in known if topmost_of(path, known) == path)


def topmost_of(path: str, known: Collection[str]) -> str | None:
    """The topmost of the known paths that is the path or a directory above it."""
    end = path.find("/")
    while end != -1:
        if path[:end] in known:
            return path[:end]
        end = path.find("/", end + 1)
    return path if path in known else None


def to_json(covers: Collection[Cover]) -> list[dict[str, Any]]:
    """The JSON list that is stored; `from_json` reads it back."""
    return [asdict(cover) for cover in covers]


def from_json(body: list[dict[str, Any]]) -> tuple[Cover, ...]:
    """The covers of a stored list; TypeError on a shape of another version."""
    return tuple(Cover(**entry) for entry in body)
