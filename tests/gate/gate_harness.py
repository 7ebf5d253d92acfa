"""A gate in this process: real sockets, real TLS, names from a table."""

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swarm.gate.audit_log import AuditLog
from swarm.gate.certificates import Authority, upstream_context
from swarm.gate.connection_handler import ConnectionHandler
from swarm.gate.listeners import Listeners
from swarm.gate.task_net import TaskNet
from swarm.gate.upstream import Upstream
from swarm.policy.rules import Policy, Rule

LOCAL = ("127.0.0.0/8",)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class GateHarness:
    """One task's net, and what it wrote."""

    net: TaskNet
    upstream: Upstream
    gate_ca: Authority
    web_ca: Authority
    lines: list[dict[str, Any]]
    proxy: int
    """The explicit proxy's port here."""
    straight: int
    names_port: int
    names_tcp_port: int
    listeners: Listeners
    table: dict[str, list[str]] = field(default_factory=dict)
    """What names lead to."""
    clients: list["Client"] = field(default_factory=list)

    def allow(self, *rules: Rule, **settings: Any) -> None:
        """Another policy; servers of this machine may be reached."""
        self.net.replace(Policy(rules=rules, allow_nets=LOCAL, **settings))

    async def dial(self) -> "Client":
        """A connection to the explicit proxy."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy)
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    async def connect(self, where: str) -> "Client":
        """A tunnel to `host:port`; its answer's first line is in `status`."""
        client = await self.dial()
        await client.send(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
        client.status = (await client.head()).split("\r\n")[0]
        return client

    async def connect_straight(self, name: str) -> "Client":
        """A connection that the transparent listener takes to be to this name.

        Its port is the listener's own: there is no kernel between that knew another.
        """
        self.net.names._by_address["127.0.0.1"] = name
        reader, writer = await asyncio.open_connection("127.0.0.1", self.straight)
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    def said(self, **facts: object) -> list[dict[str, Any]]:
        """The lines that say all of this."""
        self.net.audit.flush(everything=True)
        return [
            line
            for line in self.lines
            if all(line.get(key) == value for key, value in facts.items())
        ]


@dataclass
class Client:
    """What an agent's program has in hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: str = ""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> str:
        """Up to the empty line; what there is where the other side closes."""
        try:
            return (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError as error:
            return error.partial.decode("latin-1")

    async def rest(self) -> bytes:
        """Everything until the other side closes."""
        async with asyncio.timeout(60):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read(-1)
        return b""

    async def tls(self, trusted: Authority, name: str) -> None:
        """TLS from here on, as a client that trusts this authority."""
        context = ssl.create_default_context(cadata=trusted.certificate)
        async with asyncio.timeout(60):
            await self.writer.start_tls(context, server_hostname=name)


@contextlib.asynccontextmanager
async def open_gate_harness(folder: Path) -> AsyncIterator[GateHarness]:
    """A gate with one net that allows nothing."""
    for name in ("gate", "web"):
        (folder / name).mkdir()
    gate_ca, web_ca = Authority(folder / "gate"), Authority(folder / "web")
    lines: list[dict[str, Any]] = []
    table: dict[str, list[str]] = {}

    async def resolver(name: str) -> list[str]:
        if name not in table:
            raise OSError(f"no such name: {name}")
        return table[name]

    upstream = Upstream(resolver)
    audit = AuditLog(lambda text: lines.append(json.loads(text)))
    net = TaskNet(Policy(allow_nets=LOCAL), audit)
    out = upstream_context((web_ca.certificate,))
    sockets = [_listening(kind) for kind in ("tcp", "tcp", "udp", "tcp")]
    front = ConnectionHandler(net, upstream, gate_ca, lambda: out)
    listeners = Listeners(net, front, sockets)
    ports = [one.getsockname()[1] for one in sockets]
    try:
        harness = GateHarness(
            net,
            upstream,
            gate_ca,
            web_ca,
            lines,
            ports[0],
            ports[1],
            ports[2],
            ports[3],
            listeners,
            table,
        )
        yield harness
    finally:
        for client in harness.clients:
            client.writer.transport.abort()
        listeners.close()
        await asyncio.sleep(0)


def _listening(kind: str) -> socket.socket:
    made = socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
    )
    made.bind(("127.0.0.1", 0))
    if kind == "tcp":
        made.listen(64)
    return made


@contextlib.asynccontextmanager
async def server(
    serve: Serve, authority: Authority | None = None, name: str = ""
) -> AsyncIterator[int]:
    """A server on a free port, with TLS where an authority is given."""
    context = authority.context(name) if authority else None
    writers: list[asyncio.StreamWriter] = []

    async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(OSError):
            await serve(reader, writer)

    running = await asyncio.start_server(kept, "127.0.0.1", 0, ssl=context)
    async with running:
        yield running.sockets[0].getsockname()[1]
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each request with its own head as JSON."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *fields = head.strip().split("\r\n")
            named = dict(one.split(": ", 1) for one in fields)
            size = int(
                {k.lower(): v for k, v in named.items()}.get("content-length", 0)
            )
            body = await reader.readexactly(size)
            told = json.dumps(
                {"line": first, "fields": named, "body": len(body)}
            ).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(told), told)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
