"""A file of variables as a box gets it."""

from contextlib import suppress
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.env_file import MOST, BoxedFile, boxed, looks_secret
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


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("PASSWORD", "x", True),
        ("X", "ghp_0123456789abcdef0123456789", True),
        ("REDIS_URL", "redis://:pass@127.0.0.1/0", False),
        ("REDIS_URL", "redis://:pass@cache.example/0", True),
        ("URL", "http://[broken", False),
        ("NAME", "me", False),
        ("PASSWORD", "", False),
    ],
)
def test_looks(name: str, value: str, is_secret: bool) -> None:
    assert looks_secret(name, value) is is_secret


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match=r"\.env:2: no NAME=value"):
        boxed("A=1\n'oops\nB=2\n", ".env", {}, str)


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
