"""The real gemini with a login's placeholders, through the real gate."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.agents import login_store, login_tokens, token_kind
from tests.agents.account_service import (
    CODE_ASSIST,
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

ACCESS = "ya29.the-real-access-token-of-this-test-0001"
REFRESH = "1//the-real-refresh-token-of-this-test-0001"


def _stored(home: Path) -> None:
    """A login as `swarm login gemini --import` leaves it."""
    kind = token_kind.find("gemini")
    assert kind
    file = {
        "access_token": ACCESS,
        "refresh_token": REFRESH,
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "token_type": "Bearer",
        "expiry_date": int((time.time() + 3000) * 1000),
    }
    read = login_tokens.read_file(kind, json.dumps(file).encode(), time.time())
    login_store.write(home, "gemini", login_store.new("gemini", read, time.time()))


@pytest.fixture
def service() -> AccountService:
    return AccountService(CODE_ASSIST)


@pytest.fixture
def house(service: AccountService, tmp_path: Path) -> Iterator[KeeperHarness]:
    with house_with(service, tmp_path) as harness:
        _stored(harness.paths.home)
        harness.start_keeper()
        yield harness


def test_gemini_works_with_a_login_that_it_never_sees(
    house: KeeperHarness, service: AccountService, tmp_path: Path
) -> None:
    """Promise: account and model are asked by the real token, of the gate's.

    Why: it asks Google whether its token is good before it uses it, which the gate
    answers; and no box may hold the token.
    """
    log, files = said_hello(house, "gemini", tmp_path)

    assert WORDS in log, (log, house.journal_text(), service.asked)
    assert service.tokens_at(":loadCodeAssist") == {f"Bearer {ACCESS}"}
    assert service.tokens_at("GenerateContent") == {f"Bearer {ACCESS}"}
    assert any(f.name == "oauth_creds.json" for f in files)
    assert holding(files, ACCESS, REFRESH) == []
