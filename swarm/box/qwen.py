"""The keeper's line to `qwen_files`, which stands beside qwen's screen.

The path of its socket is its only word. A question is put here into a person's words.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import Any

from swarm.box import hook, line

START_SECONDS = 60.0
LINE_LIMIT = 16 << 20
ASKER = "ask_user_question"


class Line:
    """The connection, and what it is told."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._guard = threading.Lock()
        self._wire: socket.socket | None = None

    def follow(self) -> None:
        """Pass on what is said until it hangs up; OSError if nobody listens."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(self._place)
            self._wire = wire
            try:
                with wire.makefile("rb") as lines:
                    while text := lines.readline(LINE_LIMIT):
                        _pass_on(text)
            finally:
                self._wire = None

    def take(self, message: dict[str, Any]) -> None:
        """Hand on what the keeper says; without a connection it is lost."""
        wire = self._wire
        if wire is None:
            return
        try:
            with self._guard:
                wire.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            return


def _pass_on(text: bytes) -> None:
    try:
        message = json.loads(text)
        if "ask" in message:
            message["ask"] = question_of(message["ask"])
        line.say(**message)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError):
        line.say(unreadable="ask")


def question_of(asked: dict[str, Any]) -> dict[str, Any]:
    """What the keeper is asked; qwen's file takes yes or no, once, and nothing else."""
    tool = str(asked["tool_name"])
    known = "AskUserQuestion" if tool == ASKER else tool
    question = hook.question_of({**asked, "tool_name": known})
    if tool == ASKER:
        question |= {"answerable": False, "parts": [], "tool": tool}
    return {**question, "id": str(asked["id"]), "always": False}


def main() -> None:
    """Follow it until the keeper leaves; connect again whenever it hangs up."""
    far = Line(sys.argv[1])
    line.serve(far.take)
    why = "nothing listens beside its screen"
    line.keep_following(far.follow, START_SECONDS, why)


if __name__ == "__main__":
    main()
