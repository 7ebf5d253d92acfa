"""A screen is taken apart by its edges and boxes, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents.description import Input
from swarm.agents.screen_lines import Line, parts, shown_lines

RULE = "─" * 20
EDGED = Input(line="^>", edges=True, echo="^> .")
BARE = Input(line="^› ", status="for shortcuts", echo="^› .")
LAST = Input(line="^[a-z]*>$", echo="^> .")


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("\x1b[38;2;1;2;3mtext\x1b[39m  ", Line("text")),
        ("\x1b]0;a title\x07text\x1b]8;;http://x\x1b\\y", Line("texty")),
        ("│ inside │", Line("inside")),
        ("│ │ two │ │", Line("two")),
        ("  ┃  a bar", Line("a bar")),
        (" text of a scrolled pane   ┃", Line("text of a scrolled pane")),
        ("⎢ Error", Line("⎢ Error")),
        (RULE, Line("", "rule")),
        ("╭" + RULE + "╮", Line("", "top")),
        ("╰" + RULE + "╯", Line("", "bottom")),
        ("▄" * 20, Line("", "top")),
        ("▀" * 20, Line("", "bottom")),
        ("  ╹" + "▀" * 20, Line("", "bottom")),
        (RULE + " ask ─", Line("ask", "rule")),
        ("── ⠏ Retrying in 5s... " + RULE, Line("⠏ Retrying in 5s...", "rule")),
        ("── a short one ──", Line("── a short one ──")),
        ("----------------", Line("----------------")),
    ],
)  # fmt: skip
def test_a_line_is_what_stands_in_its_box(raw: str, line: Line) -> None:
    assert shown_lines(raw) == [line]


@pytest.mark.parametrize("raw", ["", "   ", "│    │", "╌" * 30, "\x1b[0m"])
def test_a_blank_line_is_none(raw: str) -> None:
    assert shown_lines(raw) == []


def test_a_field_parts_what_is_above_and_below() -> None:
    screen = f"old\n> sent\nsaid\n── at work {RULE}\n> typed\nmore\n{RULE}\nstatus\n"
    found = parts(shown_lines(screen), EDGED)
    assert found.has_field
    assert found.above == ("said", "at work")
    assert found.field == ("> typed", "more")
    assert found.below == ("status",)


def test_without_a_field_there_is_a_dialog() -> None:
    screen = f"> sent\nsaid\n{RULE}\n? yes\n{RULE}\nfooter"
    found = parts(shown_lines(screen), EDGED)
    assert not found.has_field
    assert found.dialog == ("said", "? yes", "footer")


def test_a_field_far_from_the_end_is_scroll_back() -> None:
    screen = f"{RULE}\n> \n{RULE}\n" + "line\n" * 9
    assert not parts(shown_lines(screen), EDGED).has_field


def test_a_bare_field_has_its_status_below() -> None:
    assert parts(shown_lines("said\n› \n? for shortcuts"), BARE).dialog
    found = parts(shown_lines("› one\nsaid\n› two\n? for shortcuts"), BARE)
    assert (found.above, found.below) == (("said",), ("? for shortcuts",))
    assert not parts(shown_lines("› one\nsaid\nenter to confirm"), BARE).has_field


def test_a_field_without_a_status_is_the_last_line() -> None:
    assert parts(shown_lines("said\n> "), LAST).has_field
    assert not parts(shown_lines("> \nsaid"), LAST).has_field
    assert not parts([], LAST).has_field


@given(st.text(alphabet="─╭╮╰╯│┃ ▄▀>›\nab"))
def test_any_screen_has_parts(screen: str) -> None:
    for field in (EDGED, BARE, LAST, Input()):
        found = parts(shown_lines(screen), field)
        assert found.has_field or not found.above
