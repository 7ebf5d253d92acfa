"""What is agreed to is in view, however long its lines are."""

from dataclasses import replace

import pytest

from swarm.model.project_asked import ProjectAsked
from swarm.tui.present import project_asked

ASKED = ProjectAsked(
    lines=("swarm.toml:", '  dockerfile = "Dockerfile"'),
    is_agreed=False,
    agree=lambda: None,
    image="swarm/projects:file-abc",
    made_from="Dockerfile at 3f9c2e1",
    consequence="it runs outside every box",
)


@pytest.mark.parametrize(
    ("line", "width", "pieces"),
    [
        ("", 8, [""]),
        ("abc", 8, ["abc"]),
        ("abcdefghi", 4, ["abcd", "efgh", "i"]),
        ("漢字漢字漢", 4, ["漢字", "漢字", "漢"]),
        ("a漢字b", 4, ["a漢", "字b"]),
    ],
)
def test_a_long_line_goes_on_below(line: str, width: int, pieces: list[str]) -> None:
    assert list(project_asked.wrapped([line], width)) == pieces


def test_what_is_not_built_says_what_a_build_means() -> None:
    told = str(project_asked.facts(ASKED))
    assert "nobody agreed to this" in told
    assert "its image: Dockerfile at 3f9c2e1; it is not built" in told
    assert "it runs outside every box" in told

    built = str(project_asked.facts(replace(ASKED, is_agreed=True, is_built=True)))
    assert "you agreed to exactly this" in built
    assert "outside every box" not in built
