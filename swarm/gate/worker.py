"""One task's process: its policy, secrets, parsers and connections, and nobody else's.

It is forked when the task is about to start, or when a connection comes and there is
none. It goes when nothing was open for a while, and is killed to cut the task.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swarm.gate import certificates, event_loop, frames
from swarm.gate.audit_log import AuditLog
from swarm.gate.certificates import Authority
from swarm.gate.connection_handler import ConnectionHandler
from swarm.gate.frames import Kind
from swarm.gate.listener_handover import LISTENER_COUNT
from swarm.gate.listeners import Listeners
from swarm.gate.task_net import TaskNet
from swarm.gate.upstream import Upstream
from swarm.gate.worker_memory import WorkerMemory
from swarm.policy import parent_proxy, rules

IDLE_SECONDS = 30.0
"""A worker goes when nothing was open and no name was asked for that long."""
TICK_SECONDS = 1.0
CLOSING_SECONDS = 0.05
"""The time for connections that are cut to close, each with a line about it."""
UNSENT_LIMIT = 1 << 20
"""Bytes of lines that wait for the supervisor; more lines are counted, not written."""
NICENESS = 5
"""Below the supervisor, so that `cut` has the processor when a task burns it."""


def run(files: list[int], keys: Path) -> None:
    """Serve one task until it is idle or the supervisor ends; blocks.

    `files`: the connection to the supervisor, the one for notes, then the listeners.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(NICENESS)
    sockets = [socket.socket(fileno=file) for file in files]
    event_loop.run(_main(sockets[0], sockets[1], sockets[2:], keys))


async def _main(
    control: socket.socket,
    notes: socket.socket,
    listeners: list[socket.socket],
    keys: Path,
) -> None:
    if len(listeners) != LISTENER_COUNT:
        raise ValueError(f"{len(listeners)} listeners")
    reader, writer = await asyncio.open_unix_connection(sock=control)
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        kind, payload = await frames.read(reader)
        if kind is not Kind.BEGIN:
            raise frames.BadFrame(f"{kind.name} before BEGIN")
        worker = Worker(json.loads(payload), writer, notes, listeners, keys)
        commands = asyncio.ensure_future(worker.obey(reader))
        idle = asyncio.ensure_future(worker.until_idle())
        await asyncio.wait([commands, idle], return_when=asyncio.FIRST_COMPLETED)
        if commands.done():
            await commands  # the supervisor is gone, or speaks nonsense
        await idle
        await writer.drain()
        writer.close()
        await writer.wait_closed()


class Worker:
    """The task's net, and the commands about it."""

    def __init__(
        self,
        body: Mapping[str, Any],
        writer: asyncio.StreamWriter,
        notes: socket.socket,
        listeners: list[socket.socket],
        keys: Path,
    ) -> None:
        self._writer = writer
        self._notes = notes
        self.audit = AuditLog(self._write, self._keep)
        memory = WorkerMemory(body["memory"], self._note)
        policy = rules.from_json(body["policy"])
        self.net = TaskNet(policy, self.audit, memory)
        self._hold_secrets(body)
        if body["cut"]:
            self.net.cut()
        self._upstream = Upstream()
        self._go_through_parent(body)
        handler = ConnectionHandler(
            self.net, self._upstream, Authority(keys), lambda: _context(self.net)
        )
        self._listeners = Listeners(self.net, handler, listeners)

    async def obey(self, reader: asyncio.StreamReader) -> None:
        """Carry out the supervisor's commands until it hangs up."""
        while True:
            kind, payload = await frames.read(reader)
            if kind is Kind.POLICY:
                ended = self._replace(json.loads(payload))
            elif kind is Kind.CUT:
                ended = self.net.cut()
                # The worker is killed after its reply: its last lines go before.
                await self._listeners.wait_closed(CLOSING_SECONDS)
                self.audit.flush(everything=True)
            else:
                raise frames.BadFrame(f"{kind.name} is no command")
            self._send(Kind.REPLY, ended.to_bytes(4, "big"))

    def _replace(self, body: Mapping[str, Any]) -> int:
        ended = self.net.replace(rules.from_json(body["policy"]))
        self._hold_secrets(body)
        self._go_through_parent(body)
        return ended

    def _hold_secrets(self, body: Mapping[str, Any]) -> None:
        self.net.hold_secrets(
            body.get("secrets", {}),
            body.get("placeholders", {}),
            body.get("answers"),
            body.get("former"),
        )

    def _go_through_parent(self, body: Mapping[str, Any]) -> None:
        proxy = parent_proxy.from_json(body.get("parent"))
        self._upstream.go_through(proxy, lambda: _context(self.net))

    async def until_idle(self) -> None:
        """Leave once nothing has been going on for long enough."""
        quiet, seen = 0.0, self._listeners.activity
        while quiet < IDLE_SECONDS:
            await asyncio.sleep(TICK_SECONDS)
            self.audit.flush()
            now = self._listeners.activity
            is_quiet = self._listeners.is_idle and now == seen
            quiet, seen = (quiet + TICK_SECONDS if is_quiet else 0.0), now
        # Nothing is awaited from here on: what comes now waits for the next worker,
        # in the listeners, of which the supervisor has copies.
        self._listeners.close()
        self.audit.flush(everything=True)
        self.net.hand_over()
        self._send(Kind.IDLE)

    def _write(self, line: str) -> None:
        if self._writer.transport.get_write_buffer_size() > UNSENT_LIMIT:
            self.audit.count_unwritten("unsent")
        else:
            self._send(Kind.LINE, line.encode())

    def _keep(self, line: str) -> None:
        self._send(Kind.KEPT_LINE, line.encode())

    def _send(self, kind: Kind, payload: bytes = b"") -> None:
        self._writer.write(frames.encode(kind, payload))

    def _note(self, key: str, value: str) -> None:
        # Blocking: a note has left this process before what it stands for happens.
        self._notes.send(f"{key}\0{value}".encode())


def _context(net: TaskNet) -> ssl.SSLContext:
    return certificates.upstream_context(net.evaluator.policy.upstream_ca)
