"""Tests of `swarm login` as a person meets it; the box is `tests/engine/tasks`'s."""

import os
import sys
import webbrowser
from argparse import Namespace
from pathlib import Path

import pytest

from swarm.bootstrap import home
from swarm.cli import login
from swarm.cli.login_lines import LoginLines
from swarm.errors import PlanError, Refused, SwarmError

PROGRAM = """
print("\\x1b]8;;https://evil.test\\x07Visit\\x1b]8;;\\x07 https://claude.ai/authorize?x=1",
      flush=True)
code = input("code> ")
print("got", code)
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWARM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_login_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is begun without one."""
    with open(os.devnull) as nothing:  # noqa: PTH123 - as a stream
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(SwarmError, match="needs a terminal"):
            login.login(Namespace(agent="claude", bring=False, yes=False))


def test_a_copy_needs_a_consent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file before anything is read."""
    with open(os.devnull) as nothing:  # noqa: PTH123 - as a stream
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(Refused, match="nothing was copied"):
            login.login(Namespace(agent="gemini", bring=True, yes=False))

    assert ".gemini/oauth_creds.json" in capsys.readouterr().err


def test_a_logout_of_no_agent_is_a_sentence() -> None:
    """The agents that there are follow."""
    home.ensure_paths()
    with pytest.raises(PlanError, match="there is no agent 'nobody'"):
        login.logout(Namespace(agent="nobody"))


def test_the_address_is_shown_and_opened_on_request(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The link behind other words is not; what else is typed goes to the program."""
    browser, told = tmp_path / "browser", tmp_path / "told"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {told}\n')
    browser.chmod(0o755)
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    ours, typed = os.pipe()
    show = LoginLines.feed

    def feed(lines: LoginLines, text: str) -> list[str]:
        shown = show(lines, text)
        if any(line.startswith("code>") for line in shown):
            os.write(typed, b"o\n")
        return shown

    def opened(url: str) -> None:
        opens(url)
        os.write(typed, b"my-code\n")

    opens = login._open
    monkeypatch.setattr(LoginLines, "feed", feed)
    monkeypatch.setattr(login, "_open", opened)
    with open(ours) as stdin:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stdin", stdin)
        login._converse("claude", [sys.executable, "-c", PROGRAM], [], ("claude.ai",))

    out = capsys.readouterr().out
    assert "Visit https://claude.ai/authorize?x=1\n" in out
    assert "evil.test" not in out
    assert "got my-code" in out
    assert told.read_text() == "https://claude.ai/authorize?x=1"


def test_a_login_that_boxes_share_is_begun_after_a_yes_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose box would have the tokens is said first."""
    ours, theirs = os.openpty()
    monkeypatch.setattr("builtins.input", lambda _prompt: "n")
    with os.fdopen(ours, "wb", 0), os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        with pytest.raises(Refused, match="nobody was logged in"):
            login.login(Namespace(agent="kimi", bring=False, yes=False))

    assert "cannot be held outside its boxes" in capsys.readouterr().err
