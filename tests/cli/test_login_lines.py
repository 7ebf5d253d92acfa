"""Tests of a login's lines: whole, once, harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.cli.login_lines import LoginLines
from swarm.model.safe_text import safe_line

SITES = ("claude.ai",)
URL = "https://claude.ai/oauth/authorize?code=true&x=" + "a" * 2000
BACK = URL + "&redirect_uri=http%3A%2F%2Flocalhost%3A54545%2Fcallback"


def fed(*pieces: str) -> tuple[LoginLines, list[str]]:
    """The lines of what a program draws in pieces."""
    lines = LoginLines(SITES)
    return lines, [line for piece in pieces for line in lines.feed(piece)]


def test_a_long_address_is_shown_whole() -> None:
    """Colours around it and a chunk's border in it change nothing."""
    lines, shown = fed(f"\x1b[1m{URL[:700]}", f"{URL[700:]}\x1b[0m\r\nnext\r\n")

    assert shown == [URL, "next"]
    assert lines.url == URL


def test_a_screen_that_is_drawn_anew_is_shown_once() -> None:
    """A spinner that turns is no news."""
    _, shown = fed(*(f"\x1b[2K\x1b[1G{c} Waiting…\r\n" for c in "⠋⠙⠹"))

    assert shown == ["Waiting…"]


def test_a_question_is_shown_before_its_line_ends() -> None:
    """The user is to answer it."""
    _, shown = fed("Paste code here if prompted > ")

    assert shown == ["Paste code here if prompted >"]


@pytest.mark.parametrize(
    "url",
    [
        "http://claude.ai/x?abcd", "https://claude.ai.evil.test/x", "https://evil/x?y",
        "https://me@claude.ai/x", "https://claude.ai:8443/x", "https://notclaude.ai/x",
        "https://claude.ai\u202e/x", "https://[::1/x", "javascript:alert(1)//claude.ai",
        "https://cl\u0430ude.ai/x",
    ],
)  # fmt: skip
def test_another_address_is_not_opened(url: str) -> None:
    """It may be shown, as text."""
    lines, _ = fed(f"{url}\n")

    assert lines.url == ""
    assert lines.callback_port == 0


@pytest.mark.parametrize(
    ("url", "port"),
    [
        (BACK, 54545), (URL, 0), (BACK.replace("54545", "22"), 0),
        (BACK.replace("localhost", "evil.test"), 0),
        (BACK.replace("54545", "999999"), 0),
        (BACK.replace("http%3A%2F%2Flocalhost", "https%3A%2F%2Flocalhost"), 0),
    ],
)  # fmt: skip
def test_the_port_of_a_call_back(url: str, port: int) -> None:
    """This machine's own loopback alone, and no port that needs rights."""
    lines, _ = fed(f"{url}\n")

    assert lines.callback_port == port


@given(st.lists(st.text(), max_size=8))
def test_nothing_that_acts_on_a_terminal_is_shown(pieces: list[str]) -> None:
    """Whatever a program draws."""
    lines, shown = fed(*pieces, "\n")

    assert all(safe_line(line, len(line)) == line for line in shown)
    assert not lines.url or lines.url.isascii()
