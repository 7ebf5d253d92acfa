"""The warm bases on this disk: what a set-up installed, for the tasks after it.

Each is a folder. Its manifest is written last and comes with a rename, so that a base
is there as a whole or not at all. What is in it is a stranger's: no link is followed.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
HOME, SHARED, LOOSE = "home", "shared", "loose"
"""Parts of a base: the agent's home, folders that are mounted, all that is copied."""
_MAKING = ".making-"
_LARGEST = 4 << 20


History = Callable[[str], bool]
"""True of a commit in a task's history; see `user_refs.is_in_history`."""


@dataclass(frozen=True, slots=True)
class WarmBase:
    """One base, as its manifest describes it."""

    name: str
    """Of its folder."""
    key: str
    repo: str
    commands: tuple[str, ...]
    shared: tuple[str, ...] = ()
    """Folders of the worktree that tasks have mounted; `shared/N` in the base."""
    loose: tuple[str, ...] = ()
    """What is copied into each worktree."""
    sharing: str = "overlay"
    """`overlay`, or `copy` if home and folders are copied."""
    made: float = 0.0
    bytes: int = 0
    stamps: tuple[int, ...] = ()
    """The times of its folders' own last change, home first."""
    retired: bool = False
    """No further task begins with it."""
    commit: str = ""
    """The commit whose set-up left it: only a task with that in its history has it."""
    lacks: str = ""
    """What its set-up changed in git, in words: a task has a git of its own."""


def begin(folder: Path) -> Path:
    """A new folder in which a base is made; `finish` ends that."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = folder / f"{_MAKING}{secrets.token_hex(6)}"
    making.mkdir(mode=0o700)
    (making / SHARED).mkdir(mode=0o700)
    return making


def finish(making: Path, base: WarmBase) -> WarmBase:
    """Have the base be there, whole; returns it under its name."""
    name = f"{base.key[:16]}-{secrets.token_hex(3)}"
    done = replace(base, name=name)
    done = replace(done, stamps=_stamps(making, done))
    _write(making / MANIFEST, done)
    making.rename(making.parent / name)
    return done


def of_key(folder: Path, key: str, history: History) -> list[WarmBase]:
    """The bases of that key with which a task of that history may begin."""
    of_the_key = [base for base in all_bases(folder) if base.key == key]
    return [each for each in of_the_key if not each.retired and history(each.commit)]


def newest_home(folder: Path, repo: str, history: History) -> Path | None:
    """The home in the base that a task of the repository last began with, if any.

    Of those that are made of a commit in that history.
    """
    ours = [base for base in all_bases(folder) if base.repo == repo]
    ours.sort(key=lambda base: last_used(folder, base.name), reverse=True)
    fit = (base for base in ours if is_whole(folder, base) and history(base.commit))
    newest = next(fit, None)
    return folder / newest.name / HOME if newest else None


def is_whole(folder: Path, base: WarmBase) -> bool:
    """False if its folders are not as they were made; their contents are not read."""
    return _stamps(folder / base.name, base) == base.stamps


def mark_used(folder: Path, base: WarmBase) -> None:
    """A task begins with it now; OSError if it is gone."""
    os.utime(folder / base.name / MANIFEST)


def all_bases(folder: Path) -> Iterator[WarmBase]:
    """Every base of a folder; one whose manifest cannot be read is left out."""
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        base = None if place.name.startswith(".") else _read(place)
        if base is not None:
            yield base


def names(folder: Path) -> list[str]:
    """Every name in the folder, of what is no base too."""
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def last_used(folder: Path, name: str) -> float:
    """When a task last began with it; 0 if it is gone."""
    try:
        return (folder / name / MANIFEST).stat().st_mtime
    except OSError:
        return 0.0


def retire(folder: Path, name: str) -> None:
    """Let no further task begin with it; those that have it keep it."""
    base = _read(folder / name)
    if base is not None:
        _write(folder / name / MANIFEST, replace(base, retired=True))


def unmake(folder: Path, name: str) -> None:
    """Have it be no base any more, before its files go."""
    if "/" in name or name in ("", ".", ".."):
        raise ValueError(name)
    (folder / name / MANIFEST).unlink(missing_ok=True)


def is_making(name: str) -> bool:
    """True for the folder of a base that is being made, or was when a keeper died."""
    return name.startswith(_MAKING)


def _read(place: Path) -> WarmBase | None:
    try:
        with (place / MANIFEST).open("rb") as file:
            body = json.loads(file.read(_LARGEST))
        lists = ("commands", "shared", "loose", "stamps")
        values: dict[str, Any] = {
            key: tuple(value) if key in lists else value for key, value in body.items()
        }
        base = WarmBase(**values)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return base if base.name == place.name else None


def _write(file: Path, base: WarmBase) -> None:
    new = file.with_name(f"{file.name}.new")
    with new.open("w", encoding="utf-8") as opened:
        json.dump(asdict(base), opened)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def _stamps(place: Path, base: WarmBase) -> tuple[int, ...]:
    parts = [HOME, *(f"{SHARED}/{number}" for number in range(len(base.shared)))]
    parts += [LOOSE] if base.loose else []
    try:
        return tuple((place / part).lstat().st_mtime_ns for part in parts)
    except OSError:
        return (-1,)
