"""What is printed is aligned, harmless, and in colour only where that is wanted."""

import sys

import pytest

from swarm.cli import output
from swarm.errors import SwarmError


def test_colours_come_only_on_a_terminal_and_not_with_no_color(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = output.coloured("failed")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = output.coloured("failed 1")
    monkeypatch.setenv("NO_COLOR", "1")

    assert plain == output.coloured("failed") == "failed"
    assert coloured == "\x1b[31mfailed 1\x1b[0m"


def test_a_stray_surrogate_is_printed_and_stops_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.out("a\udcffb")

    assert capsys.readouterr().out == "a\\udcffb\n"


def test_no_error_says_a_second_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What an agent named in it would read as another sentence of swarm's."""
    names = "x" * 3000
    output.refused(
        "rm", SwarmError(f"no file a\nswarm rm: {names} done", "look\nthere")
    )

    first, *hint = capsys.readouterr().err.splitlines()
    assert first == f"swarm rm: no file a⏎swarm rm: {names} done"
    assert hint == ["  look", "  there"]
