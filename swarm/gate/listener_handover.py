"""Hands a task's listeners to the gate: the gate receives, a one-shot sends."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

SOCKET = Path("/run/gate/handover.sock")
LISTENER_COUNT = 4
SECONDS = 5.0

Adopt = Callable[[str, str, list[socket.socket]], str]


async def receive(path: Path, adopt: Adopt) -> None:
    """Serve for ever; each caller brings one net's listeners and a nonce."""
    path.unlink(missing_ok=True)
    running: set[asyncio.Task[None]] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(64)
        listener.setblocking(False)
        while True:
            caller, _ = await asyncio.get_running_loop().sock_accept(listener)
            task = asyncio.ensure_future(_receive_listeners(caller, adopt))
            running.add(task)
            task.add_done_callback(running.discard)


async def _receive_listeners(caller: socket.socket, adopt: Adopt) -> None:
    caller.settimeout(SECONDS)
    with caller, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        data, files, _, _ = await asyncio.to_thread(
            socket.recv_fds, caller, 4096, LISTENER_COUNT + 1
        )
        listeners = [socket.socket(fileno=file) for file in files]
        reason = "not four listeners"
        if len(listeners) == LISTENER_COUNT:
            body = json.loads(data)
            reason = adopt(str(body["net"]), str(body["nonce"]), listeners)
        if reason:
            for listener in listeners:
                listener.close()
        await asyncio.to_thread(caller.sendall, (reason or "adopted").encode())


def hand_over(net: str, nonce: str) -> int:
    """Open the listeners in a task's namespace, after `netsetup`, and send them."""
    listeners = [
        _listener("127.0.0.1", 3128),
        _listener("0.0.0.0", 15001),  # noqa: S104 - in a namespace without interfaces
        _listener("127.0.0.1", 53, socket.SOCK_DGRAM),
        _listener("127.0.0.1", 53),
    ]
    with socket.socket(socket.AF_UNIX) as gate:
        gate.settimeout(SECONDS)
        gate.connect(str(SOCKET))
        message = json.dumps({"net": net, "nonce": nonce}).encode()
        socket.send_fds(gate, [message], [listener.fileno() for listener in listeners])
        answer = gate.recv(200).decode()
    print(answer, flush=True)
    return 0 if answer == "adopted" else 1


def _listener(
    address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    listener = socket.socket(socket.AF_INET, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    if kind is socket.SOCK_STREAM:
        listener.listen(512)
    return listener


if __name__ == "__main__":
    os.umask(0o077)
    raise SystemExit(hand_over(sys.argv[1], sys.argv[2]))
