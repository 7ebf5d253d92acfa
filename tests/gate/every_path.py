"""A client in a sandbox that tries one request by every path that leads to the gate."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.gate.gate_process import PATIENCE, GateProcess, Listening

PASSED = "200"


@dataclass(frozen=True)
class Wanted:
    """The request that is tried."""

    host: str
    port: int
    method: str
    path: str

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def head(self, target: str) -> bytes:
        return (
            f"{self.method} {target} HTTP/1.1\r\nHost: {self.place}\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()


class Denied(Exception):
    """The gate's status line, or an alert of TLS."""


async def _first(reader: asyncio.StreamReader) -> str:
    """The status of an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    status = head.split(" ", 2)[1]
    if status != PASSED:
        raise Denied(fields.get("X-Swarm-Deny", head.split("\r\n")[0]))
    return status


async def _tls(writer: asyncio.StreamWriter, wanted: Wanted) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    await writer.start_tls(context, server_hostname=wanted.host)


async def full_url(net: Listening, wanted: Wanted) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", net.explicit)
    with contextlib.closing(writer):
        writer.write(wanted.head(f"http://{wanted.place}{wanted.path}"))
        return await _first(reader)


async def connect(net: Listening, wanted: Wanted, tls: bool) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", net.explicit)
    with contextlib.closing(writer):
        writer.write(
            f"CONNECT {wanted.place} HTTP/1.1\r\nHost: {wanted.place}\r\n\r\n".encode()
        )
        await _first(reader)
        if tls:
            await _tls(writer, wanted)
        writer.write(wanted.head(wanted.path))
        return await _first(reader)


async def transparent(net: Listening, wanted: Wanted, tls: bool) -> str:
    await _ask_name(net.names_tcp, wanted.host)
    reader, writer = await asyncio.open_connection("127.0.0.1", net.transparent)
    with contextlib.closing(writer):
        if tls:
            await _tls(writer, wanted)
        writer.write(wanted.head(wanted.path))
        return await _first(reader)


async def _ask_name(port: int, host: str) -> None:
    """Ask for the name over TCP; an address is written as a name."""
    name = f"raw-{host.replace('.', '_')}" if host[-1].isdigit() else host
    labels = b"".join(bytes([len(x)]) + x.encode() for x in name.split("."))
    query = b"\0\7\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(len(query).to_bytes(2, "big") + query)
        await reader.readexactly(2)


PATHS: dict[str, Callable[[Listening, Wanted], Awaitable[str]]] = {
    "full URL": full_url,
    "CONNECT, TLS": lambda net, wanted: connect(net, wanted, tls=True),
    "CONNECT, HTTP": lambda net, wanted: connect(net, wanted, tls=False),
    "transparent, TLS": lambda net, wanted: transparent(net, wanted, tls=True),
    "transparent, HTTP": lambda net, wanted: transparent(net, wanted, tls=False),
}


async def answer(
    gate: GateProcess, name: str, net: Listening, path: str, wanted: Wanted
) -> str:
    """`200`, or the reason of the denial as the client or the audit has it.

    A client that is told nothing was denied its connection. The audit tells that once
    for all connections that are denied alike, perhaps after the client knows: the lines
    of other paths' requests are no answer, however many there are by then.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await PATHS[path](net, wanted)
    except Denied as denied:
        return str(denied)
    except TimeoutError:
        raise
    except (OSError, asyncio.IncompleteReadError):
        said = await gate.said(net=name, verdict="deny", phase="connect")
        return ", ".join(sorted({str(line["reason"]) for line in said}))
