"""A file of variables as a box gets it."""

from contextlib import suppress
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.env_file import MOST, BoxedFile, boxed
from swarm.errors import ConfigError

TEXT = """\
# a comment
MODE=test
export PORT = 3000
GREETING="hello 'you' \\"there\\""
DATABASE_URL=postgres://me:secret@localhost:5432/db
STRIPE_API_KEY=sk_live_0123456789abcdef0123
SECRET_KEY=django
EMPTY_TOKEN=
OTHER_URL=https://me:secret@example.org/
"""


def read(text: str) -> dict[str, str | None]:
    return dotenv_values(stream=StringIO(text), interpolate=False)


def test_what_looks_like_a_secret_is_a_placeholder() -> None:
    given = {"SECRET_KEY": "the gate's placeholder"}

    found = boxed(TEXT, ".env", given, lambda: "worthless")

    assert read(found.text) == {
        "MODE": "test",
        "PORT": "3000",
        "GREETING": "hello 'you' \"there\"",
        "DATABASE_URL": "postgres://me:secret@localhost:5432/db",
        "STRIPE_API_KEY": "worthless",
        "SECRET_KEY": "the gate's placeholder",
        "EMPTY_TOKEN": "",
        "OTHER_URL": "worthless",
    }
    assert found.replaced == ("STRIPE_API_KEY", "OTHER_URL")


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match=r"\.env:2: no NAME=value"):
        boxed("A=1\n'oops\nB=2\n", ".env", {}, str)


KEY = """\
KEY=-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEA1234abcd
abcdEFGH1234abcdEFGH1234==
-----END RSA PRIVATE KEY-----
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (KEY, 2),
        (KEY.replace("MIIEowIBAAKCAQEA1234abcd", "MII"), 3),
        ("A=1\n'two\nlines'=1\n", 2),
        ("A=1\n\u0420ASSWORD=x\n", 2),
        ("A=1\n\n\nSE\u200bCRET=x\n", 4),
        ("\uff34OKEN=x\n", 1),
        ("$NAME=x\n", 1),
    ],
)
def test_a_name_that_is_none_may_be_a_part_of_a_value(text: str, line: int) -> None:
    """The last line of a key without quotes ends in `==`; it was in the box."""
    with pytest.raises(ConfigError, match=rf"\.env:{line}: no NAME=value") as error:
        boxed(text, ".env", {}, lambda: "worthless")
    assert "abcdEFGH" not in str(error.value)


@pytest.mark.parametrize("name", ["A", "server.port", "Log:Level", "a-b", "_x", "A[0]"])
def test_names_of_many_tools_are_taken(name: str) -> None:
    assert boxed(f"{name}=1\n", ".env", {}, str).text == f"{name}=1\n"


FORMS = [
    "export DB_PASS=hunter2\n",
    "DB_PASS = hunter2\n",
    "DB_PASS='hunter2'\n",
    'DB_PASS="hunter2" # hunter2\n',
    "DB_PASS=hunter2\r\n",
    "\ufeffDB_PASS=hunter2\n",
    "# DB_PASS=hunter2\nDB_PASS=hunter2\n",
    "DB_PASS=hunter2\nDB_PASS=hunter2\n",
    "NOTE='first\npassword: hunter2\nlast'\n",
    "'DB_PASS'=hunter2\n",
    "NAME\nhunter2\nDB_PASS=hunter2",
    "A=1\rDB_PASS=hunter2\r",
]


@pytest.mark.parametrize("text", FORMS)
def test_a_secret_is_taken_out_of_every_form_of_a_line(text: str) -> None:
    found = boxed(text, ".env", {}, lambda: "worthless")

    assert "hunter2" not in found.text
    assert found.replaced


def test_variables_have_a_limit() -> None:
    text = "".join(f"A{number}=1\n" for number in range(MOST + 1))

    with pytest.raises(ConfigError, match="more than 500 variables"):
        boxed(text, ".env", {}, str)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text(max_size=30), max_size=5
    )
)
def test_what_is_given_comes_out_as_it_is(values: dict[str, str]) -> None:
    values = {k: v.replace("\r", "") for k, v in values.items()}
    text = "".join(f"{name}=x\n" for name in values)

    assert read(boxed(text, ".env", values, str).text) == values


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(boxed(text, ".env", {}, lambda: "w"), BoxedFile)
