"""Writes a reviewed tree into a folder of ours that nobody can write to."""

import os
import secrets
from pathlib import Path

from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import Repo
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError

SECONDS = 600.0


def write(task: TaskGit, tree: str, place: Path) -> None:
    """Make the folder, which must not be there; nothing half-made stays.

    Links are files with the place that they name: none leads out of the folder. Blocks
    for as long as git writes. SwarmError.
    """
    draft = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    draft.mkdir(parents=True, mode=0o700)
    git = Repo(GitDir(task.review_git, work_tree=draft)).git
    env = {
        "GIT_INDEX_FILE": str(index),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.symlinks",
        "GIT_CONFIG_VALUE_0": "false",
    }
    try:
        git.read_tree(tree, env=env)
        git.within(Bounds(seconds=SECONDS)).checkout_index("--all", "--quiet", env=env)
        _close(draft)
        draft.rename(place)
    except OSError as error:
        raise SwarmError(
            f"the copy at {place} cannot be made: {error.strerror}"
        ) from error
    finally:
        index.unlink(missing_ok=True)
        erase(draft)


def _close(folder: Path) -> None:
    """Take the right to write from all below it, and from the folder last."""
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            file = Path(place, name)
            if not file.is_symlink():
                file.chmod(0o500 if os.access(file, os.X_OK) else 0o400)
        Path(place).chmod(0o500)
