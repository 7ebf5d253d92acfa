"""Values that look like secrets are taken out of a text; its lines stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.secret_text import LEFT_OUT, stripped

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----"
LONG = "a1" * 12
SECRETS = (
    f"ghp_{LONG}",
    f"github_pat_{LONG}",
    f"sk-ant-api03-{LONG}",
    f"sk-{LONG}",
    f"xoxb-{LONG}",
    "AKIA" + "A1" * 8,
    f"AIza{LONG}{LONG}",
    f"eyJhbGciOiJI.{LONG}.{LONG}",
    f"npm_{LONG}",
    f"hf_{LONG}",
    KEY,
    KEY[:50],
)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_taken_out_and_its_line_is_told(secret: str) -> None:
    text, lines = stripped(f"first\nuse {secret}\nlast\n")

    assert secret not in text
    assert f"use {LEFT_OUT}" in text
    assert lines == (2,)
    assert text.count("\n") == 3 + secret.count("\n")


@pytest.mark.parametrize(
    "before",
    ["api_key = ", "API-KEY: '", 'token="', '"password": "', "Authorization: Bearer "],
)
def test_a_value_after_a_name_is_taken_out_and_the_name_stays(before: str) -> None:
    text, lines = stripped(f"{before}{LONG}'")

    assert text == f"{before}{LEFT_OUT}'"
    assert lines == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "Never print a password: ask for it.",
        "token = os.environ['TOKEN_OF_THE_BUILD_SERVER']",
        "The api key: see the-page-about-keys-and-more",
        "skip-this-one, task-force, a risk-averse plan",
        "sk-short",
        "A session token is refreshed every 20 minutes.",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert stripped(text) == (text, ())


@given(st.text())
def test_what_is_stripped_once_holds_no_more(text: str) -> None:
    once, lines = stripped(text)

    assert stripped(once) == (once, ())
    assert once.count("\n") >= text.count("\n") or lines
