"""One JSON line per verdict and per closed connection, with numbers that show a gap."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.gate.denied import Denied

Write = Callable[[str], None]
WINDOW = 1.0
"""Seconds: the first of equal denials is written at once, the others as one line."""
KEYS_LIMIT = 1000
"""Different denials that are counted at once, of all nets."""
LINES_LIMIT = 200
"""Lines of one net in one second; more are counted, and the number is written."""
_SAME = ("host", "port", "reason", "method", "path", "sni")


@dataclass(slots=True)
class _LineCounter:
    """How much one net made us write."""

    number: int = 0
    window: float = 0.0
    lines: int = 0
    unwritten: int = 0


@dataclass(slots=True)
class _Repeated:
    """A denial that was written, and how often it came again since."""

    facts: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0
    count: int = 0


class AuditLog:
    """Numbers the lines of each net, so that a lost one is missed."""

    def __init__(self, write: Write, clock: Callable[[], float] = time.time) -> None:
        self._write = write
        self._clock = clock
        self._told: dict[str, _LineCounter] = {}
        self._repeated: dict[tuple[str, ...], _Repeated] = {}

    def say(self, net: str, phase: str, **facts: Any) -> None:
        """Write one line; `facts` without those that are empty."""
        told, now = self._told.setdefault(net, _LineCounter()), self._clock()
        if now - told.window >= WINDOW:
            self._overflow(net, told)
            told.window, told.lines = now, 0
        told.lines += 1
        if told.lines > LINES_LIMIT:
            told.unwritten += int(facts.get("n", 1))
            return
        self._line(net, told, phase, facts)

    def _line(
        self, net: str, told: _LineCounter, phase: str, facts: dict[str, Any]
    ) -> None:
        told.number += 1
        kept = {key: value for key, value in facts.items() if value not in ("", None)}
        line = {"at": round(self._clock(), 3), "net": net, "seq": told.number}
        self._write(json.dumps({**line, "phase": phase, **kept}, ensure_ascii=True))

    def _overflow(self, net: str, told: _LineCounter) -> None:
        if told.unwritten:
            self._line(net, told, "overflow", {"n": told.unwritten})
            told.unwritten = 0

    def resume(self, net: str, number: int) -> None:
        """Go on from a number that is known already; never back."""
        told = self._told.setdefault(net, _LineCounter())
        told.number = max(told.number, number)

    def denied(self, denial: Denied, net: str, phase: str, **request: Any) -> None:
        """Write a denial of a request, or count it if its equal came in this second.

        Every denial is written by this function, so that all of them carry the same
        facts: reason, rule, whether a grant opens it, whether it is quiet.
        """
        facts = {**request, **denial.facts()}
        key = (net, phase, *(str(facts.get(name)) for name in _SAME))
        known, now = self._repeated.get(key), self._clock()
        if known and now - known.since < WINDOW:
            known.count += 1
            return
        if known:
            self._flush_one(key)
        elif len(self._repeated) >= KEYS_LIMIT:
            for other in list(self._repeated):
                self._flush_one(other)
        self._repeated[key] = _Repeated({"phase": phase, **facts}, now)
        self.say(net, phase, verdict="deny", n=1, **facts)

    def flush(self, everything: bool = False) -> None:
        """Write what was counted and is over; called once a second, and at the end."""
        now = self._clock()
        for key, known in list(self._repeated.items()):
            if everything or now - known.since >= WINDOW:
                self._flush_one(key)
        for net, told in self._told.items():
            if everything or now - told.window >= WINDOW:
                self._overflow(net, told)

    def forget(self, net: str) -> None:
        """The net is over; its numbers are not needed any more."""
        for key in [key for key in self._repeated if key[0] == net]:
            self._flush_one(key)
        told = self._told.pop(net, None)
        if told:
            self._overflow(net, told)

    def _flush_one(self, key: tuple[str, ...]) -> None:
        known = self._repeated.pop(key)
        if known.count:
            facts = dict(known.facts)
            self.say(key[0], facts.pop("phase"), verdict="deny", n=known.count, **facts)
