"""Tests of login files: what is taken, and what a box gets instead."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents import login_tokens, token_kind
from swarm.agents.login_tokens import BadLogin
from swarm.agents.token_kind import TokenKind

NOW = 1_800_000_000.0
ACCESS, REFRESH = "sk-access-of-a-person-000001", "sk-refresh-of-a-person-0001"


def jwt(**claims: Any) -> str:
    """An unsigned token with these claims."""
    text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{text}.the-signature-of-it"


AUTH = {"chatgpt_plan_type": "pro", "chatgpt_account_id": "acc-1", "other": "x" * 50}
FILES: dict[str, dict[str, Any]] = {
    "claude": {
        "claudeAiOauth": {
            "accessToken": ACCESS,
            "refreshToken": REFRESH,
            "expiresAt": int(NOW * 1000) + 60_000,
            "scopes": ["user:inference", "user:profile"],
            "subscriptionType": "max",
        },
        "mcpOAuth": {"x": {"accessToken": "another-secret-of-theirs"}},
    },
    "codex": {
        "OPENAI_API_KEY": "another-secret-of-theirs",
        "auth_mode": "chatgpt",
        "tokens": {
            "id_token": jwt(
                email="me@example.com", **{"https://api.openai.com/auth": AUTH}
            ),
            "access_token": jwt(exp=int(NOW) + 60),
            "refresh_token": REFRESH,
            "account_id": "acc-1",
        },
        "last_refresh": "2026-11-01T00:00:00Z",
    },
    "gemini": {
        "access_token": ACCESS,
        "refresh_token": REFRESH,
        "scope": "openid",
        "token_type": "Bearer",
        "id_token": jwt(email="me@example.com"),
        "expiry_date": int(NOW * 1000) + 60_000,
    },
}


def kind(name: str) -> TokenKind:
    """The shipped kind."""
    found = token_kind.find(name)
    assert found
    return found


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_box_gets_its_format_and_no_secret(name: str) -> None:
    """Tokens, identity and other people's secrets stay; the rest is as it was."""
    body, mark = FILES[name], "ab" * 24
    tokens = login_tokens.read_file(kind(name), json.dumps(body).encode(), NOW)

    text = login_tokens.placeholder_file(kind(name), tokens, mark, NOW)
    answer = login_tokens.placeholder_answer(kind(name), tokens, mark, NOW)

    assert tokens.expires == pytest.approx(NOW + 60)
    for secret in (tokens.access, tokens.refresh, "another-secret", "me@example.com"):
        assert secret not in text + answer
    assert mark in json.loads(answer)["access_token"]
    again = login_tokens.read_file(kind(name), text.encode(), NOW)
    assert again.expires > NOW + 19 * 86400
    assert again.kept == tokens.kept


def test_codex_s_placeholder_is_a_token_that_it_can_read() -> None:
    """Plan and account are in its claims, for it chooses its model by them."""
    data = json.dumps(FILES["codex"]).encode()
    tokens = login_tokens.read_file(kind("codex"), data, NOW)
    body = json.loads(
        login_tokens.placeholder_file(kind("codex"), tokens, "ab" * 24, NOW)
    )
    claims = login_tokens._claims(body["tokens"]["id_token"])

    assert claims["https://api.openai.com/auth"] == {
        "chatgpt_plan_type": "pro",
        "chatgpt_account_id": "acc-1",
    }
    assert body["tokens"]["account_id"] == "acc-1"
    assert "OPENAI_API_KEY" not in body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"), (b"\xff", "no JSON"), (b"[]", "no table"),
        (b"[" * 100_000, "64 KiB"), (b"[" * 60_000, "no JSON"), (b"{}", "no access"),
        (b"x" * (70 << 10), "64 KiB"), (b'{"access_token": 5}', "no access token"),
        (b'{"access_token": "short"}', "5 characters"),
        (b'{"access_token": "with a space in it"}', "no header"),
        (b'{"access_token": "line\\nfeed-in-a-token"}', "no header"),
        (b'{"access_token": "a-good-token-1234"}', "no refresh token"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_words(data: bytes, words: str) -> None:
    """Each names what is wrong and no value."""
    with pytest.raises(BadLogin, match=words):
        login_tokens.read_file(kind("gemini"), data, NOW)


def test_a_token_that_stands_among_words_is_refused() -> None:
    """What a box sees holds no token, wherever the file hid one."""
    body = {**FILES["gemini"], "scope": f"openid {REFRESH}"}

    with pytest.raises(BadLogin, match="where a word is expected"):
        login_tokens.read_file(kind("gemini"), json.dumps(body).encode(), NOW)


@pytest.mark.parametrize(
    ("answer", "refresh", "seconds"),
    [
        ({"refresh_token": "rt-the-next-1", "expires_in": 60}, "rt-the-next-1", 60),
        ({"expires_in": 60}, REFRESH, 60),
        ({"refresh_token": "", "expires_in": True}, REFRESH, 3600),
        ({"expires_in": -5}, REFRESH, 3600),
        ({"expires_in": 1e300}, REFRESH, 3600),
        ({"expires_in": 9e14}, REFRESH, login_tokens.LONGEST_LIFE),
    ],
)  # fmt: skip
def test_an_answer_s_tokens(answer: Any, refresh: str, seconds: float) -> None:
    """An answer without a refresh token keeps the one before; no end is absurd."""
    before = login_tokens.Tokens(ACCESS, REFRESH, NOW)
    body = {"access_token": "at-the-next-one-01", **answer}

    tokens = login_tokens.read_answer(
        kind("gemini"), json.dumps(body).encode(), before, NOW
    )

    assert tokens.refresh == refresh
    assert tokens.expires == pytest.approx(NOW + seconds)


@pytest.mark.parametrize(
    ("status", "body", "is_revoked"),
    [
        (400, {"error": "invalid_grant"}, True),
        (401, {"error": {"code": "refresh_token_reused"}}, True),
        (401, {"error": {"code": ["x"]}}, False),
        (400, {"error": "invalid_request"}, False),
        (500, {"error": "invalid_grant"}, False),
        (400, [], False),
    ],
)
def test_which_answers_revoke(status: int, body: Any, is_revoked: bool) -> None:
    """A server in trouble logs nobody out."""
    assert login_tokens.is_revoked(status, json.dumps(body).encode()) is is_revoked


SHARED = {
    "access_token": jwt(sub="me", n=1),
    "refresh_token": REFRESH,
    "expires_at": int(NOW) + 60,
    "scope": "kimi-code",
    "expires_in": 3600,
}


def back(**changes: Any) -> login_tokens.Tokens | None:
    """What is taken of a file that a box which shares the login has changed."""
    data = json.dumps(SHARED).encode()
    before = login_tokens.read_file(kind("kimi"), data, NOW)
    after = json.dumps({**SHARED, **changes}).encode()
    return login_tokens.read_back(kind("kimi"), after, before, NOW)


def test_a_shared_login_is_taken_back_once_it_was_renewed() -> None:
    """Of the box's file two tokens and their end count; the rest stays as it was."""
    newer = {"access_token": jwt(sub="me", n=2), "expires_at": int(NOW) + 3600}
    found = back(**newer, refresh_token="rt-the-next-one", scope="everything", x=1)

    assert back() is None
    assert back(scope="everything", refresh_token="rt-the-next-one") is None
    assert found
    assert (found.access, found.refresh) == (newer["access_token"], "rt-the-next-one")
    assert found.expires == NOW + 3600
    assert found.kept == {"scope": "kimi-code", "expires_in": 3600}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"access_token": jwt(sub="them")}, "not of the account"),
        ({"access_token": "an-opaque-token-0002"}, "not of the account"),
        ({"expires_at": int(NOW) + 60}, "end no later"),
        ({"expires_at": 0, "access_token": jwt(sub="me", exp=1)}, "end no later"),
        ({"expires_at": int(NOW) + 200_000}, "end later than any"),
        ({"refresh_token": ""}, "refresh token has 0 characters"),
        ({"access_token": ""}, "access token has 0 characters"),
    ],
)
def test_what_a_box_made_of_a_shared_login_is_refused(
    changes: dict[str, Any], words: str
) -> None:
    """It may be another account's, or worth nothing."""
    newer = {"access_token": jwt(sub="me", n=2), "expires_at": int(NOW) + 3600}
    with pytest.raises(BadLogin, match=words):
        back(**{**newer, **changes})


def test_one_box_alone_has_the_refresh_token_of_a_shared_login() -> None:
    data = json.dumps(SHARED).encode()
    tokens = login_tokens.read_file(kind("kimi"), data, NOW)
    files = [
        json.loads(login_tokens.shared_file(kind("kimi"), tokens, "ab", is_holder))
        for is_holder in (True, False)
    ]

    assert login_tokens.names_account(tokens)
    assert files[0] == SHARED
    assert files[1] == {**SHARED, "refresh_token": ""}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["access_token", "refresh_token", "expires_in", "scope", "x"]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_no_answer_surprises(body: Any) -> None:
    """Whatever an endpoint says is tokens or a sentence."""
    before = login_tokens.Tokens(ACCESS, REFRESH, NOW)
    data = json.dumps(body).encode()
    for name in FILES:
        try:
            tokens = login_tokens.read_answer(kind(name), data, before, NOW)
        except BadLogin:
            continue
        assert tokens.access.isascii()
