"""Notices that a home's folder or database was moved, removed, replaced or closed."""

import os
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from swarm.model.frozen import frozen
from swarm.plan.naming import HomePaths


class HomeTrouble(StrEnum):
    """What became of a home."""

    NONE = "none"
    UNUSABLE = "unusable"
    """It may be usable again: its disk does not answer, or is read-only."""
    GONE = "gone"
    """What this process has open is not what is there now."""


@frozen
class HomeState:
    """The state of a home, in words for a human if it is not as it should be."""

    trouble: HomeTrouble = HomeTrouble.NONE
    words: str = ""


class HomeLook:
    """Compares what is there now with what was there first; three system calls."""

    def __init__(self, paths: HomePaths) -> None:
        """What is there now, or when it is first looked at, is what should be."""
        self._paths = paths
        self._first: tuple[tuple[int, int], tuple[int, int]] | None = None
        self._has_begun()

    def _has_begun(self) -> bool:
        """Whether folder and database were seen."""
        if self._first is None:
            with suppress(OSError):
                self._first = (
                    _identity(self._paths.home),
                    _identity(self._paths.database),
                )
        return self._first is not None

    def state(self) -> HomeState:
        """The state now; may block as long as the home's disk does."""
        home, database = self._paths.home, self._paths.database
        if not self._has_begun() or self._first is None:
            return HomeState()
        folder_then, database_then = self._first
        try:
            if _identity(home) != folder_then:
                return _gone(f"the state folder {home} was replaced by another")
            if _identity(database) != database_then:
                return _gone(f"the database {database} was replaced by another")
            is_read_only = bool(os.statvfs(home).f_flag & os.ST_RDONLY)
        except FileNotFoundError:
            missing = database if home.exists() else home
            what = "database" if missing is database else "state folder"
            return _gone(f"the {what} {missing} was removed or moved")
        except OSError as error:
            return HomeState(
                HomeTrouble.UNUSABLE,
                f"the state folder {home} does not answer: {error.strerror}",
            )
        if is_read_only:
            return HomeState(
                HomeTrouble.UNUSABLE,
                f"the disk of the state folder {home} is read-only",
            )
        if not os.access(home, os.W_OK | os.X_OK) or not os.access(database, os.W_OK):
            return HomeState(
                HomeTrouble.UNUSABLE, f"the state in {home} may not be written any more"
            )
        return HomeState()


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _gone(words: str) -> HomeState:
    return HomeState(HomeTrouble.GONE, words)
