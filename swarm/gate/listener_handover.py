"""The socket that listeners come through, and the one-shot that sends them."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

SOCKET = Path("/run/gate/donate.sock")
COUNT = 4
SECONDS = 5.0

Adopt = Callable[[str, str, list[socket.socket]], str]


async def receive(at: Path, adopt: Adopt) -> None:
    """Serve for ever; each caller brings one net's listeners and a nonce."""
    at.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(at))
    at.chmod(0o600)
    listener.listen(64)
    listener.setblocking(False)
    running: set[asyncio.Task[None]] = set()
    while True:
        caller, _ = await asyncio.get_running_loop().sock_accept(listener)
        task = asyncio.ensure_future(_adopted(caller, adopt))
        running.add(task)
        task.add_done_callback(running.discard)


async def _adopted(caller: socket.socket, adopt: Adopt) -> None:
    caller.settimeout(SECONDS)
    with caller, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        data, files, _, _ = await asyncio.to_thread(
            socket.recv_fds, caller, 4096, COUNT + 1
        )
        brought = [socket.socket(fileno=file) for file in files]
        reason = "not four listeners"
        if len(brought) == COUNT:
            body = json.loads(data)
            reason = adopt(str(body["net"]), str(body["nonce"]), brought)
        if reason:
            for one in brought:
                one.close()
        await asyncio.to_thread(caller.sendall, (reason or "adopted").encode())


def give(net: str, nonce: str) -> int:
    """In a task's namespace, after `netsetup`: open the listeners, give them away."""
    listeners = [
        _listener("127.0.0.1", 3128),
        _listener("0.0.0.0", 15001),  # noqa: S104 - in a namespace without interfaces
        _listener("127.0.0.1", 53, socket.SOCK_DGRAM),
        _listener("127.0.0.1", 53),
    ]
    with socket.socket(socket.AF_UNIX) as gate:
        gate.settimeout(SECONDS)
        gate.connect(str(SOCKET))
        told = json.dumps({"net": net, "nonce": nonce}).encode()
        socket.send_fds(gate, [told], [one.fileno() for one in listeners])
        answer = gate.recv(200).decode()
    print(answer, flush=True)
    return 0 if answer == "adopted" else 1


def _listener(
    address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    made = socket.socket(socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    if kind is socket.SOCK_STREAM:
        made.listen(512)
    return made


if __name__ == "__main__":
    os.umask(0o077)
    raise SystemExit(give(sys.argv[1], sys.argv[2]))
