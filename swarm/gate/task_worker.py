"""The supervisor's side of one worker: its start, its commands and its end."""

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from swarm.gate import frames
from swarm.gate.fork_server import ForkServer
from swarm.gate.frames import BadFrame, Kind

ANSWER_SECONDS = 0.1
"""A worker that takes longer to obey is killed: what it does may not go on."""
NOTE_BYTES = 4096
NOTES_AT_ONCE = 64
"""Then the other workers have their turn."""
NOTES_LIMIT = 8192
"""Notes that are kept of one task; a worker that wants more is killed."""
LINES_PER_SECOND = 2000
"""Lines that a worker may send; its own limits are far below."""


class Sink(Protocol):
    """What the owner of a worker does with what comes from it."""

    def line(self, text: bytes, kept: bool) -> None:
        """Take one line for the audit; `kept` ones must not be shed."""

    def note(self, key: str, value: str) -> None:
        """Keep a value for the next worker."""

    def ended(self, reason: str) -> None:
        """The worker is gone; `reason` is empty if that was in order."""


@dataclass(slots=True)
class _Budget:
    """Counts the lines of the second that runs."""

    second: int = 0
    lines: int = 0

    def spend(self, now: float) -> bool:
        if int(now) != self.second:
            self.second, self.lines = int(now), 0
        self.lines += 1
        return self.lines <= LINES_PER_SECOND


class TaskWorker:
    """One running worker. Nothing that it sends is read but by kind and length."""

    def __init__(self, server: ForkServer, sink: Sink) -> None:
        self._server = server
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._pid = 0
        self._writer: asyncio.StreamWriter | None = None
        self._notes: socket.socket | None = None
        self._replies: asyncio.Queue[int | None] = asyncio.Queue()
        self._obeying = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._is_killed = False

    @property
    def is_killed(self) -> bool:
        """It was ended at once, whatever it was at: it wrote no last lines."""
        return self._is_killed

    async def start(
        self, listeners: Sequence[socket.socket], body: Mapping[str, Any]
    ) -> None:
        """Fork it and hand it listeners, policy, secrets and memory; OSError."""
        control, its_control = socket.socketpair()
        notes, its_notes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        files = [each.fileno() for each in (its_control, its_notes, *listeners)]
        try:
            self._pid = await self._server.fork(files)
        except OSError:
            control.close()
            notes.close()
            raise
        finally:
            its_control.close()
            its_notes.close()
        notes.setblocking(False)
        self._notes = notes
        self._loop.add_reader(notes, self._read_notes)
        reader, self._writer = await asyncio.open_unix_connection(sock=control)
        self._writer.write(frames.encode(Kind.BEGIN, json.dumps(body).encode()))
        self._reading = asyncio.ensure_future(self._read(reader))

    async def replace(self, body: Mapping[str, Any]) -> int:
        """Put another policy in force; how many connections that ended.

        A worker that does not obey at once is killed; then the number is 0.
        """
        return await self._command(Kind.POLICY, json.dumps(body).encode())

    async def cut(self) -> int:
        """End every connection, and the worker with them; how many there were."""
        ended = await self._command(Kind.CUT, b"")
        self.kill()
        return ended

    def kill(self) -> None:
        """End the worker at once; `Sink.ended` follows."""
        self._is_killed = True
        if self._pid:
            self._server.kill(self._pid)

    async def wait(self) -> None:
        """Return once it is gone."""
        if self._reading:
            await asyncio.wait([self._reading])

    async def _command(self, kind: Kind, payload: bytes) -> int:
        async with self._obeying:
            if self._writer is None or (self._reading and self._reading.done()):
                return 0
            self._writer.write(frames.encode(kind, payload))
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await self._replies.get() or 0
            except TimeoutError:
                self.kill()
                return 0

    async def _read(self, reader: asyncio.StreamReader) -> None:
        reason = "it ended without a word"
        try:
            reason = await self._read_frames(reader)
        except BadFrame as bad:
            reason = f"it sent {bad}"
        except (asyncio.IncompleteReadError, OSError):
            if self._is_killed:
                reason = ""
        finally:
            self._end(reason)

    async def _read_frames(self, reader: asyncio.StreamReader) -> str:
        budget = _Budget()
        while True:
            kind, payload = await frames.read(reader, frames.LINE_LIMIT)
            if kind in (Kind.LINE, Kind.KEPT_LINE):
                if not budget.spend(self._loop.time()):
                    return "it sent more lines than a worker may"
                self._sink.line(payload, kept=kind is Kind.KEPT_LINE)
            elif kind is Kind.REPLY:
                self._replies.put_nowait(int.from_bytes(payload[:4], "big"))
            elif kind is Kind.IDLE:
                return ""
            else:
                raise BadFrame(f"a frame of kind {kind.name}")

    def _read_notes(self) -> None:
        assert self._notes is not None
        if not self._take_notes(self._notes, NOTES_AT_ONCE):
            self._loop.remove_reader(self._notes)

    def _take_notes(self, notes: socket.socket, most: int) -> bool:
        """Take the notes that wait; False once the worker can send no more."""
        with suppress(BlockingIOError):
            for _ in range(most):
                note = notes.recv(NOTE_BYTES)
                if not note:
                    return False
                key, _, value = note.decode("utf-8", "replace").partition("\0")
                self._sink.note(key, value)
        return True

    def _end(self, reason: str) -> None:
        """Take the last notes, bury what is left, and tell the owner once."""
        if self._notes is not None:
            notes, self._notes = self._notes, None
            self._loop.remove_reader(notes)
            with suppress(OSError):
                self._take_notes(notes, NOTES_LIMIT)
            notes.close()
        if self._writer:
            self._writer.close()
        self._server.kill(self._pid)
        self._replies.put_nowait(None)
        self._sink.ended(reason)
