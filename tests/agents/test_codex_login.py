"""The real codex with a subscription's placeholders, through the real gate."""

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.agents import login_store, login_tokens, token_kind
from swarm.model.task import State
from tests.agents.account_service import ACCOUNT, HOST, WORDS, AccountService, running
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
            f'[gate]\nready = 0\nhosts = {{ "{HOST}" = "{address}" }}\n'
        )
        _stored(home)
        with running(service, address):
            harness.start_keeper()
            yield harness


def test_codex_works_with_a_login_that_it_never_sees(
    house: KeeperHarness, service: AccountService, tmp_path: Path
) -> None:
    """Promise: it asks for its account and its model by the real token, of the gate's.

    Why: it begins no turn without its account's answer, and no box may hold the token.
    """
    sample = new_sample_repository(tmp_path / "sample")
    wish = {"repo": str(sample), "agent": "codex", "way": "headless"}
    task = house.wish_done("new", **wish, prompt="Say hello.")["tasks"][0]
    house.until_state(task, State.STOPPED, State.FAILED)
    house.until_taken_in(task)

    names = house.context.names(task)
    log = house.context.containers.logs(names.sandbox, 10_000)
    assert WORDS.encode() in log, (log, house.journal_text(), service.asked)
    assert service.tokens_at("/wham/accounts/check") == {f"Bearer {ACCESS}"}
    assert service.tokens_at("/codex/responses") == {f"Bearer {ACCESS}"}
    files = [f for f in home_of(names.home_volume).rglob("*") if f.is_file()]
    assert any(f.name == "auth.json" for f in files)
    for file in files:
        data = file.read_bytes()
        assert ACCESS.encode() not in data, file
        assert REFRESH.encode() not in data, file
