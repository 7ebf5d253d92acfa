"""Names and texts of a stranger's tree: bounded, and noted where they are no good."""

import pytest

from swarm.config.detection import tree as trees
from swarm.config.detection.tree import MOST_NOTES
from tests.config.detection.trees import tree


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("package.json", b"{", "package.json: "),
        ("package.json", b'{"a": 1, "a": 2}', "twice"),
        ("package.json", b"[" * 10_000, "too deep"),
        ("package.json", b"\xff", "not UTF-8"),
    ],
)
def test_json_that_is_none_is_noted(name: str, content: bytes, words: str) -> None:
    looked = tree({name: content})

    assert looked.json("", name) == {}
    (note,) = looked.notes
    assert words in note


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = ", "no valid TOML"),
        (b"a = " + b"[" * 50_000, "no valid TOML"),
        (b"\xff", "no UTF-8"),
        (b"a." * 5000 + b"b = 1", "parts"),
    ],
)
def test_toml_that_is_none_is_noted(content: bytes, words: str) -> None:
    looked = tree({"pyproject.toml": content})

    assert looked.toml("", "pyproject.toml") == {}
    assert words in looked.notes[0]


def test_a_value_of_another_shape_is_an_empty_one() -> None:
    assert tree({"package.json": "[1]"}).json("", "package.json") == {}
    assert trees.table([1]) == {}
    assert trees.items({"a": 1}) == []


def test_notes_are_few_and_harmless() -> None:
    looked = tree({})
    for number in range(100):
        looked.note(f"\x1b[2J{number}\n")

    assert len(looked.notes) == MOST_NOTES
    assert looked.notes[0] == "\\x1b[2J0⏎"


@pytest.mark.parametrize("file", ["setup.cfg", "tox.ini"])
def test_an_ini_file_that_is_none_is_noted(file: str) -> None:
    looked = tree({file: "[x\n="})

    assert looked.ini("", file).sections() == []
    assert looked.notes == [f"{file} is no valid INI file: it was not read"]


def test_blanks_without_end_take_no_time() -> None:
    """The parser's own pattern would take hours over this line."""
    looked = tree({"setup.cfg": "[options]\na" + " " * 200_000 + "b\n"})

    assert looked.ini("", "setup.cfg").sections() == []
