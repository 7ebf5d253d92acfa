"""A terminal is set as it was, and loses what a full-screen program switched on."""

import os
import pty
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.adapters import terminal_state


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pty as standard output of this process; yields the side that a human sees.

    No fixture: pytest takes its own output back between a fixture and its test.
    """
    ours, theirs = pty.openpty()
    saved = os.dup(1)
    os.dup2(theirs, 1)
    try:
        with os.fdopen(theirs, "w", closefd=False) as stream:
            monkeypatch.setattr("sys.stdout", stream)
            yield ours
    finally:
        os.dup2(saved, 1)
        for descriptor in (ours, theirs, saved):
            os.close(descriptor)


def test_a_changed_terminal_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are those of before, and the modes are switched off."""
    with terminal(monkeypatch) as human:
        before = terminal_state.attributes()
        assert before is not None
        changed = terminal_state.attributes()
        assert changed is not None
        changed[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(1, termios.TCSANOW, changed)
        assert terminal_state.attributes() != before

        terminal_state.give_back(before)

        assert terminal_state.attributes() == before
        assert os.read(human, 4096).decode() == terminal_state.RESET


def test_a_file_has_no_settings(tmp_path: Path) -> None:
    """Output that goes into a file is left alone."""
    saved = os.dup(1)
    with (tmp_path / "output").open("w") as file:
        os.dup2(file.fileno(), 1)
        try:
            assert terminal_state.attributes() is None
        finally:
            os.dup2(saved, 1)
            os.close(saved)


def test_a_terminal_that_is_gone_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left to be told."""
    with terminal(monkeypatch):
        before = terminal_state.attributes()
        assert before is not None
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)

        terminal_state.give_back(before)
