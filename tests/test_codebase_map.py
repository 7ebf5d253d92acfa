"""docs/CODEBASE.md names real paths, lists every room, explains words in use."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAP = (ROOT / "docs" / "CODEBASE.md").read_text(encoding="utf-8")
ROOMS = sorted(
    str(init.parent.relative_to(ROOT))
    for init in (ROOT / "swarm").rglob("__init__.py")
    if init.parent.name != "swarm"
)
IN_TREE = re.compile(
    r"`((?:swarm|images|css|tests|bench|docs|screenshots|tools)/[\w/.-]*)`"
)
PLACEHOLDERS = {"swarm/a/b.py", "tests/a/test_b.py"}
"""They stand for any path."""


def _section(title: str) -> str:
    return MAP.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("path", sorted(set(IN_TREE.findall(MAP)) - PLACEHOLDERS))
def test_a_path_on_the_map_exists(path: str) -> None:
    """A renamed file must be renamed on the map too."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_line(room: str) -> None:
    """A newcomer finds every folder of `swarm/` in the table of rooms."""
    assert f"\n| `{room}` |" in _section("Rooms")


def test_the_table_of_rooms_names_no_room_that_is_gone() -> None:
    """A row is a folder with modules."""
    rows = re.findall(r"^\| `(swarm/[\w/]+)` \|", _section("Rooms"), re.MULTILINE)

    assert sorted(rows) == ROOMS


def test_the_glossary_is_sorted_and_its_words_are_in_use() -> None:
    """A word that the code no longer uses is no word of ours."""
    words = re.findall(r"^\| ([a-z][a-z ]+?) \|", _section("Glossary"), re.MULTILINE)
    words.remove("word")
    source = "\n".join(
        path.read_text(encoding="utf-8").lower()
        for folder in ("swarm", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    )

    assert words == sorted(words)
    assert [word for word in words if word not in source] == []
