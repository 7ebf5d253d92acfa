"""Names and texts of a stranger's tree: bounded, and noted where they are no good."""

import pytest

from swarm.config.detection import tree as trees
from swarm.config.detection.tree import MOST_FOLDERS, MOST_NOTES, most_bytes, wanted
from tests.config.detection.trees import tree


def test_manifests_of_the_first_folders_are_wanted_and_no_other_s() -> None:
    files = [
        "package.json", "README.md", "web/package.json", "web/src/a.ts",
        "node_modules/x/package.json", "tests/fixtures/pyproject.toml",
        "a/b/c/package.json", "odd name/package.json", "requirements-dev.txt",
        "compose.yaml", "$(id)/package.json",
    ]  # fmt: skip

    assert wanted(files) == [
        "compose.yaml", "package.json", "web/package.json", "requirements-dev.txt",
    ]  # fmt: skip


def test_the_text_of_what_tells_by_being_there_is_not_read() -> None:
    assert wanted(["package-lock.json", "Rakefile", "web/gradlew", "uv.lock"]) == []


def test_lock_files_that_tell_more_may_be_larger() -> None:
    assert most_bytes("web/pnpm-lock.yaml") > most_bytes("package.json")


def test_pins_and_settings_of_folders_are_wanted() -> None:
    files = [
        "api/requirements.txt", "api/.python-version", "api/requirements/dev.txt",
        "api/p/settings/base.py", "other/.nvmrc", "api/p/settings/x.py",
    ]  # fmt: skip

    assert wanted(files) == [
        "api/.python-version", "api/p/settings/base.py", "api/requirements.txt",
        "api/requirements/dev.txt",
    ]  # fmt: skip


def test_few_folders_are_looked_at() -> None:
    files = {f"p{n:03}/package.json": "{}" for n in range(500)}

    assert len(tree(files).folders) == 1 + MOST_FOLDERS
    assert len(wanted(files)) == MOST_FOLDERS


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
