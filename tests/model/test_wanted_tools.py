"""What brings a tool, in words; what wants it is tested with the sensor's reader."""

import pytest

from swarm.model import wanted_tools


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("node", "swarm new --stack node`"),
        ("libpq-dev", "swarm new --package libpq-dev`"),
        ("root", "no root in a sandbox"),
        *((name, "no container engine") for name in sorted(wanted_tools.ENGINES)),
        *((name, "service-container") for name in sorted(wanted_tools.ENGINES)),
        *((name, "`swarm new --stack NAME --package NAME`") for name in ("dockerd",)),
        ("systemctl", "no services"),
    ],
)
def test_each_tool_has_a_way_out(name: str, words: str) -> None:
    assert words in wanted_tools.way_out(name)


def test_a_row_names_three_and_counts_the_rest() -> None:
    assert wanted_tools.summary(()) == ""
    assert wanted_tools.summary(("gcc",)) == "wants: gcc"
    assert wanted_tools.summary(tuple("abcde")) == "wants: a, b, c +2"
    assert "\x1b" not in wanted_tools.summary(("\x1b]0;x\x07",))
