"""The Files tab's first lines: every number is there at every width."""

import pytest

from swarm.model.audit_query import Counts
from swarm.tui.present.files_tab import files_tab

COUNTS = Counts(
    paths=1_254,
    denied=8,
    flagged=5,
    commands=3,
    quiet=(("git's housekeeping", 905), ("tool caches\x1b[2J", 200)),
)


def first_lines(width: int, counts: Counts = COUNTS) -> list[str]:
    head, _ = files_tab([], counts, width, shows_generated=False)
    return [line.plain for line in head[:-1]]


@pytest.mark.parametrize("width", [40, 54, 62, 78, 100, 118, 200])
def test_what_is_quiet_is_counted_at_every_width(width: int) -> None:
    """It is what the other rows leave out, so that no number may be cut off."""
    lines = first_lines(width)

    assert any("1.1k quiet" in line[:width] for line in lines)
    assert "\x1b" not in "".join(lines)


def test_the_rules_are_named_where_there_is_room() -> None:
    (line,) = first_lines(200)

    assert "1.1k quiet: 905 git's housekeeping, 200 tool caches\\x1b[2J" in line


def test_one_line_is_enough_where_nothing_is_quiet() -> None:
    assert len(first_lines(40, Counts(paths=1))) == 1
