"""Looks at a repository's tracked files at a commit, for what its tasks need."""

from dataclasses import replace
from pathlib import Path

from swarm.adapters.git import tree_at
from swarm.adapters.git.repository import Repository
from swarm.config.detection import keys, wanted
from swarm.config.detection.detect import detect
from swarm.config.detection.tree import Listing
from swarm.errors import SwarmError
from swarm.model.detected import Detected
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths

_FILE, _SUBMODULE = "100", "160"
"""How git's modes of these begin."""


def at_head(
    paths: HomePaths, repo: Path, devcontainer: str = ""
) -> tuple[Path, Detected]:
    """The repository's root, and what its files at HEAD tell.

    SwarmError if there is no repository, or none that a task may stand on.
    """
    repository = Repository.open(repo, paths.home)
    return repository.root, at_commit(repository, repository.head, devcontainer)


def at_commit(repository: Repository, commit: str, devcontainer: str = "") -> Detected:
    """What the files at a commit tell; blocks for three git processes.

    Of several devcontainers, the one that is named is read.

    A commit never changes: the last few answers are kept. What git cannot read is a
    note: it never fails on what a repository holds.
    """
    if not commit:
        return Detected(notes=("there is no commit yet, so nothing was looked at",))
    key = (repository.common_dir, commit, devcontainer)
    if key not in _recent:
        detected = _look(repository, commit, devcontainer)
        while len(_recent) >= _MOST_RECENT:
            _recent.pop(next(iter(_recent)), None)
        _recent[key] = detected
    return _recent[key]


_MOST_RECENT = 16
_recent: dict[tuple[Path, str, str], Detected] = {}


def _look(repository: Repository, commit: str, devcontainer: str) -> Detected:
    try:
        modes = tree_at.all_names(repository.git, commit)
    except SwarmError as error:
        problem = safe_line(error.message, 200)
        return Detected(notes=(f"the files could not be listed: {problem}",))
    listing = Listing(
        frozenset(path for path, mode in modes.items() if mode.startswith(_FILE)),
        tuple(path for path, mode in modes.items() if mode.startswith(_SUBMODULE)),
    )
    contents, notes = _contents(repository, commit, listing)
    detected = detect(listing, contents, devcontainer)
    return replace(detected, notes=(*notes, *detected.notes))


def _contents(
    repository: Repository, commit: str, listing: Listing
) -> tuple[dict[str, bytes], list[str]]:
    """The texts that the detection looks at, and what could not be read of them."""
    telling = wanted.names(listing.files)
    names = [*dict.fromkeys([*telling, *keys.candidates(listing.files)])]
    if not names:
        return {}, []
    try:
        entries = tree_at.named(repository.git, commit, names)
        small = {
            path: entry
            for path, entry in entries.items()
            if entry.is_file and entry.size <= wanted.most_bytes(path)
        }
        contents = tree_at.contents(repository.git, small)
    except SwarmError as error:
        problem = safe_line(error.message, 200)
        return {}, [f"no file could be read, so names alone tell: {problem}"]
    return contents, [
        f"{safe_line(path, 200)} is larger than {wanted.most_bytes(path) >> 10} KiB: "
        "it was not read"
        for path in telling
        if path in entries and path not in small
    ]
