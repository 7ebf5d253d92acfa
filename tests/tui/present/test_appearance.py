"""A state as fully as its column has room for."""

import pytest
from rich.cells import cell_len

from swarm.tui.present.appearance import Appearance, Section

LIMITED = Appearance(
    "◔",
    "limited",
    "",
    Section.WORKING,
    phrase="limited until 15:20",
    note="until 15:20, then goes on by itself",
    sentence="limited until 15:20, then goes on by itself",
)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (9, "limited"),
        (19, "limited until 15:20"),
        (29, "limited until 15:20"),
        (30, "limited until 15:20, then goe…"),
        (50, "limited until 15:20, then goes on by itself"),
    ],
)
def test_a_wider_column_says_more(cells: int, words: str) -> None:
    """Never more cells than the column has."""
    shown = LIMITED.state_words(cells)

    assert shown.rstrip() == words
    assert cell_len(shown) == cells


def test_without_a_phrase_the_word_is_all() -> None:
    """Most states need no more."""
    look = Appearance("◐", "working", "", Section.WORKING)

    assert look.state_words(40).rstrip() == look.whole == "working"
