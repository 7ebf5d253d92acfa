"""Finds the user's editor, and asks it what it has."""

import shutil
from collections.abc import Mapping, Sequence

from swarm.adapters.process import Limits, Program, run
from swarm.errors import SwarmError

CODE = ("code", "code-insiders")
"""Those that attach to a container."""
SECONDS = 20.0


def first_installed(names: Sequence[str], path: str) -> str:
    """The place of the first of these programs; empty if there is none."""
    places = (shutil.which(name, path=path) for name in names)
    return next((place for place in places if place), "")


def has_extension(
    program: str, data: str, extension: str, environment: Mapping[str, str]
) -> bool:
    """Ask the editor; False if it does not answer. Blocks for seconds."""
    argv = [program, "--user-data-dir", data, "--list-extensions"]
    try:
        listed = run(
            Program(argv, "the editor", environment), Limits(SECONDS, output=1 << 20)
        )
    except SwarmError:
        return False
    names = listed.output.decode(errors="replace").lower().split()
    return listed.status == 0 and extension in names
