"""Stands between qwen's files and the keeper's far end, for as long as its screen runs.

`python3 -I qwen_files.py SOCKET` makes `SOCKET.out`, a pipe into which qwen writes what
happens, and `SOCKET.in`, a file from which it reads answers. The pipe is always read:
qwen writes no more for good once it is full. What is open is told to whoever connects.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LINE_LIMIT = 8 << 20
"""Bytes of one line of qwen's; the rest of a longer one is thrown away."""
MOST_OPEN = 64
SEND_SECONDS = 1.0
"""After which a far end that does not read is hung up on."""
REFUSAL_SECONDS = 2.0
"""Within which qwen says that an answer came too late; it looks twice a second."""
NOT_UNDERSTOOD = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
LATE = "it was answered in its terminal"
NOT_BEGUN = "qwen has not begun with it, and too many others came since"


class Relay:
    """What is open, and who hears of it."""

    def __init__(self, answers: Path) -> None:
        self._answers = answers
        self._guard = threading.RLock()
        self._listener: socket.socket | None = None
        self._open: dict[str, dict[str, Any]] = {}
        """Questions that wait, by id, as they are told."""
        self._tools: dict[str, str] = {}
        """Their ids, by the calls of tools that they are about."""
        self._given: dict[str, bool] = {}
        """Our answers that qwen has not taken yet."""
        self._texts: deque[tuple[str, int]] = deque()
        """The user's texts that qwen has not begun with, and their numbers.

        Two may have the same words; the one that came first is begun first.
        """

    def heard_by(self, wire: socket.socket) -> None:
        """From now on this far end is told, first of all that is open."""
        with self._guard:
            if self._listener is not None:
                self._listener.close()
            wire.settimeout(SEND_SECONDS)
            self._listener = wire
            self._say(ready=True)
            for question in self._open.values():
                self._say(ask=question)
            self._say(sync=True)

    def _say(self, **message: Any) -> None:
        if self._listener is None:
            return
        try:
            self._listener.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._listener.close()
            self._listener = None

    def read(self, text: bytes) -> None:
        """One line of qwen's; what is no use or cannot be read is passed over."""
        if b'"stream_event"' in text[:40]:
            return
        with contextlib.suppress(*NOT_UNDERSTOOD):
            message = json.loads(text)
            with self._guard:
                self._handle(str(message.get("type")), message)

    def _handle(self, kind: str, message: dict[str, Any]) -> None:
        if kind == "control_request":
            self._asked(str(message["request_id"]), message["request"])
        elif kind == "control_response":
            self._responded(message["response"])
        elif kind == "user":
            self._said(message["message"]["content"])
        elif kind == "system" and message.get("subtype") == "session_end":
            self._all_gone()

    def _asked(self, name: str, request: dict[str, Any]) -> None:
        if request.get("subtype") != "can_use_tool" or len(self._open) >= MOST_OPEN:
            return
        asked = {"tool_name": request["tool_name"], "tool_input": request["input"]}
        self._open[name] = {"id": name, **asked}
        self._tools[str(request.get("tool_use_id"))] = name
        self._say(ask=self._open[name])

    def _responded(self, response: dict[str, Any]) -> None:
        name = str(response["request_id"])
        if response.get("subtype") == "error":
            self._settle(name, str(response.get("error"))[:200])
            return
        ours = self._given.get(name)
        is_other = ours is not None and ours is not response["response"]["allowed"]
        self._settle(name, LATE if is_other else "")

    def _said(self, content: list[dict[str, Any]] | str) -> None:
        """The result of a tool, or the human's next prompt."""
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        results = [each for each in content if each.get("type") == "tool_result"]
        for each in results:
            self._settle(self._tools.get(str(each.get("tool_use_id")), ""))
        if not results:
            self._all_gone()
            self._begun("".join(str(each.get("text", "")) for each in content))

    def _begun(self, prompt: str) -> None:
        for waiting in self._texts:
            if waiting[0] == prompt.strip():
                self._texts.remove(waiting)
                self._say(sent=waiting[1])
                return

    def _all_gone(self) -> None:
        for name in list(self._open):
            self._settle(name)

    def _settle(self, name: str, failure: str = "") -> None:
        if self._open.pop(name, None) is None:
            return
        self._tools = {call: at for call, at in self._tools.items() if at != name}
        if self._given.pop(name, None) is None:
            self._say(gone=name)
        elif failure:
            self._say(failed=name, why=failure)
        else:
            self._say(delivered=name)

    def take(self, message: dict[str, Any]) -> None:
        """What the keeper says: an answer, a text, or that a question left the screen.

        Qwen takes a text at its prompt, and tells then of it.
        """
        with self._guard:
            if "send" in message:
                self._submit(message["send"], message["text"])
                return
            name = str(message.get("answer") or message.get("drop") or "")
            if name not in self._open or name in self._given:
                return
            if "drop" in message:
                self._settle(name)
            else:
                self._answer(name, message["with"] == "once", message["text"])

    def _answer(self, name: str, is_allowed: bool, text: str) -> None:
        self._given[name] = is_allowed
        answer = {"type": "confirmation_response", "request_id": name}
        lines = [{**answer, "allowed": is_allowed}]
        if text and not is_allowed:
            lines.append({"type": "submit", "text": text})
        try:
            self._write(lines)
        except OSError as error:
            self._settle(name, str(error))
            return
        # Qwen tells of each answer that it does not take, not of each that it takes.
        late = threading.Timer(REFUSAL_SECONDS, self._taken, (name,))
        late.daemon = True
        late.start()

    def _submit(self, number: int, text: str) -> None:
        if len(self._texts) >= MOST_OPEN:
            self._say(unsent=self._texts.popleft()[1], why=NOT_BEGUN)
        self._texts.append((text.strip(), number))
        try:
            self._write([{"type": "submit", "text": text}])
        except OSError as error:
            self._texts.pop()
            self._say(unsent=number, why=str(error)[:200])

    def _write(self, lines: list[dict[str, Any]]) -> None:
        with self._answers.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(each) + "\n" for each in lines))

    def _taken(self, name: str) -> None:
        with self._guard:
            self._settle(name)


def lines_of(pipe: int) -> Iterator[bytes]:
    """The lines of a pipe that never ends; of one that is too long nothing."""
    partial, is_too_long = b"", False
    while True:
        *lines, rest = os.read(pipe, 1 << 16).split(b"\n")
        for number, line in enumerate(lines):
            whole = partial + line if number == 0 else line
            if not (number == 0 and is_too_long):
                yield whole
        if lines:
            partial, is_too_long = b"", False
        if not is_too_long:
            partial += rest
        if len(partial) > LINE_LIMIT:
            partial, is_too_long = b"", True


def _serve(listener: socket.socket, relay: Relay) -> None:
    while True:
        wire = listener.accept()[0]
        relay.heard_by(wire)
        threading.Thread(target=_hear, args=(wire, relay), daemon=True).start()


def _hear(wire: socket.socket, relay: Relay) -> None:
    partial = b""
    while True:
        try:
            read = wire.recv(1 << 16)
        except TimeoutError:
            continue
        except OSError:
            return
        if not read or len(partial) > LINE_LIMIT:
            return
        *lines, partial = (partial + read).split(b"\n")
        for line in lines:
            with contextlib.suppress(*NOT_UNDERSTOOD):
                relay.take(json.loads(line))


def main(place: str) -> None:
    """Listen once the files are there, and read for ever."""
    events, answers = Path(f"{place}.out"), Path(f"{place}.in")
    for old in (events, answers, Path(place)):
        old.unlink(missing_ok=True)
    os.mkfifo(events, 0o600)
    pipe = os.open(events, os.O_RDWR)
    answers.touch()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    relay = Relay(answers)
    threading.Thread(target=_serve, args=(listener, relay), daemon=True).start()
    for text in lines_of(pipe):
        relay.read(text)


if __name__ == "__main__":
    main(sys.argv[1])
