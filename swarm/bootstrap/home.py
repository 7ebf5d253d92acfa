"""The home folder, where every file of swarm's is stored."""

import os
from pathlib import Path

from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths


def home() -> Path:
    """Where everything of swarm's lies: `$SWARM_HOME`, else the XDG state folder."""
    named = os.environ.get("SWARM_HOME")
    if named:
        return Path(named).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "swarm"


def places() -> HomePaths:
    """The layout under `home`, which is made (mode 0700) where it does not exist."""
    root = home()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SwarmError(
            f"the folder {root} cannot be made: {error.strerror}",
            hint="set SWARM_HOME to a folder that can be written",
        ) from error
    return HomePaths(root)
