"""Records the gate's lines as events, in batches; a lost line is recorded as a gap."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from queue import Empty, SimpleQueue
from typing import Any

from swarm.config.prices import Prices, TokenCounts
from swarm.engine.host.container_client import Line
from swarm.errors import NoRoom, SwarmError
from swarm.model import events
from swarm.model.events import Event
from swarm.model.limits import KINDS as LIMIT_KINDS
from swarm.model.limits import REFUSED_WORDS
from swarm.model.safe_text import safe_line
from swarm.store.journal import Journal

GATHER_SECONDS = 0.1
"""Lines that arrive within this time are recorded in one transaction."""
BATCH_LIMIT = 2000
SETTLE_SECONDS = 2.0
"""The longest time that `settle` blocks for."""
RETRY_SECONDS = 1.0
"""The pause before what could not be recorded is tried again."""
HELD_LIMIT = 20_000
"""Events that wait for room; more are counted as a gap."""
TEXT = 300
"""Characters that are kept of what a model's host says."""
_LATEST = 1e11
"""Seconds since the epoch; no clock of ours shows a later time."""
_NET_RELEASED = "net released"
"""The phase of our own line that marks the end of a net's lines."""
_GATE_REPLACED = "gate replaced"
"""The phase of our own line after which no earlier request is open."""
_ENDS_REQUESTS = frozenset({"crash", "killed"})
"""Phases after which no request of the net is open."""


class GateRecorder:
    """A thread that records the gate's lines; `on_line` never blocks."""

    def __init__(
        self, journal: Journal, prices: Callable[[], Prices] = lambda: Prices({})
    ) -> None:
        self._journal = journal
        self._prices = prices
        self._on_answer: Callable[[int], None] = _ignore_answer
        self._on_refused_login: Callable[[str, str], None] = _ignore_refused_login
        self._inbox: SimpleQueue[Line | threading.Event | None] = SimpleQueue()
        self._owners: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._limits: dict[int, tuple[str, str]] = {}
        """Of each limited task the host and the model whose answer lifts the limit."""
        self._held: defaultdict[int, list[Event]] = defaultdict(list)
        """Of each task what could not be recorded yet, as on a full disk."""
        self._thread = threading.Thread(target=self._run, name="netlog", daemon=True)
        self._thread.start()

    def set_answer_handler(self, on_answer: Callable[[int], None]) -> None:
        """Call `on_answer` with the task's id after a model's answer is recorded."""
        self._on_answer = on_answer

    def set_login_handler(self, on_refused: Callable[[str, str], None]) -> None:
        """Call `on_refused` with secret and token's digest if a host refuses one."""
        self._on_refused_login = on_refused

    def register(
        self,
        net: str,
        task_id: int,
        last: int = 0,
        limited_by: tuple[str, str] | None = None,
    ) -> None:
        """Credit this net's lines to the task; `last` is the newest recorded number.

        `limited_by` are host and model that limit it already, if they do.
        """
        self._numbers.setdefault(net, last)
        if limited_by:
            self._limits[task_id] = limited_by
        self._owners[net] = task_id

    def release(self, net: str) -> None:
        """Record the net's lines that came until now, and no later one."""
        self._inbox.put({"net": net, "phase": _NET_RELEASED})

    def forget_open(self, net: str) -> None:
        """Record that no request of the net is open: another gate serves it now."""
        self._inbox.put({"net": net, "phase": _GATE_REPLACED})

    def last(self, net: str) -> int:
        """The net's newest line number; a new gate continues from it."""
        return self._numbers.get(net, 0)

    def on_line(self, line: Line) -> None:
        """Queue a line to be recorded."""
        self._inbox.put(line)

    def settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Block until the lines that came until now are recorded, or the time is over.

        An agent's end may be known before the answer that it ended for.
        """
        recorded = threading.Event()
        self._inbox.put(recorded)
        recorded.wait(seconds)

    def close(self) -> None:
        """Record the queued lines and end the thread; blocks until both are done."""
        self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            self._record([item for item in batch if isinstance(item, dict)])
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()
            if None in batch:
                return

    def _next_batch(self) -> list[Line | threading.Event | None]:
        """The lines of a moment; empty if what is held is to be tried again."""
        pause = threading.Event()
        try:
            batch = [self._inbox.get(timeout=RETRY_SECONDS if self._held else None)]
        except Empty:
            return []
        pause.wait(GATHER_SECONDS if isinstance(batch[0], dict) else 0)
        while len(batch) < BATCH_LIMIT:
            try:
                batch.append(self._inbox.get_nowait())
            except Empty:
                break
        return batch

    def _record(self, lines: list[Line]) -> None:
        new_events, self._held = self._held, defaultdict(list)
        for line in lines:
            net = str(line.get("net"))
            task_id = self._owners.get(net)
            if line.get("phase") == _NET_RELEASED:
                self._owners.pop(net, None)
                self._numbers.pop(net, None)
            elif line.get("phase") == _GATE_REPLACED:
                if task_id is not None:
                    new_events[task_id].append(events.ModelRequestsLost(net))
            elif task_id is not None:
                events_of_line = self._events(line)
                new_events[task_id] += events_of_line
                new_events[task_id] += self._lifted(task_id, events_of_line, line)
                if line.get("phase") == "login":
                    self._on_refused_login(
                        str(line.get("secret")), str(line.get("token"))
                    )
        for task_id, task_events in new_events.items():
            try:
                if task_events:
                    self._journal.record(task_id, *task_events)
            except NoRoom:
                self._held[task_id] = _shortened(task_events)
                continue
            except SwarmError as error:
                with suppress(SwarmError):
                    trouble = events.Trouble("netlog", error.message)
                    self._journal.record(None, trouble)
            if any(isinstance(event, events.ModelAnswered) for event in task_events):
                self._on_answer(task_id)

    def _events(self, line: Line) -> list[Event]:
        """The line's event, after a gap if lines before it are missing."""
        net, number = str(line["net"]), int(line["seq"])
        expected = self._numbers.get(net, 0) + 1
        if number < expected:
            return []
        self._numbers[net] = number
        gap = [events.NetGap(net, number - expected, "lost")]
        event = self._priced(event_of(line))
        told = [event] if event else []
        if line.get("phase") in _ENDS_REQUESTS:
            told.append(events.ModelRequestsLost(net))
        return (gap if number > expected else []) + told

    def _lifted(
        self, task_id: int, line_events: list[Event], line: Line
    ) -> list[Event]:
        """The limit's end, if an answer shows it: words, asked for after the limit."""
        for event in line_events:
            if isinstance(event, events.ModelLimited):
                self._limits[task_id] = event.host, event.model
            elif (
                isinstance(event, events.ModelAnswered)
                and event.tokens_out
                and not event.limited
                and _is_of(self._limits.get(task_id), event.host, line.get("asked"))
            ):
                del self._limits[task_id]
                return [events.ModelLimitLifted(event.host, "answered")]
        return []

    def _priced(self, event: Event | None) -> Event | None:
        """The event; a model's answer gets its cost if the model's price is known."""
        if not isinstance(event, events.ModelAnswered):
            return event
        try:
            price = self._prices().find(event.model)
        except SwarmError:
            return event
        if price is None:
            return event
        tokens = TokenCounts(
            input=event.tokens_in,
            cache_read=event.tokens_cached,
            cache_write=event.tokens_cache_written,
            cache_write_1h=event.tokens_cache_written_1h,
            output=event.tokens_out,
        )
        return replace(event, cost=price.of(tokens), priced=True)


def _is_of(limit: tuple[str, str] | None, host: str, asked: object) -> bool:
    """True if an answer of this host and model is one of the limit's."""
    if limit is None or limit[0] != host:
        return False
    return not limit[1] or not asked or limit[1] == asked


def _shortened(waiting: list[Event]) -> list[Event]:
    """The newest of what waits, after one gap that counts the others."""
    if len(waiting) <= HELD_LIMIT:
        return waiting
    earlier = waiting[: -HELD_LIMIT // 2]
    missed = sum(e.missed if isinstance(e, events.NetGap) else 1 for e in earlier)
    gap = events.NetGap("", missed, "the disk was full")
    return [gap, *waiting[-HELD_LIMIT // 2 :]]


def _ignore_refused_login(_secret: str, _token: str) -> None:
    """Stands in until a handler is set."""


def _ignore_answer(_task_id: int) -> None:
    """Stands in until a handler is set."""


def event_of(line: Line) -> Event | None:
    """The event that a line of the gate's audit stands for, if it stands for one."""
    if line.get("verdict") == "deny":
        return _denied(line)
    parse = _PARSERS.get(str(line.get("phase")))
    return parse(line) if parse else None


def _denied(line: Line) -> Event:
    facts = {**line, "count": line.get("n", 1)}
    if not line.get("host"):
        facts["locked"] = True  # no rule can allow a request that names no host
    return _copy(events.NetDenied, facts)


def _overflow(line: Line) -> Event:
    missed, kinds = int(line.get("n", 0)), line.get("kinds")
    reason = "too many to be written"
    if isinstance(kinds, dict) and kinds:
        parts = (f"{int(n)} {safe_line(str(kind), 20)}" for kind, n in kinds.items())
        reason += f": {', '.join(parts)}"
    return events.NetGap(str(line["net"]), missed, reason)


def _crash(line: Line) -> Event:
    reason = safe_line(str(line.get("reason", "")), 200)
    return events.Trouble(
        "gate",
        f"the gate's process for this task ended: {reason}; its connections are "
        "closed, and the next one starts another",
    )


def _limit(line: Line) -> Event:
    until, kind = line.get("until"), line.get("kind")
    facts = {
        **_told(line),
        "kind": kind if kind in LIMIT_KINDS else "usage",
        "until": until if type(until) is float and 0 < until < _LATEST else None,
    }
    return _copy(events.ModelLimited, facts)


def _refusal(line: Line) -> Event:
    why = line.get("why")
    facts = {**_told(line), "why": why if why in REFUSED_WORDS else "forbidden"}
    return _copy(events.ModelRefused, facts)


def _told(line: Line) -> dict[str, Any]:
    """The line with its text as one harmless line, and its count by our name."""
    text = safe_line(str(line.get("text", "")), TEXT)
    return {**line, "text": text, "count": line.get("n", 1)}


def _copier(kind: type[Event]) -> Callable[[Line], Event]:
    return lambda line: _copy(kind, line)


def _copy(kind: type[Event], line: Mapping[str, Any]) -> Event:
    """An event whose fields bear the names that the gate gives them in its line."""
    facts = {"host": "", "reason": "", **line}
    names = {field.name for field in fields(kind)}
    return kind.from_json({name: facts[name] for name in names & facts.keys()})


_PARSERS: dict[str, Callable[[Line], Event]] = {
    "name": _copier(events.NameQueried),
    "connect": _copier(events.NetAllowed),
    "request": _copier(events.NetClosed),
    "close": _copier(events.NetClosed),
    "fail": _copier(events.NetFailed),
    "echo": lambda line: _copy(
        events.SecretMasked, {**line, "count": line.get("masked", 1)}
    ),
    "overflow": _overflow,
    "crash": _crash,
    "model": _copier(events.ModelAsked),
    "answer": _copier(events.ModelAnswered),
    "limit": _limit,
    "refusal": _refusal,
}
"""A function for each phase that the gate writes."""
