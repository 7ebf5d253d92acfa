"""Serves one task's listeners, which were handed over from its namespace."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from swarm.gate import dns
from swarm.gate.connection_handler import ConnectionHandler
from swarm.gate.denied import Denied
from swarm.gate.task_net import TaskNet
from swarm.gate.transport import Wire

Serve = Callable[[socket.socket], Coroutine[Any, Any, None]]
OUT_OF_FILES_SECONDS = 0.05
"""The wait until the next try to accept."""
DNS_TCP_SECONDS = 10.0
"""The limit for one query by TCP."""
_QUERY_LIMIT = 4096
_QUERIES_AT_ONCE = 64
"""Then the others have their turn."""


class Listeners:
    """Accepts on sockets in a task's own namespace, so the client is never in doubt."""

    def __init__(
        self, net: TaskNet, handler: ConnectionHandler, sockets: list[socket.socket]
    ) -> None:
        self._net = net
        self._handler = handler
        self._sockets = sockets
        for listener in sockets:
            listener.setblocking(False)
        explicit, transparent, names, names_tcp = sockets
        self._running: set[asyncio.Task[None]] = set()
        self.activity = 0
        """Connections and queries so far."""
        self._loop = asyncio.get_running_loop()
        self._listen(explicit, handler.explicit)
        self._listen(transparent, handler.transparent)
        self._listen(names_tcp, self._serve_dns_tcp)
        self._loop.add_reader(names, self._read_queries, names)

    @property
    def is_idle(self) -> bool:
        """True if nothing is open."""
        return not self._running

    async def wait_closed(self, seconds: float) -> None:
        """Return once no connection is open, or after that time."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def close(self) -> None:
        """Stop, and end everything that is open; fine to call twice."""
        for task in self._running:
            task.cancel("closed")
        while self._sockets:
            listener = self._sockets.pop()
            self._loop.remove_reader(listener)
            listener.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        # asyncio itself holds tasks weakly: without this some vanish in mid-connection.
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _listen(self, listener: socket.socket, serve: Serve) -> None:
        if listener.fileno() >= 0:
            self._loop.add_reader(listener, self._accept, listener, serve)

    def _accept(self, listener: socket.socket, serve: Serve) -> None:
        """Accept one connection; the loop calls again at once if more wait."""
        try:
            accepted, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:  # out of files, which the agent can cause; it passes
            self._loop.remove_reader(listener)
            self._loop.call_later(OUT_OF_FILES_SECONDS, self._listen, listener, serve)
            return
        self.activity += 1
        self._start(serve(accepted))

    def _read_queries(self, names: socket.socket) -> None:
        """Answer what waits; uvloop has no other way to read datagrams."""
        for _ in range(_QUERIES_AT_ONCE):
            try:
                query, sender = names.recvfrom(_QUERY_LIMIT)
                self.activity += 1
                data = self._answer(query)
                if data:
                    names.sendto(data, sender)
            except OSError:
                return

    async def _serve_dns_tcp(self, accepted: socket.socket) -> None:
        async def answer(wire: Wire) -> None:
            async with asyncio.timeout(DNS_TCP_SECONDS):
                await self._answer_over_tcp(wire)

        await self._handler.serve(accepted, answer, phase="dns")

    async def _answer_over_tcp(self, wire: Wire) -> None:
        """Answer one query, which its length in two bytes precedes (RFC 1035)."""
        data = b""
        while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            if not (more := await wire.recv()):
                return
            data += more
            if len(data) > 2 + _QUERY_LIMIT:
                return
        answer = self._answer(data[2 : 2 + int.from_bytes(data[:2], "big")])
        if answer:
            await wire.send(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, query: bytes) -> bytes:
        name_count = len(self._net.names)
        answer = dns.answer(query, self._net.names)
        if answer is None:
            return b""
        if len(self._net.names) > name_count:
            self._net.note_name(answer.name)
            self._net.audit.write("name", host=answer.name)
        if answer.code in dns.REASONS:
            self._net.audit.denied(
                Denied(dns.REASONS[answer.code]),
                "dns",
                host=answer.name[:253],
                method=str(answer.kind),
            )
        return answer.data
