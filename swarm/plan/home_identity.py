"""The mark of a home: a tag that stays when its folder is moved.

Containers, volumes and the tmux server bear the tag. It was once made of the folder's
path; a home that has no mark yet gets that one.
"""

import os
from contextlib import suppress
from pathlib import Path

from swarm.model.frozen import frozen

NAME = "home.tag"
_CACHE: dict[str, str] = {}
"""Tags by path: a process keeps its home's, whatever becomes of the folder."""
_TAG_LENGTH = 8
_LIMIT = 64 << 10


@frozen
class HomeIdentity:
    """What a home's mark says."""

    tag: str
    path: str
    """The place where its last keeper served it."""
    former: tuple[str, ...] = ()
    """The places where it was before, the oldest first."""


def tag_of(home: Path) -> str:
    """The tag that a home bears; one made of its path if it bears none."""
    if tag := _CACHE.get(str(home)):
        return tag
    mark = read(home)
    if mark is None or _is_copy(home, mark):
        return tag_of_path(home)
    _CACHE[str(home)] = mark.tag
    return mark.tag


def tag_of_path(home: Path) -> str:
    """Eight hex digits of a path."""
    import hashlib  # noqa: PLC0415 - loads OpenSSL: 17 ms that `swarm ls` does without

    return hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:_TAG_LENGTH]


def read(home: Path) -> HomeIdentity | None:
    """The mark; None if there is none that can be read."""
    try:
        with (home / NAME).open("rb") as file:
            tag, *paths = os.fsdecode(file.read(_LIMIT)).split("\0")
    except OSError:
        return None
    if len(tag) != _TAG_LENGTH or not set(tag) <= set("0123456789abcdef"):
        return None
    *former, path = paths or [str(home)]
    return HomeIdentity(tag, path, tuple(former))


def begin(home: Path) -> None:
    """Mark a folder that was just made, with a tag of its own.

    Not of its path: a home that was there before, and moved, may bear that.
    """
    with suppress(OSError):
        _write(home, HomeIdentity(os.urandom(_TAG_LENGTH // 2).hex(), _place(home)))


def settle(home: Path) -> HomeIdentity:
    """Mark the place where the home is now; OSError if that cannot be written.

    A copy of a home that still exists becomes one of its own.
    """
    mark, place = read(home), _place(home)
    if mark and mark.path == place:
        return mark
    if mark is None or _is_copy(home, mark):
        mark = HomeIdentity(tag_of_path(home), place)
    else:
        former = dict.fromkeys((*mark.former, mark.path))
        former.pop(place, None)
        mark = HomeIdentity(mark.tag, place, tuple(former))
    _CACHE.pop(str(home), None)
    _write(home, mark)
    return mark


def _is_copy(home: Path, mark: HomeIdentity) -> bool:
    """Whether the home that bears the mark is still where the mark says."""
    if mark.path == _place(home):
        return False
    other = read(Path(mark.path))
    return other is not None and other.tag == mark.tag


def _write(home: Path, mark: HomeIdentity) -> None:
    draft = home / f"{NAME}.new"
    draft.write_bytes(os.fsencode("\0".join((mark.tag, *mark.former, mark.path))))
    draft.chmod(0o600)
    draft.replace(home / NAME)


def _place(home: Path) -> str:
    return str(home.resolve())
