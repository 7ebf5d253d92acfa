"""The paths at which two trees differ: what a merge writes and removes.

Git's records are parsed here, since their paths are an agent's (see
`swarm.adapters.git.repo`).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git

GITLINK = 0o160000
"""The mode of a submodule's entry."""


@dataclass(frozen=True, slots=True)
class Step:
    """One path that the merge writes or removes."""

    path: str
    old_mode: int
    new_mode: int
    """Git's modes; 0 if the path is not in that tree."""
    old: str
    new: str
    """Object ids, all zeros if absent."""

    @property
    def record(self) -> str:
        """The new state, as `update-index --index-info` reads it."""
        return f"{self.new_mode:o} {self.new}\t{self.path}\0"

    @property
    def leaves_file(self) -> bool:
        """True if a file or a link of the old tree must make room."""
        return bool(self.old_mode) and self.old_mode != GITLINK


def steps(git: Git, old: str, new: str) -> tuple[Step, ...]:
    """The changes from one tree or commit to another."""
    words = ("-r", "-z", "--raw", "--no-renames", old, new)
    listing = git.within(Bounds(output=1 << 30)).diff_tree(*words, **RAW)
    fields = os.fsdecode(listing).split("\0")
    path_steps = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old_id, new_id, _ = head[1:].split(" ")
        modes = int(old_mode, 8), int(new_mode, 8)
        path_steps.append(Step(path, *modes, old_id, new_id))
    return tuple(path_steps)


def parents(path: str) -> Iterator[str]:
    """The directories that a path lies in, the outermost first."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)
