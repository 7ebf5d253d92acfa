"""A person at a terminal is asked; where there is none, nobody agrees."""

import io
import os
import pty
import sys

import pytest

from swarm.cli import consent


@pytest.mark.parametrize(
    ("line", "agrees"),
    [("y", True), (" YES ", True), ("", False), ("n", False), ("yes please", False)],
)
def test_only_a_yes_is_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    agrees: bool,
) -> None:
    master, slave = pty.openpty()
    os.write(master, f"{line}\n".encode())
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert consent.agrees("Build it now?") is agrees
    os.close(master)
    assert "Build it now?" in capsys.readouterr().err


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not consent.agrees("Build it now?")
