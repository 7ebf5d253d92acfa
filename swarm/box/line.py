"""The line to the keeper: one JSON object each way on standard output and input.

The keeper speaks first. A program that its keeper has left ends at once, and the next
keeper starts another.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

TEXT = 16_000
"""Characters of any text that is passed on."""
RETRY_SECONDS = 0.3
_GUARD = threading.Lock()


def say(**message: Any) -> None:
    """Tell the keeper; blocks while it does not read."""
    line = json.dumps(message, separators=(",", ":")).encode() + b"\n"
    with _GUARD:
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except OSError:
            os._exit(0)


def fault(reason: str) -> None:
    """Say why there is no channel, and end."""
    say(fault=reason[:300])
    os._exit(1)


def serve(take: Callable[[dict[str, Any]], None]) -> None:
    """Hand each message of the keeper's to `take`, on a thread of its own.

    Returns once the keeper has spoken for the first time.
    """
    if not sys.stdin.buffer.readline():
        os._exit(0)

    def read() -> None:
        for line in sys.stdin.buffer:
            take(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()


def hand_on(
    message: dict[str, Any],
    answer: Callable[[str, str, str], None],
    send: Callable[[int, str], None],
) -> None:
    """Hand on what the keeper says: a question's answer, or a text of the user's."""
    if "answer" in message:
        answer(message["answer"], message["with"], message["text"])
    elif "send" in message:
        send(message["send"], message["text"])


def keep_following(follow: Callable[[], None], seconds: float, why: str) -> NoReturn:
    """Call `follow` again whenever it ends, until the keeper leaves.

    Ends with the fault `why` once it has failed for so many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            follow()
            deadline = time.monotonic() + seconds
        except (OSError, ValueError):
            pass
        if time.monotonic() > deadline:
            fault(why)
        time.sleep(RETRY_SECONDS)


def text_of(value: Any, limit: int = TEXT) -> str:
    """The value as a text of bounded length."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[:limit] + "…"
