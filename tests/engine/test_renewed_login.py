"""A login renewed through the real gate, while its agents work.

The token endpoint, and the API that takes its tokens, are a stand-in named so.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.agents import login_store, token_kind
from swarm.agents.login_tokens import Tokens
from swarm.config import load
from swarm.engine.host import images
from swarm.model import events
from tests.engine.keeper_harness import KeeperHarness
from tests.token_endpoint import TokenEndpoint, running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="it listens on port 443")

OLD = "sk-ant-oat01-the-token-that-nobody-takes-0001"
AGENT = """
version = 1
title = "Stand-in"
summary = "Asks as Claude Code does"
[image]
manager = "none"
reference = "{image}"
[headless]
argv = ["bash", "-c", "eval \\"$0\\"", "{{prompt}}"]
[login]
argv = ["true"]
kind = "paste"
done = "~/.claude/.credentials.json"
tokens = "claude"
"""
ASKS = """
mine=$(grep -o 'sk-ant-oat01-[a-z0-9]*' ~/.claude/.credentials.json)
ask() {
    curl -s -o answer$1 -w '%{http_code}\\n' -H "Authorization: Bearer $mine" \\
        https://api.anthropic.com/v1/x >> codes
}
ask 1
curl -s -d '{}' https://platform.claude.com/v1/oauth/token > token
ask 2
true
"""


@pytest.fixture
def endpoint(harness: KeeperHarness) -> Iterator[TokenEndpoint]:
    """At the names that the agent knows, on this machine's address for containers."""
    kind = token_kind.find("claude")
    assert kind
    made = TokenEndpoint(host=kind.endpoint.host, api=kind.hosts[0], port=443)
    address = _bridge()
    harness.configure(
        f'[gate.hosts]\n"{made.host}" = "{address}"\n"{made.api}" = "{address}"\n'
    )
    beside = load.user_file()
    (beside.parent / "root.pem").write_text(made.root.pem)
    beside.with_name("policy.toml").write_text(
        f'[tls]\nupstream_ca = ["{beside.parent}/root.pem"]\n'
        f'[network]\nallow_nets = ["{address}/32"]\n'
    )
    (beside.parent / "agents").mkdir()
    image = images.reference(harness.context.containers, "base")
    (beside.parent / "agents" / "standin.toml").write_text(AGENT.format(image=image))
    with running(made, address):
        yield made


def _bridge() -> str:
    argv = ["docker", "network", "inspect", "bridge"]
    told = subprocess.run(argv, capture_output=True, check=True).stdout
    return str(json.loads(told)[0]["IPAM"]["Config"][0]["Gateway"])


def stored(home: Path, endpoint: TokenEndpoint, access: str, expires: float) -> None:
    """A login that was made a while ago."""
    tokens = Tokens(access, endpoint.refresh, expires)
    login = login_store.new("claude", tokens, time.time() - 4000)
    login_store.write(home, "standin", login)


def test_two_tasks_whose_token_is_refused_get_one_new_one(
    harness: KeeperHarness, sample: Path, endpoint: TokenEndpoint
) -> None:
    """Promise: one refresh, both go on, and neither ever sees a token.

    Why: a refresh by each revokes the family, and logs everybody out.
    """
    home = harness.paths.home
    stored(home, endpoint, OLD, time.time() + 90_000)
    harness.start_keeper()
    wish = {"repo": str(sample), "prompt": ASKS, "agent": "standin", "copies": 2}
    tasks = harness.wish_done("new", **wish)["tasks"]
    for task in tasks:
        harness.until_taken_in(task)

    login = login_store.read(home, "standin")
    assert login
    assert len(endpoint.asked) == 1
    assert login.tokens.refresh == endpoint.refresh
    for task in tasks:
        tree = harness.paths.worktree(task)
        assert (tree / "codes").read_text().split()[-1] == "200", harness.journal_text()
        answer = (tree / "answer2").read_text()
        assert "Bearer ***" in answer
        assert login.mark in (tree / "token").read_text()
        for file in tree.iterdir():
            if file.is_file():
                data = file.read_bytes()
                for secret in (OLD, *endpoint.given):
                    assert secret.encode() not in data, file
    assert not [f for f in _places(harness) if _holds(f, [OLD, *endpoint.given])]


def _places(harness: KeeperHarness) -> list[bytes]:
    """Everything that home and engine keep, but for the login's own file."""
    logins = login_store.folder(harness.paths.home)
    found = [
        file.read_bytes()
        for file in harness.paths.home.rglob("*")
        if file.is_file() and file.parent != logins
    ]
    for facts in harness.context.containers.all(harness.context.home_labels):
        for argv in (["inspect", facts.name], ["logs", facts.name]):
            done = subprocess.run(["docker", *argv], capture_output=True, check=False)
            found.append(done.stdout + done.stderr)
    return found


def _holds(data: bytes, secrets: list[str]) -> bool:
    return any(secret.encode() in data for secret in secrets)


def test_a_token_about_to_end_is_renewed_before_the_agent_begins(
    harness: KeeperHarness, sample: Path, endpoint: TokenEndpoint
) -> None:
    """Its first request goes well."""
    stored(harness.paths.home, endpoint, endpoint.access, time.time() + 5)
    harness.start_keeper()
    wish = {"repo": str(sample), "prompt": ASKS, "agent": "standin"}
    (task,) = harness.wish_done("new", **wish)["tasks"]
    harness.until_taken_in(task)

    codes = (harness.paths.worktree(task) / "codes").read_text().split()
    assert codes == ["200", "200"]
    assert len(endpoint.asked) == 1


def test_a_revoked_login_is_told_to_agent_and_human(
    harness: KeeperHarness, sample: Path, endpoint: TokenEndpoint
) -> None:
    """The agent hears that it is logged out; its task says which command helps."""
    stored(harness.paths.home, endpoint, OLD, time.time() + 90_000)
    endpoint.is_revoked = True
    harness.start_keeper()
    wish = {"repo": str(sample), "prompt": ASKS, "agent": "standin"}
    (task,) = harness.wish_done("new", **wish)["tasks"]
    harness.until_taken_in(task)

    told = json.loads((harness.paths.worktree(task) / "token").read_text())
    trouble = harness.queries.events.last(events.Trouble, task)
    assert told["error"] == "invalid_grant"
    assert trouble
    assert "`swarm login standin`" in trouble.reason
