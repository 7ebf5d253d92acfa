"""Measures and removes folders of a worktree, by descriptors: no link is followed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.adapters.disk_use import open_disk_use
from swarm.adapters.git.safe_fs.files import disk_errors_as, empty
from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below
from swarm.model.disk_use import DiskUse


def taken(worktree: Path, path: str) -> DiskUse:
    """The bytes in a folder; nothing if there is none, or a link on the way."""
    try:
        with _opened(worktree, path) as (_parent, _name, folder):
            return open_disk_use(folder)
    except OSError:
        return DiskUse()


def remove(worktree: Path, path: str) -> None:
    """Remove the folder; ToolError if it stays, or is none."""
    with disk_errors_as("worktree"), _opened(worktree, path) as (parent, name, folder):
        empty(folder)
        os.rmdir(name, dir_fd=parent)


@contextmanager
def _opened(worktree: Path, path: str) -> Iterator[tuple[int, str, int]]:
    """The folder above, the folder's name, and the folder itself."""
    *above, name = path.split("/")
    descriptors: list[int] = []
    try:
        descriptors.append(os.open(worktree, DIRECTORY))
        descriptors.append(open_below(descriptors[0], above))
        descriptors.append(os.open(name, DIRECTORY, dir_fd=descriptors[1]))
        yield descriptors[1], name, descriptors[2]
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
