"""Whatever a text holds, a shell and YAML read it back as one value."""

import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.errors import PlanError
from swarm.plan import quoting

HOSTILE = [
    "",
    "plain",
    "two words",
    "it's",
    'say "x"',
    "$HOME `id` $(id) ${x}",
    "a\nb\r\n\tc",
    "\x1b]0;title\x07\x7f\x9b",
    "back\\slash \\n \\x41",
    "#no comment",
    "- no: list",
    "!history !!",
    "~root *glob? [a] {b,c}",
    "\u202ertl \u2028 \ufeff",
    "é 漢 \U0001f600 \U000e0001",
    "' ; rm -rf / ; '",
    "\x0141",
    "-n",
]


def read_by_bash(words: list[str]) -> list[str]:
    """What bash makes of quoted words."""
    script = "printf '%s\\0' " + " ".join(map(quoting.shell, words))
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def read_yaml(quoted: str) -> str:
    """A double-quoted scalar as YAML 1.2 defines it."""
    assert (quoted[0], quoted[-1]) == ('"', '"')
    simple = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}

    def value(match: re.Match[str]) -> str:
        code = match[2] or match[3] or match[4]
        return chr(int(code, 16)) if code else simple[match[1]]

    escape = r'\\(?:([ntr\\"])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))'
    body = quoted[1:-1]
    assert '"' not in re.sub(escape, "", body)
    return re.sub(escape, value, body)


def test_bash_reads_hostile_words_back() -> None:
    assert read_by_bash(HOSTILE) == HOSTILE
    assert read_by_bash(["\udcff/x"]) == ["\udcff/x"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=1))
def test_bash_reads_any_word_back(words: list[str]) -> None:
    words = [word.encode("utf-8", "replace").decode() for word in words]

    assert read_by_bash(words) == words


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_yaml_reads_any_text_back(text: str) -> None:
    quoted = quoting.yaml(text)

    assert quoted.isprintable()
    assert read_yaml(quoted) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_all_that_is_printed_is_harmless_on_a_terminal(text: str) -> None:
    assert quoting.shell(text).isprintable()
    assert read_yaml(quoting.yaml(text)) == text


def test_bytes_that_are_no_text_are_refused_by_yaml() -> None:
    with pytest.raises(PlanError, match="no UTF-8"):
        quoting.yaml("\udcff")
