"""Tests of the user's browser."""

import webbrowser
from pathlib import Path

import pytest

from swarm.adapters import browser


def test_an_address_goes_to_the_user_s_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one word, which no shell reads."""
    program, told = tmp_path / "browser", tmp_path / "told"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {told}\n')
    program.chmod(0o755)
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("BROWSER", f"{program} %s")

    assert browser.open_address("https://claude.ai/x?a=$(id)&b='")
    assert told.read_text() == "https://claude.ai/x?a=$(id)&b='"
