"""An agent is one line that says whether it can run now."""

from swarm.model.standing import Standing
from swarm.tui.present.agent_rows import agent_row, brief, name_width


def test_what_is_missing_is_said_shortly() -> None:
    image = Standing("a", image_problem="x", image_minutes=2, key_problem="y")

    assert brief(Standing("a")) == "can run now"
    assert brief(image) == "image to build, about 2 min, no key or login"
    assert brief(Standing("a", image_problem="x")) == "no image"
    assert brief(Standing("a", problem="it is gone\x1b[2J")) == "it is gone\\x1b[2J"


def test_a_row_is_made_of_harmless_text() -> None:
    row = agent_row("a\x1b[2J[b]", Standing("a", version="1\n2"), True, 12)

    assert "\x1b" not in row.plain
    assert "\n" not in row.plain
    assert row.plain.startswith("[x] ")
    assert agent_row("a", None, False, 12).plain.startswith("[ ] a")


def test_names_stand_in_one_column_of_a_bounded_width() -> None:
    assert name_width(("a",)) == 12
    assert name_width(("a" * 99,)) == 24
