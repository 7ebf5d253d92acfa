"""The real gemini with a login's placeholders, through the real gate."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.agents import login_store, login_tokens, token_kind
from swarm.model.task import State
from tests.agents.account_service import CODE_ASSIST, WORDS, AccountService, running
from tests.agents.key_search import home_of
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway

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
    with open_keeper_harness() as harness:
        harness.patience = 300.0
        net = harness.parts.nets.gate.names
        harness.context.containers.make_network(net.gate, net.labels("gate"))
        address = gateway(net.gate)
        (tmp_path / "root.pem").write_text(service.root.pem)
        home = harness.paths.home
        (home / "policy.toml").write_text(
            f'version = 1\n[network]\nallow_nets = ["{address}/32"]\n'
            f'[tls]\nupstream_ca = ["{tmp_path}/root.pem"]\n'
        )
        (home / "config.toml").write_text(
            f'[gate]\nready = 0\nhosts = {{ "{CODE_ASSIST}" = "{address}" }}\n'
        )
        _stored(home)
        with running(service, address):
            harness.start_keeper()
            yield harness


def test_gemini_works_with_a_login_that_it_never_sees(
    house: KeeperHarness, service: AccountService, tmp_path: Path
) -> None:
    """Promise: account and model are asked by the real token, of the gate's.

    Why: it asks Google whether its token is good before it uses it, which the gate
    answers; and no box may hold the token.
    """
    sample = new_sample_repository(tmp_path / "sample")
    wish = {"repo": str(sample), "agent": "gemini", "way": "headless"}
    task = house.wish_done("new", **wish, prompt="Say hello.")["tasks"][0]
    house.until_state(task, State.STOPPED, State.FAILED)
    house.until_taken_in(task)

    names = house.context.names(task)
    log = house.context.containers.logs(names.sandbox, 10_000)
    assert WORDS.encode() in log, (log, house.journal_text(), service.asked)
    assert service.tokens_at(":loadCodeAssist") == {f"Bearer {ACCESS}"}
    assert service.tokens_at("GenerateContent") == {f"Bearer {ACCESS}"}
    files = [f for f in home_of(names.home_volume).rglob("*") if f.is_file()]
    assert any(f.name == "oauth_creds.json" for f in files)
    for file in files:
        data = file.read_bytes()
        assert ACCESS.encode() not in data, file
        assert REFRESH.encode() not in data, file
