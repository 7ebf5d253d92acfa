"""One JSON line per verdict and per closed connection, with numbers that show a gap."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.gate.denied import Denied

Write = Callable[[str], None]
WINDOW = 1.0
"""Seconds; the first of equal denials is written at once, the others as one line."""
DENIALS_LIMIT = 1000
"""Different denials that are counted at once, of all nets."""
LINES_LIMIT = 200
"""Lines of one net in one second; more are counted, and the number is written."""
_IDENTITY_FACTS = ("host", "port", "reason", "method", "path", "sni")


@dataclass(slots=True)
class _LineCounter:
    """The lines that one net caused."""

    number: int = 0
    window: float = 0.0
    lines: int = 0
    unwritten: int = 0


@dataclass(slots=True)
class _RepeatedDenial:
    """A denial that was written, and the number of its repetitions since."""

    facts: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0
    count: int = 0


class AuditLog:
    """Numbers the lines of each net, so that a lost line leaves a gap."""

    def __init__(self, write: Write, clock: Callable[[], float] = time.time) -> None:
        self._write_line = write
        self._clock = clock
        self._counters: dict[str, _LineCounter] = {}
        self._repeated: dict[tuple[str, ...], _RepeatedDenial] = {}

    def write(self, net: str, phase: str, **facts: Any) -> None:
        """Write one line with the facts that are not empty."""
        counter, now = self._counters.setdefault(net, _LineCounter()), self._clock()
        if now - counter.window >= WINDOW:
            self._write_overflow(net, counter)
            counter.window, counter.lines = now, 0
        counter.lines += 1
        if counter.lines > LINES_LIMIT:
            counter.unwritten += int(facts.get("n", 1))
            return
        self._write_numbered(net, counter, phase, facts)

    def _write_numbered(
        self, net: str, counter: _LineCounter, phase: str, facts: dict[str, Any]
    ) -> None:
        counter.number += 1
        filled = {key: value for key, value in facts.items() if value not in ("", None)}
        line = {"at": round(self._clock(), 3), "net": net, "seq": counter.number}
        self._write_line(
            json.dumps({**line, "phase": phase, **filled}, ensure_ascii=True)
        )

    def _write_overflow(self, net: str, counter: _LineCounter) -> None:
        if counter.unwritten:
            self._write_numbered(net, counter, "overflow", {"n": counter.unwritten})
            counter.unwritten = 0

    def resume(self, net: str, number: int) -> None:
        """Go on from the last number that the keeper has; never back."""
        counter = self._counters.setdefault(net, _LineCounter())
        counter.number = max(counter.number, number)

    def denied(self, denial: Denied, net: str, phase: str, **request: Any) -> None:
        """Write a denial of a request, or count it if its equal came in this second.

        Every denial is written by this function, so that all of them carry the same
        facts: reason, rule, if a grant opens it, if it is quiet.
        """
        facts = {**request, **denial.facts()}
        key = (net, phase, *(str(facts.get(name)) for name in _IDENTITY_FACTS))
        repeated, now = self._repeated.get(key), self._clock()
        if repeated and now - repeated.since < WINDOW:
            repeated.count += 1
            return
        if repeated:
            self._write_repeated(key)
        elif len(self._repeated) >= DENIALS_LIMIT:
            for other in list(self._repeated):
                self._write_repeated(other)
        self._repeated[key] = _RepeatedDenial({"phase": phase, **facts}, now)
        self.write(net, phase, verdict="deny", n=1, **facts)

    def flush(self, everything: bool = False) -> None:
        """Write the repeated denials of windows that are over, or all of them."""
        now = self._clock()
        for key, repeated in list(self._repeated.items()):
            if everything or now - repeated.since >= WINDOW:
                self._write_repeated(key)
        for net, counter in self._counters.items():
            if everything or now - counter.window >= WINDOW:
                self._write_overflow(net, counter)

    def forget(self, net: str) -> None:
        """Write the last lines of a net that is closed, and drop its numbers."""
        for key in [key for key in self._repeated if key[0] == net]:
            self._write_repeated(key)
        counter = self._counters.pop(net, None)
        if counter:
            self._write_overflow(net, counter)

    def _write_repeated(self, key: tuple[str, ...]) -> None:
        repeated = self._repeated.pop(key)
        if repeated.count:
            facts = dict(repeated.facts)
            self.write(
                key[0], facts.pop("phase"), verdict="deny", n=repeated.count, **facts
            )
