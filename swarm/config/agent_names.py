"""Lists the agents that there are, by the names of their files."""

import difflib
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "agents"
"""The folder of the agents that come with swarm."""


def shipped() -> list[str]:
    """The names of the agents that come with swarm, in order."""
    return _stems(SHIPPED)


def own(folder: Path) -> list[str]:
    """The names of a user's agents, in order; none if the folder cannot be read."""
    try:
        return _stems(folder)
    except OSError:
        return []


def unknown(name: str, folder: Path) -> str:
    """What is wrong with an agent's name in a setting; empty if there is the agent.

    Names the nearest agent, else where one of the user's would stand.
    """
    known = {*shipped(), *own(folder)}
    if name in known:
        return ""
    near = difflib.get_close_matches(name, sorted(known), 1)
    way_out = f"did you mean {near[0]}?" if near else f"{folder} has none of that name"
    return f"there is no agent {name!r}; {way_out}"


def _stems(folder: Path) -> list[str]:
    # An editor's own files, such as `.#mine.toml`, begin with a dot.
    files = (file for file in folder.glob("*.toml") if file.name[0] != ".")
    return sorted(file.stem for file in files)
