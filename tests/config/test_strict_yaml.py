"""YAML of a stranger's is plain data, stays small, and tells the line of a mistake."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.strict_yaml import read
from swarm.errors import ConfigError


def test_texts_stay_as_they_are_written() -> None:
    text = "a: no\nb: 22:22\nc: 0x1\nd: ~\ne: ''\nf: [1, 2.0]\ng: 2020-01-01\n"

    assert read(text, "x.yaml") == {
        "a": "no",
        "b": "22:22",
        "c": "0x1",
        "d": None,
        "e": "",
        "f": ["1", "2.0"],
        "g": "2020-01-01",
    }


def test_anchors_and_merges_are_taken() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b\n  <<: *a\n  y: 3\nc: {<<: *b, z: 4}\n"

    assert read(text, "x.yaml")["c"] == {"x": "1", "y": "3", "z": "4"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: the key a is there twice"),
        ("a: !!python/object/apply:os.system [id]\n", "x.yaml:1: .*constructor"),
        ("a: !reset null\n", "x.yaml:1: .*constructor"),
        ("a: !!int 1\n", "x.yaml:1: .*constructor"),
        ("a: [\n", "x.yaml:2: "),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: .*document"),
        ("- a\n", "x.yaml is no mapping"),
        ("", "x.yaml is no mapping"),
        ("? [a]\n: 1\n", "x.yaml:1: a key that is no text"),
        ("a: *b\n", "x.yaml:1: found undefined alias"),
        ("\0", "x.yaml is no YAML that is taken"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(text, "x.yaml")


def test_what_grows_by_its_anchors_is_refused() -> None:
    """A few lines that would make a billion keys stay a few; many are too many."""
    lines = ["a0: &a0 {x: 1, y: 2}"]
    for number in range(1, 60):
        before = f"*a{number - 1}"
        lines.append(f"a{number}: &a{number} {{<<: [{before}, {before}], k: 1}}")
    assert read("\n".join(lines), "x.yaml")["a59"] == {"x": "1", "y": "2", "k": "1"}
    assert read("a: &a {<<: *a, x: 1}", "x.yaml") == {"a": {"x": "1"}}

    halves = ["".join(f"{name}{n}: 1, " for n in range(300)) for name in "ab"]
    text = f"a: &a {{{halves[0]}}}\nb: {{<<: *a, {halves[1]}}}\n"
    with pytest.raises(ConfigError, match=r"x\.yaml:2: a mapping with too many keys"):
        read(text, "x.yaml")


def test_what_is_written_first_counts_in_a_merge() -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\nd: {<<: 1}\n"
    with pytest.raises(ConfigError, match=r"x\.yaml:4: what is merged is no mapping"):
        read(text, "x.yaml")
    assert read(text[: text.index("d:")], "x.yaml")["c"] == {"x": "1", "y": "2"}


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 5000, "a: [" + "1, " * 30_000 + "]", "[" * 900 + "]" * 900]
)
def test_what_is_large_or_deep_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read(text, "x.yaml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(read(text, "x.yaml"), dict)
