"""Chooses the name by which a program finds what a terminal understands.

Terminals bring names of their own (`xterm-kitty`, `xterm-ghostty`) that a machine's
database often has not, above all over ssh; tmux then refuses to draw at all.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from swarm.errors import ToolError

FALLBACK = "xterm-256color"
"""What nearly every terminal of today understands."""
_SYSTEM = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo")
_HINT = "if it can, say what it is: `TERM=xterm-256color swarm …`"


def usable(environment: Mapping[str, str], task: str) -> str:
    """A name that this machine knows; ToolError for a terminal that cannot draw.

    `task` is what it would have to do, as in `this terminal cannot TASK`.
    """
    name = environment.get("TERM", "")
    if name in ("", "dumb", "unknown"):
        why = f"TERM is {name}" if name else "TERM is not set"
        raise ToolError(f"this terminal cannot {task}: {why}", hint=_HINT)
    folders = [folder for folder in _folders(environment) if folder.is_dir()]
    # Without any database there is nothing to compare with: the program knows better.
    if not folders or any(_is_in(folder, name) for folder in folders):
        return name
    return FALLBACK


def _folders(environment: Mapping[str, str]) -> Iterator[Path]:
    if own := environment.get("TERMINFO"):
        yield Path(own)
    if home := environment.get("HOME"):
        yield Path(home) / ".terminfo"
    for folder in environment.get("TERMINFO_DIRS", "").split(os.pathsep):
        if folder:
            yield Path(folder)
    yield from map(Path, _SYSTEM)


def _is_in(folder: Path, name: str) -> bool:
    # A file system that folds case has folders by the letter's number.
    letters = (name[0], f"{ord(name[0]):x}")
    return any((folder / letter / name).is_file() for letter in letters)
