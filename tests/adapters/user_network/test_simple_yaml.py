"""YAML as package tools write it is read; anything else is refused with its line."""

import inspect
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.user_network import simple_yaml
from swarm.adapters.user_network.bounded_file import BadSettings

PIECES = (
    "a", ":", ": ", "- ", "-", "\n", "  ", " ", "[", "]", "{", "}", ",", '"', "'", "#",
    " #", "|", "&", "https://x", "? ", "\t",
)  # fmt: skip
NAMES = st.text("abcXYZ_.@/", min_size=1, max_size=8)
VALUES = st.recursive(
    st.text("abc:/ #,[]{}'\"\\-", max_size=12),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("# nothing", {}),
        ("---\na: b # c\n", {"a": "b"}),
        (
            ":sources:\n- https://a.example/\n- b",
            {":sources": ["https://a.example/", "b"]},
        ),
        ("a:\n  b:\n    c: d\n  e: f\n", {"a": {"b": {"c": "d"}, "e": "f"}}),
        ("K__HTTPS://X.EXAMPLE/: 'it''s'", {"K__HTTPS://X.EXAMPLE/": "it's"}),
        ('"@a": "b # c \\" d"', {"@a": 'b # c " d'}),
        ("a: [b, 'c, d', https://e:8080/f]", {"a": ["b", "c, d", "https://e:8080/f"]}),
        ('a: {b: c, "d": [e], f: {}}', {"a": {"b": "c", "d": ["e"], "f": {}}}),
        ("- a: b\n  c: d\n- a: e", [{"a": "b", "c": "d"}, {"a": "e"}]),
        ("a:\n  -\n    b: c\n  - d", {"a": [{"b": "c"}, "d"]}),
        ("a: |\n  b: c\n  d\ne: f", {"a": "b: c\nd", "e": "f"}),
        ("a:\nb: c", {"a": "", "b": "c"}),
        ("a: b c#d", {"a": "b c#d"}),
    ],
)
def test_the_forms_that_tools_write_are_read(text: str, value: object) -> None:
    assert simple_yaml.parse(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x hunter2\nb: *x", 1),
        ("a: b\n!ruby/object:X {}", 2),
        ("a: !tag hunter2", 1),
        ("a:\n  b: c\n d: hunter2", 3),
        ("a: 'hunter2", 1),
        ("a: [hunter2", 1),
        ("a: [b] c", 1),
        ("a: b\n? hunter2\n: d", 2),
        ("hunter2", 1),
        ("a: b\n- c", 2),
        ("a: " + "[" * 200, 1),
        ("\n".join(" " * n + "a:" for n in range(200)), 32),
    ],
)
def test_what_is_not_understood_is_told_with_its_line_alone(
    text: str, line: int
) -> None:
    with pytest.raises(BadSettings) as raised:
        simple_yaml.parse(text)

    assert str(raised.value) == f"is YAML that is not understood at line {line}"


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(BadSettings):
        simple_yaml.parse(text)


def written(value: object, indentation: int = 0) -> str:
    """The value in YAML by blocks, scalars in double quotes."""
    space = " " * indentation
    match value:
        case dict() if value:
            return "".join(
                f'\n{space}"{key}":{written(below, indentation + 2)}'
                for key, below in value.items()
            )
        case list() if value:
            return "".join(f"\n{space}-{written(v, indentation + 2)}" for v in value)
        case dict():
            return " {}"
        case list():
            return " []"
        case _:
            text = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f' "{text}"'


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_back(value: dict[str, object]) -> None:
    assert simple_yaml.parse(written(value)) == value


def test_a_megabyte_of_it_is_read() -> None:
    lines = inspect.cleandoc("a: [b, c]\n") + "\n"
    text = "".join(f"k{n}: {lines[3:]}" for n in range(50_000))

    assert len(simple_yaml.parse(text)) == 50_000
