"""Passes the questions of waiting hooks on to the keeper, and its answers back.

Each hook of the agent connects, says what it asks, and waits. One whose agent went on
is ended by the agent, which closes its connection: so a human who was first in the
terminal is noticed at once.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import time
from typing import Any

from swarm.box import line

NAME = "swarm-hooks"
"""Of its socket: no file, but a name in the sandbox's own network namespace."""
LINE_LIMIT = 256 << 10
MOST_WAITING = 32
SYNC_SECONDS = 4.0
"""A hook that waits for a keeper tries again within this time."""
BIND_SECONDS = 20.0


class Waiting:
    """The hooks that wait, each by the id of its question."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connections: dict[str, socket.socket] = {}
        self._answered: set[str] = set()

    def add(self, name: str, connection: socket.socket) -> bool:
        """False if the id is taken, or too many wait."""
        with self._guard:
            if name in self._connections or len(self._connections) >= MOST_WAITING:
                return False
            self._connections[name] = connection
            return True

    def remove(self, name: str) -> bool:
        """True if an answer was on its way to it."""
        with self._guard:
            self._connections.pop(name, None)
            was_answered = name in self._answered
            self._answered.discard(name)
            return was_answered

    def take(self, message: dict[str, Any]) -> None:
        """Answer the hook that the keeper's message is for, or let it go."""
        if "drop" in message:
            self.let_go({message["drop"]})
        else:
            self._answer(message)

    def _answer(self, message: dict[str, Any]) -> None:
        """Send the keeper's answer to the hook that it is for, once."""
        name = message.get("answer", "")
        with self._guard:
            connection = self._connections.get(name)
            if connection is None or name in self._answered:
                return
            self._answered.add(name)
        reply = {"with": message.get("with", ""), "text": message.get("text", "")}
        try:
            connection.sendall(json.dumps(reply).encode() + b"\n")
        except OSError:
            return

    def let_go(self, only: set[str] | None = None) -> None:
        """End the hooks that nobody answered: their agent is at something else now.

        Not every agent ends them itself when its human was first in the terminal.
        """
        with self._guard:
            names = self._connections.keys() - self._answered
            if only is not None:
                names &= only
            idle = [self._connections[name] for name in names]
        for connection in idle:
            with contextlib.suppress(OSError):
                connection.sendall(b"{}\n")


def main() -> None:
    """Serve until the keeper leaves."""
    waiting = Waiting()
    listener = _listener(sys.argv[1] if len(sys.argv) > 1 else NAME)
    line.serve(waiting.take)
    line.say(ready=True)
    threading.Timer(SYNC_SECONDS, lambda: line.say(sync=True)).start()
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=_carry, args=(connection, waiting), daemon=True).start()


def _listener(name: str) -> socket.socket:
    """The last relay may be ending still."""
    listener = socket.socket(socket.AF_UNIX)
    deadline = time.monotonic() + BIND_SECONDS
    while True:
        try:
            listener.bind(f"\0{name}")
        except OSError as error:
            if time.monotonic() > deadline:
                line.fault(f"its socket is taken by another program: {error}")
            time.sleep(0.1)
        else:
            listener.listen(MOST_WAITING)
            return listener


def _carry(connection: socket.socket, waiting: Waiting) -> None:
    with connection, connection.makefile("rb") as lines:
        try:
            message = json.loads(lines.readline(LINE_LIMIT))
        except (OSError, ValueError):
            return
        if not isinstance(message, dict):
            return
        question = message.get("ask")
        if not isinstance(question, dict) or not isinstance(question.get("id"), str):
            if "state" in message:
                waiting.let_go()
                line.say(**message)
            return
        name = question["id"]
        if not waiting.add(name, connection):
            return
        line.say(ask=question)
        try:
            has_taken = lines.readline(64) == b"taken\n"
        except OSError:
            has_taken = False
        if not waiting.remove(name):
            line.say(gone=name)
        elif has_taken:
            line.say(delivered=name)
        else:
            line.say(failed=name, why="its agent went on before it came")


if __name__ == "__main__":
    main()
