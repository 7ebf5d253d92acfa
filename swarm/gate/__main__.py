"""Runs the gate: commands in by standard input, lines out by standard output."""

import asyncio
import queue
import sys
import threading
from pathlib import Path

from swarm.gate import donate
from swarm.gate.audit import Audit
from swarm.gate.certs import Authority
from swarm.gate.control import LINE_LIMIT, Control
from swarm.gate.upstream import Upstream

KEYS = Path("/keys")
WAITING_LIMIT = 50_000
"""Lines, a few MB: a log that nobody takes must not eat the gate's memory."""


class Printer:
    """Writes lines from a thread of its own: a slow reader must not stop the gate."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._print, daemon=True).start()

    def write(self, line: str) -> None:
        """Leave a line to be written."""
        self._lines.put(line)

    def note(self, line: str) -> None:
        """As `write`; dropped while too many wait, which its number makes a gap."""
        if self._lines.qsize() < WAITING_LIMIT:
            self._lines.put(line)

    def _print(self) -> None:
        while True:
            sys.stdout.write(f"{self._lines.get()}\n")
            sys.stdout.flush()


async def main() -> None:
    """Serve until standard input ends; a keeper that dies does not end it."""
    printer = Printer()
    audit = Audit(printer.note)
    authority = Authority(KEYS)
    control = Control(audit, authority, Upstream())
    receiving = asyncio.ensure_future(donate.receive(donate.SOCKET, control.adopt))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    ticking = asyncio.ensure_future(_tick(control))
    while line := await reader.readline():
        printer.write(control.obey(line.decode("utf-8", "replace")))
    for one in (receiving, ticking):
        one.cancel()


async def _tick(control: Control) -> None:
    while True:
        await asyncio.sleep(1.0)
        control.second()


if __name__ == "__main__":
    try:
        import uvloop  # type: ignore[import-not-found]  # only in the gate's image
    except ImportError:
        asyncio.run(main())
    else:
        uvloop.run(main())
