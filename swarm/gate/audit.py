"""One JSON line per verdict and per closed connection, with numbers that show a gap."""

import json
import time
from collections.abc import Callable
from typing import Any

Write = Callable[[str], None]
FIRST, WINDOW = 1, 1.0
"""The first of equal denials is written at once, the others of a second as one."""
KEYS_LIMIT = 1000


class Audit:
    """Numbers lines per task; equal denials in one second become one line with `n`."""

    def __init__(self, write: Write, clock: Callable[[], float] = time.time) -> None:
        self._write = write
        self._clock = clock
        self._numbers: dict[str, int] = {}
        self._repeated: dict[tuple[str, ...], tuple[dict[str, Any], int, float]] = {}

    def say(self, task: str, phase: str, **facts: Any) -> None:
        """Write one line; `facts` without those that are empty."""
        number = self._numbers.get(task, 0) + 1
        self._numbers[task] = number
        kept = {key: value for key, value in facts.items() if value not in ("", None)}
        line = {"at": round(self._clock(), 3), "task": task, "seq": number}
        self._write(json.dumps({**line, "phase": phase, **kept}, ensure_ascii=True))

    def deny(self, task: str, phase: str, **facts: Any) -> None:
        """Write a denial, or count it where its equal was written in this second."""
        key = (task, phase, *(str(facts.get(name)) for name in _SAME))
        known = self._repeated.get(key)
        now = self._clock()
        if known and now - known[2] < WINDOW:
            self._repeated[key] = (known[0], known[1] + 1, known[2])
            return
        if len(self._repeated) >= KEYS_LIMIT:
            self.flush(everything=True)
        elif known:
            self._flush_one(key)
        self._repeated[key] = ({"phase": phase, **facts}, 0, now)
        self.say(task, phase, verdict="deny", n=1, **facts)

    def flush(self, everything: bool = False) -> None:
        """Write what was counted and is over; called once a second, and at the end."""
        now = self._clock()
        for key, (_, _, since) in list(self._repeated.items()):
            if everything or now - since >= WINDOW:
                self._flush_one(key)

    def forget(self, task: str) -> None:
        """The task is over; its numbers are not needed any more."""
        for key in [key for key in self._repeated if key[0] == task]:
            self._flush_one(key)
        self._numbers.pop(task, None)

    def _flush_one(self, key: tuple[str, ...]) -> None:
        facts, count, _ = self._repeated.pop(key)
        if count:
            phase = facts["phase"]
            rest = {name: value for name, value in facts.items() if name != "phase"}
            self.say(key[0], phase, verdict="deny", n=count, **rest)


_SAME = ("host", "port", "reason", "method", "path", "sni")
