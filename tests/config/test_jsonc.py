"""JSON with comments and trailing commas is read strictly, and within bounds."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config import jsonc
from swarm.errors import ConfigError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab /*,:]}\"'\\", max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab/,"), inner),
    max_leaves=20,
)


def test_comments_and_trailing_commas_are_taken() -> None:
    text = b"""\xef\xbb\xbf// first
    {"a": "http://x/* no */", /* in
    between */ "b": [1, 2, /* last */ ], // end
    }
    """

    assert jsonc.parsed(text, "f") == {"a": "http://x/* no */", "b": [1, 2]}


@given(VALUES)
def test_all_of_json_is_read_as_json(value: object) -> None:
    assert jsonc.parsed(json.dumps(value).encode(), "f") == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Expecting value"),
        (b"{,}", "f: "),
        (b"[,]", "f: "),
        (b"[1,,]", "f: "),
        (b'{"a":,}', "f: "),
        (b"[1] 2", "Extra data"),
        (b"[1 /* ", "line 1: a comment does not end"),
        (b'[1,\n"a', "line 2: a string does not end"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "f: "),
        (b'["\\ud800"]', "half a character"),
        (b'["\\u001b[2J"]', "control characters"),
        (b'{"\\u0000": 1}', "control characters"),
        (b"\xff", "UTF-8"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "too deep"),
        (b"[" + b"1," * 10_000 + b"]", "too long"),
        (b'["' + b"a" * 9000 + b'"]', "8192 characters"),
        (b" " * (jsonc.MOST_BYTES + 1), "KiB"),
    ],
)
def test_what_is_none_is_refused(content: bytes, words: str) -> None:
    """Each by its file and its reason; no deep one reaches the parser's recursion."""
    with pytest.raises(ConfigError) as caught:
        jsonc.parsed(content, "f")

    assert words in caught.value.message


@given(st.binary(max_size=200) | st.text('{}[]",/*: 1a\n', max_size=80).map(str.encode))
def test_any_bytes_are_a_value_or_an_error(content: bytes) -> None:
    with contextlib.suppress(ConfigError):
        jsonc.parsed(content, "f")
