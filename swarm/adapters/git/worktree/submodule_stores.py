"""Finds a submodule's local git directory, by names that a stranger may have chosen.

No name leads out of the directory that it belongs in, and no link on the way is
followed.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.repo import Repo
from swarm.adapters.git.repository import Repository
from swarm.errors import ToolError
from swarm.model.risk import is_git_name

_NAME_LENGTH = 300
_GITFILE = 4096
"""Bytes of a `.git` file that are read."""


@dataclass(frozen=True, slots=True)
class Submodule:
    """A submodule as a tree records it."""

    path: str
    """Below the top work tree; as `os.fsdecode` gives it."""
    commit: str
    name: str
    """Its name in `.gitmodules`; empty if that has none for the path."""
    depth: int = 0
    """Submodules that it lies in."""


@dataclass(frozen=True, slots=True)
class Places:
    """The directories in which a submodule's git directory can lie."""

    modules: tuple[Path, ...]
    """Directories that hold one git directory a name."""
    work_tree: Path | None
    """The user's checkout of the top repository."""
    roots: tuple[Path, ...]
    """Git directories; a `.git` file leads into one of them, or it is not followed."""


def places_of(repo: Repository) -> Places:
    """The places of the submodules of the repository itself."""
    roots = tuple(dict.fromkeys((repo.git_dir, repo.common_dir)))
    modules = tuple(root / "modules" for root in roots)
    return Places(modules, repo.work_tree, roots)


def places_below(places: Places, store: Path) -> Places:
    """The places of the submodules of a submodule."""
    roots = (*places.roots, store)
    return Places((store / "modules",), places.work_tree, roots)


def names_by_path(git: Repo, blob: str) -> dict[str, str]:
    """Path to name, as a `.gitmodules` says; empty if git cannot read it."""
    try:
        listing: str = git.git.config("--null", f"--blob={blob}", "--list")
    except ToolError:
        return {}
    names = {}
    for entry in listing.split("\0"):
        key, _, value = entry.partition("\n")
        name = key.removeprefix("submodule.").removesuffix(".path")
        if key == f"submodule.{name}.path":
            names[value] = name
    return names


def fault(submodule: Submodule) -> str:
    """The reason for which nothing is looked up by its name; empty if there is none."""
    if not submodule.name:
        return "`.gitmodules` does not name it"
    if len(submodule.name) > _NAME_LENGTH or not _is_plain(submodule.name):
        return "its name in `.gitmodules` leads elsewhere"
    if not _is_plain(submodule.path):
        return "its path leads elsewhere"
    return ""


def _is_plain(path: str) -> bool:
    parts = path.split("/")
    strange = any(part in ("", ".", "..") or is_git_name(part) for part in parts)
    return not strange and "\\" not in path and not any(c < " " for c in path)


def stores(submodule: Submodule, places: Places) -> Iterator[Path]:
    """The git directories that can be the submodule's, the likeliest first."""
    for modules in places.modules:
        if _is_below(modules, submodule.name):
            yield modules / submodule.name
    if places.work_tree and _is_below(places.work_tree, submodule.path):
        git_dir = places.work_tree / submodule.path / ".git"
        if git_dir.is_dir() and not git_dir.is_symlink():
            yield git_dir
        elif git_dir.is_file() and not git_dir.is_symlink():
            yield from _led_to(git_dir, places.roots)


def _is_below(top: Path, relative: str) -> bool:
    """True if every name on the way is a directory, and none is a link."""
    path = top
    for part in relative.split("/"):
        path = path / part
        if path.is_symlink() or not path.is_dir():
            return False
    return True


def _led_to(gitfile: Path, roots: tuple[Path, ...]) -> Iterator[Path]:
    with suppress(OSError), gitfile.open("rb") as file:
        word, _, target = os.fsdecode(file.read(_GITFILE)).partition(": ")
        path = (gitfile.parent / target.rstrip("\n")).resolve()
        if word == "gitdir" and any(path.is_relative_to(r.resolve()) for r in roots):
            yield path
