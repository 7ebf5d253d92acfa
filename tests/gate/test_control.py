"""A command of the keeper is carried out whole, or changes nothing."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from swarm.gate.audit_log import AuditLog
from swarm.gate.certificates import Authority
from swarm.gate.control import Control
from swarm.gate.upstream import Upstream
from swarm.policy import rules
from swarm.policy.rules import Policy, Rule

POLICY = rules.to_json(Policy(rules=(Rule("allow", "ok.example"),)))


@pytest_asyncio.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    control = Control(AuditLog(lambda _line: None), Authority(tmp_path), Upstream())
    yield control
    run(control, "close", net="1")


def run(control: Control, command: str, **body: Any) -> dict[str, Any]:
    """The answer to a command."""
    line = json.dumps({"id": 7, "op": command, **body})
    answer: dict[str, Any] = json.loads(control.handle_command(line))
    return answer


def listeners() -> list[socket.socket]:
    """Four sockets as a task's namespace hands them over."""
    kinds = [socket.SOCK_STREAM] * 2 + [socket.SOCK_DGRAM, socket.SOCK_STREAM]
    sockets = [socket.socket(socket.AF_INET, kind) for kind in kinds]
    for one, kind in zip(sockets, kinds, strict=True):
        one.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            one.listen(4)
    return sockets


async def test_a_nonce_is_good_once_and_for_its_own_net(control: Control) -> None:
    """Nobody but the one-shot that was just started hands over listeners."""
    run(control, "open", net="1", policy=POLICY, nonce="right")
    refused = listeners()
    assert control.adopt("1", "wrong", refused) != ""
    assert control.adopt("1", "right", refused) != "", "a failed try uses it up"
    for one in refused:
        one.close()

    assert (
        run(control, "open", net="1", policy=POLICY, nonce="next")["adopted"] is False
    )
    assert control.adopt("1", "next", listeners()) == ""
    opened = run(control, "open", net="1", policy=POLICY, nonce="more")
    assert opened["adopted"] is True


async def test_a_command_that_fails_is_answered_and_changes_nothing(
    control: Control,
) -> None:
    """With its number, so that the keeper knows which one failed."""
    run(control, "open", net="1", policy=POLICY, nonce="n")

    failed = run(control, "policy", net="1", policy={"rules": 5})
    unknown = run(control, "no-such-command")
    no_json = json.loads(control.handle_command("{"))

    assert failed["reply"] == unknown["reply"] == 7
    assert "error" in failed
    assert "error" in unknown
    assert no_json["reply"] is None
    assert "error" in run(control, "cut", net="2")
    assert run(control, "cut", net="1") == {"reply": 7, "cut": 0}
