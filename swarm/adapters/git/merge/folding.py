"""Names that a file system takes for one: by case, or by Unicode normalisation."""

import os
import secrets
import time
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.merge.checkout import Checkout
from swarm.adapters.git.merge.steps import parents
from swarm.adapters.git.settings import read_settings

_OLD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Folding:
    """The differences between names that a file system ignores."""

    case: bool = False
    unicode: bool = False
    """Composed and decomposed characters are one: macOS."""

    def __bool__(self) -> bool:
        """False if each name is another file, as on Linux."""
        return self.case or self.unicode

    def fold(self, name: str) -> str:
        """The same text for every name that leads to the same file."""
        if self.unicode:
            name = unicodedata.normalize("NFD", name)
        if self.case:
            name = name.casefold()
        return unicodedata.normalize("NFD", name) if self.unicode else name

    def collisions(self, paths: Iterable[str], new: set[str]) -> set[str]:
        """Paths of a tree that become one there, if one of them is new.

        A directory counts as each path above a file does.
        """
        if not self:
            return set()
        by_fold: dict[str, set[str]] = {}
        for path in paths:
            for each in (*parents(path), path):
                by_fold.setdefault(self.fold(each), set()).add(each)
        arriving = {each for path in new for each in (*parents(path), path)}
        return {
            path
            for group in by_fold.values()
            if len(group) > 1 and group & arriving
            for path in group
        }


def probe(checkout: Checkout) -> Folding:
    """The folding of a checkout's file system, from its settings and a look at it.

    Writes one file into the git directory for a moment, if that is allowed; the work
    tree is only looked at.
    """
    settings = read_settings(checkout.git_on(checkout.index))
    by_case = settings.last("core.ignorecase") == "true"
    by_unicode = settings.last("core.precomposeunicode") == "true"
    in_git_dir = probe_directory(checkout.git_dir)
    return Folding(
        by_case or in_git_dir.case or _is_same(checkout.work_tree, ".git", ".GIT"),
        by_unicode or in_git_dir.unicode,
    )


def remove_probes(directory: Path) -> None:
    """Remove probes whose maker died; a young one may be in use."""
    for path in directory.glob("swarm-probe-*"):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > _OLD_SECONDS:
                path.unlink()


def probe_directory(directory: Path) -> Folding:
    """Make a file, and look whether other spellings of its name lead to it."""
    name = f"swarm-probe-{secrets.token_hex(4)}-\u00e9"
    path = directory / name
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        return Folding()
    try:
        return Folding(
            _is_same(directory, name, name.upper()),
            _is_same(directory, name, unicodedata.normalize("NFD", name)),
        )
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _is_same(directory: Path, name: str, other: str) -> bool:
    try:
        return os.path.samestat((directory / name).lstat(), (directory / other).lstat())
    except OSError:
        return False
