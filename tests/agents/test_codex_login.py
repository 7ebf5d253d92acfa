"""The real codex with a subscription's placeholders, through the real gate."""

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.agents import login_store, login_tokens, token_kind
from swarm.model import events
from tests.agents.account_service import (
    ACCOUNT,
    WORDS,
    AccountService,
    holding,
    house_with,
    said_hello,
)
from tests.engine.keeper_harness import KeeperHarness

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(os.geteuid() != 0, reason="it listens on port 443"),
]

REFRESH = "rt-the-real-refresh-token-of-this-test-0001"


def _jwt(claims: dict[str, object]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(p).encode()) for p in parts)
    return ".".join([*(text.decode().rstrip("=") for text in texts), "c2lnbmF0dXJl"])


CLAIMS = {
    "exp": int(time.time()) + 90_000,
    "https://api.openai.com/auth": {
        "chatgpt_plan_type": "plus",
        "chatgpt_account_id": ACCOUNT,
    },
}
ACCESS = _jwt({**CLAIMS, "jti": "the-real-access-token"})


def _stored(home: Path) -> None:
    """A login as `swarm login codex --import` leaves it."""
    kind = token_kind.find("codex")
    assert kind
    tokens = {
        "access_token": ACCESS,
        "refresh_token": REFRESH,
        "id_token": _jwt(CLAIMS),
        "account_id": ACCOUNT,
    }
    file = {"auth_mode": "chatgpt", "tokens": tokens, "last_refresh": "2026-01-01"}
    read = login_tokens.read_file(kind, json.dumps(file).encode(), time.time())
    login_store.write(home, "codex", login_store.new("codex", read, time.time()))


@pytest.fixture
def service() -> AccountService:
    return AccountService()


@pytest.fixture
def house(service: AccountService, tmp_path: Path) -> Iterator[KeeperHarness]:
    with house_with(service, tmp_path) as harness:
        _stored(harness.paths.home)
        harness.start_keeper()
        yield harness


def test_codex_works_with_a_login_that_it_never_sees(
    house: KeeperHarness, service: AccountService, tmp_path: Path
) -> None:
    """Promise: it asks for its account and its model by the real token, of the gate's.

    Why: it begins no turn without its account's answer, and no box may hold the token.
    """
    log, files = said_hello(house, "codex", tmp_path)

    assert WORDS in log, (log, house.journal_text(), service.asked)
    assert service.tokens_at("/wham/accounts/check") == {f"Bearer {ACCESS}"}
    assert service.tokens_at("/codex/responses") == {f"Bearer {ACCESS}"}
    assert any(f.name == "auth.json" for f in files)
    assert holding(files, ACCESS, REFRESH) == []


def test_turns_by_websocket_are_counted_as_requests_are(
    house: KeeperHarness, service: AccountService, tmp_path: Path
) -> None:
    """With a subscription codex asks so first: state, tokens and limits hang on it."""
    service.speaks_websockets = True
    log, _files = said_hello(house, "codex", tmp_path)

    assert WORDS in log, (log, house.journal_text(), service.asked)
    assert service.turns
    recorded = [each.event for each in house.queries.events.after(limit=10_000)]
    asked = [each for each in recorded if isinstance(each, events.ModelAsked)]
    answered = [each for each in recorded if isinstance(each, events.ModelAnswered)]
    assert asked
    assert any(each.tokens_out and each.status == 200 for each in answered)
    assert all(each.status != 101 for each in answered)
