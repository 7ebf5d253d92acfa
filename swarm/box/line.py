"""The line to the keeper: one JSON object each way on standard output and input.

The keeper speaks first. A program that its keeper has left ends at once, and the next
keeper starts another.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

TEXT = 16_000
"""Characters of any text that is passed on."""
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


def text_of(value: Any, limit: int = TEXT) -> str:
    """The value as a text of bounded length."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[:limit] + "…"
