"""The directory that worktrees are made in, if the user has set one: checked first."""

import os
from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.errors import PlanError
from swarm.model.safe_text import safe_line

_HINT = "set `worktrees` to another directory; empty is swarm's own"


def worktree_directory(setting: str, repository: Repository, home: Path) -> Path:
    """The directory that a setting names, resolved; it is made if it is not there.

    PlanError if it lies inside the repository or in `home`, swarm's own, is no
    directory that can be written, or is on a file system that runs no program.
    """
    directory = Path(setting).expanduser()
    where = safe_line(str(directory))
    resolved = directory.resolve()
    for own in (repository.root, repository.common_dir, home):
        if resolved.is_relative_to(own.resolve()):
            raise PlanError(
                f"`worktrees` is {where}, which lies inside {safe_line(str(own))}",
                hint=_HINT,
            )
    try:
        resolved.mkdir(parents=True, exist_ok=True)
        flags = os.statvfs(resolved).f_flag
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise PlanError(f"`worktrees` is {where}: {reason}", hint=_HINT) from error
    if flags & os.ST_RDONLY or not os.access(resolved, os.W_OK | os.X_OK):
        raise PlanError(f"`worktrees` is {where}: it cannot be written", hint=_HINT)
    # macOS has no such flag in what `statvfs` answers.
    if flags & getattr(os, "ST_NOEXEC", 0):
        raise PlanError(
            f"`worktrees` is {where}, on a file system that runs no program (noexec): "
            "an agent could not run what it builds",
            hint=_HINT,
        )
    return resolved
