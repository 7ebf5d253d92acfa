"""Listeners come over a socket with their net's nonce, or are closed."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path

import pytest

from swarm.gate import listener_handover


async def hand_over(path: Path, count: int, message: bytes) -> str:
    """The gate's answer to a caller that sends so many sockets."""
    sockets = [socket.socket() for _ in range(count)]

    def call() -> str:
        with socket.socket(socket.AF_UNIX) as gate:
            gate.settimeout(60)
            gate.connect(str(path))
            socket.send_fds(gate, [message], [one.fileno() for one in sockets])
            return gate.recv(200).decode()

    try:
        return await asyncio.to_thread(call)
    finally:
        for one in sockets:
            one.close()


@pytest.mark.parametrize(
    ("count", "reason", "answer"),
    [
        (4, "", "adopted"),
        (4, "no such net is awaited", "no such net is awaited"),
        (3, "", "not four listeners"),
        (5, "", "not four listeners"),
    ],
)
async def test_listeners_are_adopted_or_closed(
    tmp_path: Path, count: int, reason: str, answer: str
) -> None:
    adopted: list[socket.socket] = []
    calls: list[tuple[str, str]] = []

    def adopt(net: str, nonce: str, sockets: list[socket.socket]) -> str:
        calls.append((net, nonce))
        adopted.extend(sockets)
        return reason

    path = tmp_path / "handover.sock"
    receiving = asyncio.ensure_future(listener_handover.receive(path, adopt))
    while not path.exists():
        await asyncio.sleep(0)
    message = json.dumps({"net": "1", "nonce": "n"}).encode()

    assert await hand_over(path, count, message) == answer
    assert calls == ([("1", "n")] if count == 4 else [])
    assert all((one.fileno() < 0) is bool(reason) for one in adopted)
    assert path.stat().st_mode & 0o777 == 0o600

    receiving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await receiving
    for one in adopted:
        one.close()
