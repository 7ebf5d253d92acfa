"""Runs the gate: commands in by standard input, lines out by standard output."""

import asyncio
import queue
import signal
import sys
import threading
from pathlib import Path

from swarm.gate import listener_handover
from swarm.gate.audit_log import AuditLog
from swarm.gate.certificates import Authority
from swarm.gate.control import LINE_LIMIT, Control
from swarm.gate.upstream import Upstream

KEYS = Path("/keys")
GATHER_SECONDS = 0.02
WAITING_LIMIT = 500
"""Blocks of lines, a few MB: an unread log must not fill the gate's memory."""


class Printer:
    """Writes lines from a thread of its own: a slow reader must not stop the gate."""

    def __init__(self) -> None:
        self._notes: list[str] = []
        self._blocks: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._print, daemon=True).start()

    def write(self, line: str) -> None:
        """Write a line at once, after the lines that were noted before."""
        self._notes.append(line)
        self._flush()

    def note(self, line: str) -> None:
        """Write a line soon, together with others: each write wakes the keeper.

        It is dropped while too many lines wait; the gap shows in the numbers.
        """
        if self._blocks.qsize() >= WAITING_LIMIT:
            return
        if not self._notes:
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._flush)
        self._notes.append(line)

    def _flush(self) -> None:
        if self._notes:
            self._blocks.put("\n".join([*self._notes, ""]))
            self._notes.clear()

    def _print(self) -> None:
        while True:
            sys.stdout.write(self._blocks.get())
            sys.stdout.flush()


async def main() -> None:
    """Serve until standard input ends, which the keeper's death does not cause."""
    printer = Printer()
    audit = AuditLog(printer.note)
    authority = Authority(KEYS)
    control = Control(audit, authority, Upstream())
    receiving = asyncio.ensure_future(
        listener_handover.receive(listener_handover.SOCKET, control.adopt)
    )
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    loop.add_signal_handler(signal.SIGTERM, reader.feed_eof)
    ticking = asyncio.ensure_future(_tick(control))
    while line := await reader.readline():
        printer.write(control.handle_command(line.decode("utf-8", "replace")))
    for task in (receiving, ticking):
        task.cancel()


async def _tick(control: Control) -> None:
    while True:
        await asyncio.sleep(1.0)
        control.tick()


if __name__ == "__main__":
    try:
        import uvloop  # type: ignore[import-not-found]  # only in the gate's image
    except ImportError:
        asyncio.run(main())
    else:
        uvloop.run(main())
