"""Gives a terminal back that a dashboard took and could not give back itself.

A dashboard that ends, or that a signal asks to end, restores its terminal. One that was
killed leaves the second screen, mouse reports and raw input on: the next command on
that terminal switches them off, from the note that the dashboard left.
"""

import fcntl
import json
import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from swarm.adapters.terminal_state import give_back
from swarm.plan.naming import HomePaths


@contextmanager
def remember_terminal(paths: HomePaths) -> Iterator[None]:
    """Leave a note of this terminal's state while the block runs.

    The note is locked as long as this process lives, whatever ends it.
    """
    try:
        tty, attributes = os.ttyname(1), termios.tcgetattr(1)
    except (OSError, termios.error):
        yield
        return
    body = json.dumps({"tty": tty, "attributes": attributes}, default=_byte)
    note = paths.terminals / f"{os.getpid()}.json"
    descriptor = _locked_note(note, body)
    try:
        yield
        with suppress(OSError):
            note.unlink(missing_ok=True)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked_note(note: Path, body: str) -> int | None:
    """Write a note and keep it locked; None if there is no room for it."""
    try:
        note.parent.mkdir(exist_ok=True, mode=0o700)
        descriptor = os.open(note, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, body.encode())
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _byte(value: Any) -> list[int]:
    assert isinstance(value, bytes)
    return list(value)


def restore_terminal(paths: HomePaths) -> None:
    """Restore this terminal if a dashboard was killed on it; else a look at a folder.

    Never raises: a note that cannot be read is removed.
    """
    with suppress(OSError):
        tty = os.ttyname(1)
        for note in sorted(paths.terminals.glob("*.json")):
            with suppress(OSError):  # another command's, or another user's
                _restore(note, tty)


def _restore(note: Path, tty: str) -> None:
    with note.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with suppress(ValueError, KeyError, TypeError, AttributeError, termios.error):
            left = json.load(file)
            if left["tty"] != tty:
                return
            *modes, characters = left["attributes"]
            own = [c if isinstance(c, int) else bytes(c) for c in characters]
            give_back([*modes, own])
        note.unlink(missing_ok=True)
