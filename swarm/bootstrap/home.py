"""The home folder, which contains every file of swarm."""

import os
from pathlib import Path

from swarm.bootstrap import lost_home
from swarm.errors import SwarmError
from swarm.plan import home_identity
from swarm.plan.naming import HomePaths


def home() -> Path:
    """The home folder: `$SWARM_HOME`, else a folder in the XDG state folder.

    SwarmError for a user who has no home folder, and for `~` of an unknown one.
    """
    swarm_home = os.environ.get("SWARM_HOME")
    state = os.environ.get("XDG_STATE_HOME")
    try:
        if swarm_home:
            return Path(swarm_home).expanduser().absolute()
        folder = Path(state) if state else Path.home() / ".local" / "state"
    except RuntimeError as error:
        raise SwarmError(
            f"the folder {swarm_home} belongs to no user of this machine"
            if swarm_home
            else "this user has no home folder for swarm's files",
            hint="set SWARM_HOME to a folder that can be written",
        ) from error
    return folder.absolute() / "swarm"


def ensure_paths() -> HomePaths:
    """The paths under `home`, which is made (mode 0700) if it does not exist.

    SwarmError instead if it vanished while tasks were at work in it.
    """
    root = home()
    paths = HomePaths(root)
    _refuse_other_than_utf_8(root)
    try:
        if not paths.database.exists():
            lost_home.refuse_if_lost(root)
        if not root.is_dir():
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            home_identity.begin(root)
    except OSError as error:
        raise SwarmError(
            f"the folder {root} cannot be made or read: {error.strerror}",
            hint="set SWARM_HOME to a folder that can be written",
        ) from error
    return paths


def _refuse_other_than_utf_8(root: Path) -> None:
    try:
        str(root).encode()
    except UnicodeError as error:
        raise SwarmError(
            f"the folder {root} has a name that is not UTF-8",
            hint="set SWARM_HOME to another folder",
        ) from error
