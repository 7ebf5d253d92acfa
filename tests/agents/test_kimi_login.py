"""The real kimi with a login that its boxes share: it renews it, and we take it back.

Its token endpoint and its service are a stand-in, which answers no turn of a model.
"""

import base64
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import login_store, login_tokens, token_kind
from swarm.engine.host import images
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway
from tests.token_endpoint import TokenEndpoint, running

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(os.geteuid() != 0, reason="it listens on port 443"),
]


def token(text: str) -> str:
    """An access token of the person's account."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "me"}).encode()).decode()
    return f"eyJhbGciOiJub25lIn0.{claims.rstrip('=')}.{text}"


@dataclass
class KimiEndpoint(TokenEndpoint):
    """Its access tokens say whose they are."""

    def answer(self, fields: dict[str, str]) -> tuple[int, Any]:
        status, body = super().answer(fields)
        if status == 200:
            self.access = body["access_token"] = token(self.access)
        return status, body


@pytest.fixture
def endpoint(tmp_path: Path) -> KimiEndpoint:
    kind = token_kind.find("kimi")
    assert kind
    return KimiEndpoint(host=kind.endpoint.host, api=kind.hosts[0], port=443)


@pytest.fixture
def house(endpoint: KimiEndpoint, tmp_path: Path) -> Iterator[KeeperHarness]:
    """One whose login ends in a moment."""
    images.build(DockerImages(), "agents/kimi", lambda _line: None)
    with open_keeper_harness() as harness:
        harness.patience = 300.0
        net = harness.parts.nets.gate.names
        harness.context.containers.make_network(net.gate, net.labels("gate"))
        address, home = gateway(net.gate), harness.paths.home
        (tmp_path / "root.pem").write_text(endpoint.root.pem)
        (home / "policy.toml").write_text(
            f'version = 1\n[network]\nallow_nets = ["{address}/32"]\n'
            f'[tls]\nupstream_ca = ["{tmp_path}/root.pem"]\n'
        )
        known = f'"{endpoint.host}" = "{address}", "{endpoint.api}" = "{address}"'
        harness.configure(f"[gate.hosts]\n{known.replace(', ', chr(10))}\n")
        kind, now = token_kind.find("kimi"), time.time()
        assert kind
        file = {
            "access_token": token("the-first-one"),
            "refresh_token": endpoint.refresh,
            "expires_at": int(now + 20),
            "scope": "kimi-code",
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        read = login_tokens.read_file(kind, json.dumps(file).encode(), now)
        login_store.write(home, "kimi", login_store.new("kimi", read, now))
        with running(endpoint, address):
            harness.start_keeper()
            yield harness


def test_kimi_renews_the_login_and_it_is_taken_back(
    house: KeeperHarness, endpoint: KimiEndpoint, tmp_path: Path
) -> None:
    """By its own program, through the gate; the next task begins with what it got."""
    sample = new_sample_repository(tmp_path / "sample")
    wish = {"repo": str(sample), "agent": "kimi", "way": "headless"}
    first = endpoint.refresh
    task = house.wish_done("new", **wish, prompt="Say hello.")["tasks"][0]
    house.until(lambda: bool(endpoint.asked), "it renews its login")
    house.until(
        lambda: bool(house.queries.tasks.get(task).model.answered), "its model is asked"
    )
    house.wish("stop", task=task)
    house.until_taken_in(task)

    login = login_store.read(house.paths.home, "kimi")
    assert login
    assert [each["refresh_token"] for each in endpoint.asked] == [first], endpoint.asked
    assert (login.tokens.access, login.tokens.refresh) == (
        endpoint.access,
        endpoint.refresh,
    )
    assert endpoint.refusals == 0
    assert login_store.read_holder(house.paths.home, "kimi").task == 0
