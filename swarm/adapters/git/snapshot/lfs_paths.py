"""Asks which paths are LFS files by the base's attributes and the user's own."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.task_git import TaskGit

_SLOW = Bounds(seconds=300)


def lfs_paths(task: TaskGit, paths: Iterable[str]) -> Iterator[str]:
    """Those of the paths whose filter is LFS, whether they exist or not.

    One process for all; attributes that the agent wrote do not count.
    """
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    if not stdin:
        return
    user = replace(task.repo.common_git_dir(personal=True), user=None)
    git = Git(user, {"GIT_INDEX_FILE": str(task.review_git / "base.index")})
    words = ("--cached", "--stdin", "-z", "filter")
    answer: bytes = git.within(_SLOW).check_attr(*words, istream=stdin, **RAW)
    fields = answer.split(b"\0")
    for path, value in zip(fields[0::3], fields[2::3], strict=False):
        if value == b"lfs":
            yield os.fsdecode(path)
