"""Values that look like secrets are taken out of a text; its lines stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.secret_text import LEFT_OUT, stripped, stripped_settings

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


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("export GITHUB_TOKEN=abc", f"export GITHUB_TOKEN={LEFT_OUT}"),
        ("let g:api_key = 'abc'", f"let g:api_key = '{LEFT_OUT}'"),
        ("  password: hunter2", f"  password: {LEFT_OUT}"),
        ('"token": "abc",', f'"token": "{LEFT_OUT}",'),
        ("X_SECRET=abc\"def\"'ghi' cmd", f"X_SECRET={LEFT_OUT} cmd"),
        ("set x; DB_PASSWD=x; y", f"set x; DB_PASSWD={LEFT_OUT}; y"),
        ("url = https://me:pw@h/p", f"url = https://me:{LEFT_OUT}@h/p"),
        ("machine h login me password pw", f"machine h login me password {LEFT_OUT}"),
        ("\tpassword hunter2", f"\tpassword {LEFT_OUT}"),
        ('A_TOKEN="a\nb"\nz', f'A_TOKEN="{LEFT_OUT}"\n\nz'),
    ],
)
def test_a_telling_name_in_settings_loses_its_value(line: str, kept: str) -> None:
    text, lines = stripped_settings(line)

    assert (text, lines) == (kept, (1,))
    assert stripped_settings(text) == (text, ())


@pytest.mark.parametrize(
    "line",
    [
        *("export TOKEN=$(pass show x)", 'API_KEY="$OTHER"', "SSH_AUTH_SOCK=/run/x"),
        *("if token == other", "TOKEN_FILE=/x", 'PASSWORD=""', "helper = store"),
        *("url = https://host:443/p", "git@host:path", "map <C-t> :tokens<CR>"),
        "PATH=$HOME/.token:$PATH",
    ],
)
def test_what_is_no_secret_in_settings_stays(line: str) -> None:
    assert stripped_settings(line) == (line, ())


@given(st.text(st.sampled_from("aA=:\"' \n;token$@/.-"), max_size=200))
def test_any_settings_keep_their_lines(text: str) -> None:
    clean, _ = stripped_settings(text)

    assert clean.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"type": "oauth", "refresh": "abc", "access": "def", "expires": 1}}',
        '{"a":{"access":"def","refresh":"abc","type":"oauth"}}',
        '{\n  "type": "oauth",\n  "refresh": "abc",\n  "access":\n    "def"\n}',
        "type: oauth\nrefresh: abc\naccess: def\n",
    ],
)
def test_the_tokens_of_an_agents_login_lose_their_values(text: str) -> None:
    clean, lines = stripped_settings(text)

    assert clean == text.replace("abc", LEFT_OUT).replace("def", LEFT_OUT)
    assert lines
    assert stripped_settings(clean) == (clean, ())


def test_refresh_and_access_are_plain_words_elsewhere() -> None:
    text = '{"type": "poll", "refresh": "daily", "access": "read"}'

    assert stripped_settings(text) == (text, ())
