"""What is covered is named on one line a kind."""

from swarm.model.cover_text import lines, of_plan
from swarm.model.covers import Wanted


def test_each_kind_has_its_line() -> None:
    plan = {"project": {"protect": ["ci", ".vscode"], "hide": [".env"]}}

    assert lines(of_plan(plan)) == (
        "read-only for the agent: ci, .vscode",
        "hidden from the agent: .env",
    )


def test_without_covers_there_is_no_line() -> None:
    assert lines(of_plan({})) == lines(of_plan({"project": None})) == ()


def test_many_are_counted_and_all_are_harmless() -> None:
    paths = ("a\x1b[1m\n", *(f"p{n}" for n in range(12)))

    (line,) = lines(Wanted(hide=paths))

    assert line.isprintable()
    assert line.endswith("p8 and 3 more")
