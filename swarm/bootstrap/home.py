"""The home folder, which contains every file of swarm."""

import os
from pathlib import Path

from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths


def home() -> Path:
    """The home folder: `$SWARM_HOME`, else a folder in the XDG state folder."""
    swarm_home = os.environ.get("SWARM_HOME")
    if swarm_home:
        return Path(swarm_home).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "swarm"


def places() -> HomePaths:
    """The paths under `home`, which is made (mode 0700) if it does not exist."""
    root = home()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SwarmError(
            f"the folder {root} cannot be made: {error.strerror}",
            hint="set SWARM_HOME to a folder that can be written",
        ) from error
    return HomePaths(root)
