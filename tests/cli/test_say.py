"""What is printed is aligned, harmless, and in colour only where that is wanted."""

import sys

import pytest

from swarm.cli import output


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("修正", 4), ("e\u0301", 1), ("", 0)]
)
def test_width_is_what_a_terminal_takes(text: str, cells: int) -> None:
    assert output.width(text) == cells


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


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0s"), (59.9, "59s"), (60, "1m"), (7200, "2h")]
)
def test_a_span_is_short(seconds: float, text: str) -> None:
    assert output.ago(seconds) == text


def test_bytes_are_read_by_a_human() -> None:
    assert [output.size(n) for n in (812, 4 << 20)] == ["812 B", "4.0 MiB"]


def test_a_stray_surrogate_is_printed_and_stops_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.out("a\udcffb")

    assert capsys.readouterr().out == "a\\udcffb\n"
