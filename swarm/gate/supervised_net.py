"""One task's net as the supervisor holds it: what outlives the task's workers."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

from swarm.gate.fork_server import ForkServer
from swarm.gate.task_worker import NOTES_LIMIT, TaskWorker
from swarm.gate.worker_memory import prune_uses
from swarm.policy import rules

WriteLine = Callable[[str, bool], None]
"""Writes a line to the keeper; False as its second argument lets it be shed."""
RETRY_SECONDS = 1.0
"""The pause after a worker that crashed or could not start; then twice as long."""
LONGEST_RETRY = 8.0


class SupervisedNet:
    """Holds listeners, policy, secrets and memory; starts a worker when one is due.

    The supervisor reads nothing that an agent wrote: a worker's lines and notes are
    bytes to it.
    """

    def __init__(
        self, name: str, config: dict[str, Any], server: ForkServer, write: WriteLine
    ) -> None:
        self._name = name
        self._config = config
        self._server = server
        self._write_line = write
        self._loop = asyncio.get_running_loop()
        self._number = 0
        self._is_cut = False
        self._is_closed = False
        self._memory: dict[str, str] = {}
        self._listeners: list[socket.socket] = []
        self._worker: TaskWorker | None = None
        self._starting: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        self._failures = 0

    @property
    def has_listeners(self) -> bool:
        """True if the task's own namespace leads here."""
        return bool(self._listeners)

    def resume(self, number: int) -> None:
        """Number lines on from the last one that the keeper has; never back."""
        self._number = max(self._number, number)

    def listen(self, listeners: list[socket.socket]) -> None:
        """Take over listeners, in place of those that came before."""
        self._unwatch()
        old, self._listeners = self._listeners, listeners
        for listener in listeners:
            listener.setblocking(False)
        for listener in old:
            listener.close()
        if self._worker:
            self._worker.kill()  # it serves the old ones
        else:
            self._watch()

    async def replace(self, config: dict[str, Any]) -> int:
        """Put another policy in force; how many connections that ended.

        The first that allows something is the one of a task that is about to start:
        its worker is started ahead, and its first connection waits for no process.
        """
        async with self._changing:
            begins = not _allows(self._config) and _allows(config)
            self._config = config
            prune_uses(self._memory, rules.from_json(config["policy"]))
            await self._settle()
            if self._worker:
                return await self._worker.replace(config)
            if begins and self._listeners and not self._is_closed:
                self._wake()
            return 0

    async def cut(self) -> int:
        """Let nothing pass until `uncut`; how many connections that ended."""
        async with self._changing:
            self._is_cut = True
            await self._settle()
            if not self._worker:
                return 0
            worker = self._worker
            ended = await worker.cut()
            await worker.wait()
            return ended

    async def uncut(self) -> None:
        """Let the policy decide again."""
        async with self._changing:
            self._is_cut = False
            await self._settle()
            if self._worker:
                # It was started to say no to everybody; the next one need not.
                self._worker.kill()
                await self._worker.wait()

    async def close(self) -> None:
        """End the net: its worker, its listeners."""
        self._is_closed = True
        self._unwatch()
        await self._settle()
        if self._worker:
            self._worker.kill()
            await self._worker.wait()
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()

    async def _settle(self) -> None:
        """Wait until no worker is between its fork and its first command."""
        if self._starting:
            await asyncio.wait([self._starting])

    def _watch(self) -> None:
        """Start a worker once something waits in a listener."""
        if self._is_closed or self._worker or self._starting:
            return
        for listener in self._listeners:
            self._loop.add_reader(listener, self._wake)

    def _unwatch(self) -> None:
        for listener in self._listeners:
            self._loop.remove_reader(listener)

    def _wake(self) -> None:
        self._unwatch()
        if not self._starting and not self._worker:
            self._starting = asyncio.ensure_future(self._start())

    async def _start(self) -> None:
        worker = TaskWorker(self._server, self)
        body = {**self._config, "memory": self._memory, "cut": self._is_cut}
        try:
            await worker.start(self._listeners, body)
        except OSError as error:
            self._starting = None
            self._fail(f"no process could be started for it: {error.strerror}")
            return
        self._worker, self._starting = worker, None

    def line(self, text: bytes, kept: bool) -> None:
        """Number a worker's line and write it."""
        self._number += 1
        # A text within the line: whatever the worker wrote, the net and the number
        # are ours.
        line = {
            "net": self._name,
            "seq": self._number,
            "line": text.decode("utf-8", "replace"),
        }
        self._write_line(json.dumps(line), kept)

    def note(self, key: str, value: str) -> None:
        """Keep a worker's note for the next one."""
        if key in self._memory or len(self._memory) < NOTES_LIMIT:
            self._memory[key] = value
        elif self._worker:
            self._worker.kill()

    def ended(self, reason: str) -> None:
        """The worker is gone; the next connection starts another."""
        if self._worker and self._worker.is_killed and not reason:
            self.line(b'{"phase": "killed"}', kept=True)
        self._worker = None
        if reason and not self._is_closed:
            self._fail(reason)
        else:
            self._failures = 0
            self._watch()

    def _fail(self, reason: str) -> None:
        """Tell of it, and wait a while: a worker that dies at once starts no loop."""
        delay = min(RETRY_SECONDS * 2**self._failures, LONGEST_RETRY)
        self._failures += 1
        body = json.dumps({"phase": "crash", "reason": reason})
        self.line(body.encode(), kept=True)
        self._loop.call_later(delay, self._watch)


def _allows(config: dict[str, Any]) -> bool:
    return bool(config["policy"]["rules"])
