"""Tells if a keeper lives; a front end asks this first, so it loads nothing else."""

import fcntl

from swarm.plan.naming import HomePaths


def keeper_pid(paths: HomePaths) -> int | None:
    """The pid of the keeper that lives, or None; asks the lock, not the pid."""
    try:
        with paths.lock.open("r+") as file:
            # Shared: who asks at the same moment must not be taken for a keeper.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        text = paths.lock.read_text().strip()
        return int(text) if text.isdigit() else 0
    return None
