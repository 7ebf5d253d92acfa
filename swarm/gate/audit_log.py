"""One JSON line per verdict and per closed connection of one task's network."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from swarm.gate.denied import Denied
from swarm.policy import own_names

Write = Callable[[str], None]
WINDOW = 1.0
"""Seconds; the first of equal denials is written at once, the others as one line."""
DENIALS_LIMIT = 1000
"""Different denials that are counted at once."""
LINES_LIMIT = 200
"""Lines in one second about what was let through.

More are counted by kind, and the numbers are written.
"""
NOISE_LIMIT = 100
"""Lines in one second that an agent causes by asking alone: denials, names.

They have a limit of their own, so that noise leaves room for what was let through.
"""
ANSWERS_LIMIT = 20
"""Lines about model answers in one second; the counts of more are added up.

So many requests to models are written, too; each tells how many are open.
"""
"""Lines about model answers in one second; the counts of more are added up."""
LIMITS_LIMIT = 20
"""Lines about limits and refusals in one second; of more the newest is written."""
_LIMIT_IDENTITY = ("host", "kind", "why", "key", "model")
_IDENTITY_FACTS = ("host", "port", "reason", "method", "path", "sni")
_ANSWER_IDENTITY = (
    *("host", "provider", "model", "status", "estimated", "limited", "asked"),
)
_SUMS = ("tokens_in", "tokens_out", "tokens_cached", "tokens_cache_written")
_SUMS_1H = (*_SUMS, "tokens_cache_written_1h")


@dataclass(slots=True)
class _RepeatedDenial:
    """A denial that was written, and the number of its repetitions since."""

    facts: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0
    count: int = 0


class AuditLog:
    """Writes what one task's network does; the supervisor numbers the lines."""

    def __init__(
        self,
        write: Write,
        keep: Write | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`keep` writes a line that is never shed: budgets count on it."""
        self._write_line = write
        self._keep_line = keep or write
        self._clock = clock
        self._repeated: dict[tuple[str, ...], _RepeatedDenial] = {}
        self._asked: dict[str, Any] = {}
        """A request that was not written, and how many were open after it."""
        self._open = 0
        self._answers: dict[tuple[str, ...], dict[str, Any]] = {}
        self._limits: dict[tuple[str, ...], dict[str, Any]] = {}
        self._limits_written: set[tuple[str, ...]] = set()
        self.limits = 0
        """Limits of models that hosts told so far."""
        self._window = 0.0
        self._lines: Counter[str] = Counter()
        self._unwritten: Counter[str] = Counter()

    def write(self, phase: str, **facts: Any) -> None:
        """Write one line with the facts that are not empty."""
        self._roll()
        is_noise = phase == "name" or facts.get("verdict") == "deny"
        lane, limit = ("noise", NOISE_LIMIT) if is_noise else ("work", LINES_LIMIT)
        self._lines[lane] += 1
        if self._lines[lane] > limit:
            self.count_unwritten(phase, int(facts.get("n", 1)))
            return
        self._write_line(self._text(phase, facts))

    def asked(self, **facts: Any) -> None:
        """Write that a request to a model is open: never shed.

        Of many in a second the last is written when the second is over: `open` says
        how many are open then.
        """
        self._roll()
        self._open = int(facts["open"])
        self._lines["asked"] += 1
        if self._lines["asked"] <= ANSWERS_LIMIT:
            self._keep_line(self._text("model", facts))
        else:
            self._asked = facts

    def answered(self, **facts: Any) -> None:
        """Write a model's answer: never shed; many in a second are added up."""
        self._roll()
        self._open = int(facts.get("open") or 0)
        if facts.get("tokens_out") and not facts.get("limited"):
            # What was told before and is not yet written has passed since.
            for key, told in list(self._limits.items()):
                if _same_model(told, facts):
                    del self._limits[key]
        self._lines["answer"] += 1
        if self._lines["answer"] <= ANSWERS_LIMIT:
            self._keep_line(self._text("answer", facts))
            return
        key = tuple(str(facts.get(name)) for name in _ANSWER_IDENTITY)
        total = self._answers.setdefault(key, {**facts, **dict.fromkeys(_SUMS_1H, 0)})
        for name in _SUMS_1H:
            total[name] += int(facts.get(name) or 0)
        total["n"] = total.get("n", 0) + 1

    def limited(self, **facts: Any) -> None:
        """Write a model's limit: never shed; of equal ones in a second the last."""
        self.limits += 1
        self._limit("limit", facts)

    def refused(self, **facts: Any) -> None:
        """Write that a model's host refuses the task, as `limited` does."""
        self._limit("refusal", facts)

    def _limit(self, phase: str, facts: dict[str, Any]) -> None:
        self._roll()
        key = (phase, *(str(facts.get(name)) for name in _LIMIT_IDENTITY))
        if key not in self._limits_written:
            if len(self._limits_written) < LIMITS_LIMIT:
                self._limits_written.add(key)
                self._keep_line(self._text(phase, facts))
                return
            if key not in self._limits and len(self._limits) >= LIMITS_LIMIT:
                key = (phase, "of many")
        count = self._limits.get(key, {}).get("n", 0) + 1
        self._limits[key] = {**facts, "n": count, "phase": phase}

    def login_refused(self, **facts: Any) -> None:
        """Write that a host refuses a login's token: never shed, once for a token."""
        self._keep_line(self._text("login", facts))

    def count_unwritten(self, phase: str, number: int = 1) -> None:
        """Count lines that were not written; their number is, by kind."""
        self._unwritten[phase] += number

    def denied(self, denial: Denied, phase: str, **request: Any) -> None:
        """Write a denial of a request, or count it if its equal came in this second.

        Every denial is written by this function, so that all of them carry the same
        facts: reason, rule, if a grant opens it, if it is quiet.
        """
        facts = {**request, **denial.facts()}
        if own_names.is_wrong_door(str(request.get("host") or ""), denial.reason):
            facts["quiet"] = True  # nothing was to leave the sandbox
        key = (phase, *(str(facts.get(name)) for name in _IDENTITY_FACTS))
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
        self.write(phase, verdict="deny", n=1, **facts)

    def flush(self, everything: bool = False) -> None:
        """Write what was counted in windows that are over, or all of it."""
        now = self._clock()
        for key, repeated in list(self._repeated.items()):
            if everything or now - repeated.since >= WINDOW:
                self._write_repeated(key)
        if everything or now - self._window >= WINDOW:
            self._write_counted()

    def _roll(self) -> None:
        now = self._clock()
        if now - self._window >= WINDOW:
            self._write_counted()
            self._window = now
            self._lines.clear()
            self._limits_written.clear()

    def _write_counted(self) -> None:
        asked, self._asked = self._asked, {}
        if asked:
            self._keep_line(self._text("model", {**asked, "open": self._open}))
        answers, self._answers = self._answers, {}
        for facts in answers.values():
            self._keep_line(self._text("answer", {**facts, "open": self._open}))
        told, self._limits = self._limits, {}
        for facts in told.values():
            self._keep_line(self._text(facts.pop("phase"), facts))
        if self._unwritten:
            kinds, self._unwritten = dict(self._unwritten), Counter()
            facts = {"n": sum(kinds.values()), "kinds": kinds}
            self._keep_line(self._text("overflow", facts))

    def _text(self, phase: str, facts: dict[str, Any]) -> str:
        filled = {key: value for key, value in facts.items() if value not in ("", None)}
        line = {"at": round(self._clock(), 3), "phase": phase, **filled}
        return json.dumps(line, ensure_ascii=True)

    def _write_repeated(self, key: tuple[str, ...]) -> None:
        repeated = self._repeated.pop(key)
        if repeated.count:
            facts = dict(repeated.facts)
            self.write(facts.pop("phase"), verdict="deny", n=repeated.count, **facts)


def _same_model(limit: dict[str, Any], answer: dict[str, Any]) -> bool:
    """True if the answer is of the host and the model that the limit is about."""
    asked = answer.get("asked") or limit.get("model")
    is_same = (limit.get("model") or asked) == asked
    return limit.get("host") == answer.get("host") and is_same
