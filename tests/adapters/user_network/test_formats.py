"""Every format gives a value or BadSettings, whatever the text is."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.user_network import apt, formats, gradle, simple_yaml, yarn
from swarm.adapters.user_network.bounded_file import BadSettings

PARSERS = (formats.toml, formats.json_object, formats.ini, formats.xml)
PIECES = (
    "[",
    "]",
    "{",
    "}",
    "<a>",
    "</a>",
    "=",
    ":",
    "\n",
    '"',
    "'",
    "#",
    "a",
    "&",
    ",",
)


@pytest.mark.parametrize("parse", [*PARSERS, formats.assignments])
@given(text=st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_raises_anything_else(
    parse: Callable[[str], object], text: str
) -> None:
    with suppress(BadSettings):
        parse(text)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (formats.toml, "a = 1\nb = hunter2", "is no TOML at line 2, column 5"),
        (formats.json_object, '{\n"a": hunter2}', "is no JSON at line 2"),
        (formats.json_object, "[]", "is no JSON object"),
        (formats.ini, "[a]\nhunter2", "is no INI file at line 2"),
        (formats.ini, "hunter2 = 3", "is no INI file at line 1"),
        (formats.ini, "[a]\nb = 1\nb = 2", "is no INI file at line 3"),
        (formats.xml, "<a>\n<hunter2", "is no XML at line 2"),
    ],
)
def test_a_mistake_has_its_line_and_none_of_its_text(
    parse: Callable[[str], object], text: str, message: str
) -> None:
    with pytest.raises(BadSettings) as raised:
        parse(text)

    assert str(raised.value) == message


def test_deep_nesting_is_a_mistake_and_no_crash() -> None:
    with pytest.raises((BadSettings, RecursionError)):
        formats.toml("a = " + "[" * 100_000)


def test_assignments_keep_the_last_and_lose_their_quotes() -> None:
    text = "a = 1\n# b = 2\n; c = 3\n a = \"x = y\"\n[section]\n'@s:k' = 'v'\nflag"

    assert formats.assignments(text) == {"a": "x = y", "@s:k": "v"}


def test_a_netrc_file_with_macros_comments_and_a_default() -> None:
    text = (
        "machine A.test login u password p\n"
        "macdef init\n  machine macro.test login u password p\n\n"
        "# machine comment.test login u password p\n"
        'machine b.test\n\tlogin u\n\taccount x\n\tpassword "p"\n'
        "machine none.test login u\n"
        "default login anonymous password everybody\n"
    )

    assert formats.netrc(text) == {"a.test": "u:p", "b.test": "u:p"}


def test_a_number_without_end_is_a_mistake_and_no_crash() -> None:
    with pytest.raises(BadSettings, match="is no TOML"):
        formats.toml("a = " + "1" * 5000)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (formats.ini, "[a]\na" + " " * 1_000_000 + "b"),
        (formats.ini, "[a]\n" + ("a" + "\t" * 5000 + "b\n") * 200),
        (gradle.repositories, "/*" * 500_000),
        (gradle.repositories, "url" + " " * 1_000_000 + "-"),
        (gradle.repositories, "url(" * 250_000),
        (yarn.classic_lines, ":" * 1_000_000 + " a b"),
        (yarn.classic_lines, "a:" * 500_000 + " a b"),
        (simple_yaml.parse, "a: [" + "b " * 500_000),
        (simple_yaml.parse, "a: [" + "b" + " " * 1_000_000),
        (simple_yaml.parse, '"a' * 500_000),
        (simple_yaml.parse, "- " * 500_000),
        (simple_yaml.parse, "a:" * 500_000),
        (apt.sources_urls, "\n " * 500_000 + "x"),
        (apt.sources_urls, "uris: " + "http:" * 200_000),
        (formats.assignments, "=" * 1_000_000),
        (formats.toml, "a." * 500_000),
        (formats.json_object, "[" * 1_000_000),
        (formats.xml, "<a>" * 300_000),
    ],
)
def test_a_megabyte_of_anything_takes_linear_time(
    parse: Callable[[str], object], text: str
) -> None:
    """A quadratic one would take hours, and the keeper reads the files."""
    with suppress(BadSettings, RecursionError):
        parse(text)
