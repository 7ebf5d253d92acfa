"""Runs the gate: commands in by standard input, lines out by standard output.

Three kinds of processes: this one supervises and holds the tasks' secrets, and reads
nothing that an agent wrote; one forks; each task that is at work has a worker.
"""

import asyncio
import queue
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from swarm.gate import certificates, event_loop, fork_server, listener_handover, worker
from swarm.gate.control import INPUT_LIMIT, Control
from swarm.gate.fork_server import ForkServer

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

    def note(self, line: str, kept: bool = False) -> None:
        """Write a line soon, together with others: each write wakes the keeper.

        Unless it is kept, it is dropped while too many lines wait; the gap shows in
        the numbers.
        """
        if self._blocks.qsize() >= WAITING_LIMIT and not kept:
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


async def supervise(server: ForkServer, keys: Path, handover: Path) -> None:
    """Serve until standard input ends, which the keeper's death does not cause."""
    printer = Printer()
    control = Control(server, printer.note, certificates.authority(keys))
    receiving = asyncio.ensure_future(
        listener_handover.receive(handover, control.adopt)
    )
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=INPUT_LIMIT)
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    loop.add_signal_handler(signal.SIGTERM, reader.feed_eof)
    running: set[asyncio.Task[None]] = set()

    async def answer(line: str) -> None:
        printer.write(await control.handle_command(line))

    async def obey() -> None:
        while line := await reader.readline():
            task = asyncio.ensure_future(answer(line.decode("utf-8", "replace")))
            running.add(task)
            task.add_done_callback(running.discard)

    forks = asyncio.ensure_future(server.listen())
    commands = asyncio.ensure_future(obey())
    await asyncio.wait([forks, commands], return_when=asyncio.FIRST_COMPLETED)
    if not commands.done():
        # No worker can start any more: the keeper starts another gate.
        raise SystemExit("the process that forks has ended")
    receiving.cancel()
    forks.cancel()
    await control.close()
    server.close()


def main(keys: Path, handover: Path) -> None:
    """Fork the process that forks, then supervise; blocks."""
    # No thread and no secret before this line.
    certificates.load_roots()
    certificates.rehearse()
    server = fork_server.start(partial(worker.run, keys=keys))
    event_loop.run(supervise(server, keys, handover))


if __name__ == "__main__":
    main(KEYS, listener_handover.SOCKET)
