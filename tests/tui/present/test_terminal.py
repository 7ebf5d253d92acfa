"""A captured pane becomes content that can do nothing but be coloured."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color
from textual.style import Style

from swarm.tui.present import terminal


def test_colours_and_weight_are_kept() -> None:
    """SGR is the one sequence that is understood."""
    (content,) = terminal.lines("a\x1b[1;38;5;196mb\x1b[0mc")

    assert content.plain == "abc"
    (span,) = content.spans
    assert (span.start, span.end) == (1, 2)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a<U+202E>b"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("\x1b[8mhidden", "hidden"),
        ("\x1b[38;5;mx", "x"),
        ("\x1b[38;2;1mx", "x"),
        ("\x1b[38;5;99999mx", "x"),
    ],
)
def test_everything_else_is_shown(raw: str, shown: str) -> None:
    """Nothing an agent prints acts, and nothing it prints is invisible."""
    assert [content.plain for content in terminal.lines(raw)] == [shown]


BOLD, UNDERLINE = {"bold": True}, {"underline": True}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("4:3", UNDERLINE),
        ("4:2", UNDERLINE),
        ("4;4:0", {}),
        ("58;5;1", {}),
        ("58;2;1;2;3", {}),
        ("58:5:1", {}),
        ("58:2::1:2:3", {}),
        ("58;5;7;1", BOLD),
        ("1;59", BOLD),
        ("38:5:196", {"foreground": Color(255, 0, 0)}),
        ("38:2:1:2:3", {"foreground": Color(1, 2, 3)}),
        ("38:2::1:2:3", {"foreground": Color(1, 2, 3)}),
        ("48:2::1:2:3;1", {"background": Color(1, 2, 3), **BOLD}),
        ("38;2;1;2;3;1", {"foreground": Color(1, 2, 3), **BOLD}),
        ("1:2", {}),
    ],
)
def test_a_parameter_keeps_its_operands(
    parameters: str, expected: dict[str, Any]
) -> None:
    """Operands are no switches: a curly underline (`4:3`) is not italic."""
    (content,) = terminal.lines(f"\x1b[{parameters}mx")

    style = content.spans[0].style if content.spans else Style()
    assert style == Style(**expected)


def test_a_colour_goes_on_over_a_line_end() -> None:
    """As on a terminal."""
    first, second = terminal.lines("\x1b[31ma\nb")

    assert first.spans[0].style == second.spans[0].style


def test_blank_lines_at_the_end_go() -> None:
    """A pane is mostly empty below its text."""
    assert len(terminal.lines("a\n\n  \n")) == 1


def test_a_long_line_is_cut() -> None:
    """A line cannot be made long enough to cost anything."""
    (content,) = terminal.lines("\x1b[31mx" * 100_000)

    assert len(content.plain) <= terminal.WIDTH_LIMIT + 2


@given(st.text())
def test_no_control_character_comes_through(text: str) -> None:
    """Whatever is captured."""
    for content in terminal.lines(text):
        assert not any(
            unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")
            for character in content.plain
        )
