"""Nothing an agent writes can act on the screen, and honest text stays as it is."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from swarm.model.safe_text import as_last_written, plain, safe_line, without_colours

ANY = st.text() | st.binary().map(lambda b: b.decode("utf-8", "surrogateescape"))
HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANY)
def test_no_control_or_invisible_character_comes_out(text: str) -> None:
    """ESC, C1, bidi, zero-width, surrogates: each is shown by its number."""
    for character in plain(text):
        assert character in "\n\t" or unicodedata.category(character) not in HARMFUL


@given(ANY)
def test_a_line_is_one_line(text: str) -> None:
    """Whatever a terminal or Python takes for a line's end is gone."""
    assert len(safe_line(text).splitlines()) <= 1
    assert "\t" not in safe_line(text)


@given(ANY)
def test_what_is_plain_is_not_changed_again(text: str) -> None:
    """Two passes through the sanitiser do no harm."""
    once = plain(text, 10**6)

    assert plain(once, 10**7) == once


@given(ANY, st.integers(1, 50))
def test_what_is_longer_is_cut_with_a_mark(text: str, limit: int) -> None:
    """The limit counts characters of the original."""
    cut = plain(text, limit)

    assert cut == plain(text, 10**6) or cut.endswith("…")


def test_honest_text_stays_as_it_is() -> None:
    """Accents, CJK, emoji, tabs and line ends."""
    text = "naïve — 漢字 \U0001f600\tДа\nmore"

    assert plain(text) == text


def test_colours_go_and_all_else_stays_to_be_seen() -> None:
    """A test runner's log is read, not decoded; a hidden word is seen."""
    text = "\x1b[1;32mok\x1b[0m \x1b[8mhidden\x1b[28m \x1b[2J \x1b]0;t\x07"

    assert without_colours(text) == "ok hidden \x1b[2J \x1b]0;t\x07"


def test_a_line_written_anew_counts_as_it_was_last() -> None:
    text = "10 %\r50 %\r\x1b[32mdone\x1b[0m\r\nnext"

    assert as_last_written(text) == "done\nnext"
