"""A terminal's state: saved before a program takes it, given back if it is left so."""

import os
import sys
import termios
from contextlib import suppress
from typing import Any

RESET = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # the mouse
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # focus, pastes and sizes
    "\x1b[<u\x1b[>4m"  # keys with modifiers
    "\x1b[?1049l\x1b[?25h\x1b[0m"  # the first screen, its cursor, no colour
)
"""Off with all that a full-screen program switches on; harmless where it is off."""

Attributes = list[Any]


def attributes() -> Attributes | None:
    """This terminal's settings; None if standard output is no terminal."""
    try:
        return termios.tcgetattr(1) if os.isatty(1) else None
    except termios.error:
        return None


def give_back(before: Attributes) -> None:
    """Reset the terminal and set it as it was; a terminal that is gone is fine."""
    with suppress(OSError, termios.error):
        sys.stdout.write(RESET)
        sys.stdout.flush()
        termios.tcsetattr(1, termios.TCSADRAIN, before)
