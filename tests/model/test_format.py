"""Numbers and times are short, and a text's width is what the terminal gives it."""

import pytest
from rich.cells import cell_len

from swarm.model import format


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("", 0),
        ("修正", 4),
        ("e\u0301", 1),
        ("ทดสอบภาษาไทยที่นี่", 14),
        ("हिन्दी", 3),
        ("\u1112\u1161\u11ab", 2),
        ("a\u20dd", 1),
        ("a\u200b", 1),
    ],
    ids=["ascii", "empty", "han", "acute", "thai", "hindi", "jamo", "circle", "space"],
)
def test_a_width_is_what_a_terminal_takes(text: str, cells: int) -> None:
    """Marks stand on the character before; rich, which draws the dashboard, agrees."""
    assert format.cell_width(text) == cells == cell_len(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0s"), (59.9, "59s"), (60, "1m"), (7200, "2h"), (200_000, "2d")],
)
def test_an_age_is_short(seconds: float, text: str) -> None:
    assert format.age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.214, "0.21 s"), (12.4, "12 s"), (200, "3 m 20 s")]
)
def test_a_duration_has_its_unit(seconds: float, text: str) -> None:
    assert format.duration(seconds) == text


def test_bytes_are_read_by_a_human() -> None:
    sizes = [format.size(number) for number in (812, 4 << 20, 3 << 40)]

    assert sizes == ["812 B", "4.0 MiB", "3.0 TiB"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (41_000, "41k"), (2_500_000, "2.5M")],
)
def test_a_count_takes_four_cells_at_most(number: int, text: str) -> None:
    assert format.count(number) == text


def test_a_noun_follows_its_number() -> None:
    words = [format.plural(number, "file") for number in (0, 1, 1204)]

    assert words == ["0 files", "1 file", "1,204 files"]


def test_a_date_holds_the_clock() -> None:
    assert format.date_time(0.0).endswith(f" {format.clock(0.0)}")
    assert format.date_time(0.0, seconds=False).endswith(format.clock(0.0, False))
