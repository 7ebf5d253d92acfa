"""Tests of the one question to a token endpoint; the endpoint is a stand-in."""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.gate import failures, token_exchange
from swarm.policy import rules
from swarm.policy.rules import Policy, Rule
from swarm.policy.sealed_answer import PAD_BYTES, unseal
from tests.token_endpoint import TokenEndpoint, running


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    """A good one."""
    made = TokenEndpoint()
    with running(made):
        yield made


async def here(_name: str) -> list[str]:
    """Every name leads to this machine."""
    return ["127.0.0.1"]


def question(endpoint: TokenEndpoint, **changes: Any) -> dict[str, Any]:
    """A question of the keeper's."""
    rule = Rule("allow", endpoint.host, (endpoint.port,), methods=("POST",))
    policy = Policy(
        (rule,), allow_nets=("127.0.0.0/8",), upstream_ca=(endpoint.root.pem,)
    )
    return {
        "login": "claude",
        "key": secrets.token_hex(16),
        "pad": base64.b64encode(secrets.token_bytes(PAD_BYTES)).decode(),
        "host": endpoint.host,
        "port": endpoint.port,
        "path": "/v1/oauth/token",
        "encoding": "json",
        "fields": {"grant_type": "refresh_token", "refresh_token": endpoint.refresh},
        "policy": rules.to_json(policy),
        "parent": None,
        **changes,
    }


def ask(asked: dict[str, Any], folder: Path) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    request = token_exchange.parse(json.dumps(asked).encode())
    sealed = token_exchange.run(request, folder, here)
    status, body = unseal(sealed, request.pad)
    return status, json.loads(body)


@pytest.mark.parametrize("encoding", ["json", "form"])
def test_new_tokens_come_sealed(
    endpoint: TokenEndpoint, tmp_path: Path, encoding: str
) -> None:
    """The endpoint is asked in its own coding; what is left is unreadable."""
    status, told = ask(question(endpoint, encoding=encoding), tmp_path)

    assert (status, told["access_token"]) == (200, endpoint.access)
    assert endpoint.asked[0]["grant_type"] == "refresh_token"
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert endpoint.access.encode() not in base64.b64decode(left)


def test_a_keeper_that_died_gets_the_answer_and_no_second_refresh(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    """The same key brings the same answer: a second refresh would revoke all."""
    asked = question(endpoint)

    first, second = ask(asked, tmp_path), ask(asked, tmp_path)

    assert first == second
    assert len(endpoint.asked) == 1


def test_two_at_once_ask_once(endpoint: TokenEndpoint, tmp_path: Path) -> None:
    """A question under way is waited for, and answers both."""
    asked, got = question(endpoint), list[Any]()
    threads = [
        threading.Thread(target=lambda: got.append(ask(asked, tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == [got[0]] * 4
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("mood", "words"),
    [("endless", "too long for a token"), ("cut", "closed"), ("hangs", "in time")],
)
def test_a_bad_endpoint_is_a_sentence(
    endpoint: TokenEndpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mood: Any,
    words: str,
) -> None:
    """A gigabyte, silence, a closed connection: each ends, and nothing is kept."""
    if mood == "hangs":
        monkeypatch.setattr(token_exchange, "EXCHANGE_SECONDS", 0.3)
    endpoint.mood = mood
    request = token_exchange.parse(json.dumps(question(endpoint)).encode())

    with pytest.raises((OSError, TimeoutError)) as failure:
        token_exchange.run(request, tmp_path, here)

    assert words in failures.describe(failure.value)
    assert not list(tmp_path.glob("*exchange-claude-*"))


def test_another_certificate_gets_no_token(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    """Who cannot prove its name is told nothing."""
    asked = question(endpoint)
    asked["policy"]["upstream_ca"] = ()
    request = token_exchange.parse(json.dumps(asked).encode())

    with pytest.raises(OSError, match="certificate"):
        token_exchange.run(request, tmp_path, here)

    assert not endpoint.asked


@pytest.mark.parametrize(
    "change",
    [
        {"login": "../x"}, {"key": "k"}, {"key": "../../etc"}, {"pad": "AAAA"},
        {"path": "/x y"}, {"path": "/a\r\nHost: evil"}, {"path": 5}, {"fields": []},
        {"policy": {}}, {"host": None, "login": None},
    ],
)  # fmt: skip
def test_a_malformed_question_is_refused(
    endpoint: TokenEndpoint, change: dict[str, Any]
) -> None:
    """Only what the keeper writes is asked."""
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        token_exchange.parse(json.dumps(question(endpoint, **change)).encode())
