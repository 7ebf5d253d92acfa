"""From the gate's lines to the journal's events, in batches, and no gap unseen."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from swarm.config.prices import Prices, TokenCounts
from swarm.engine.host.container_client import Line
from swarm.errors import SwarmError
from swarm.model import events as e
from swarm.store.journal import Journal

GATHER_SECONDS = 0.1
"""A batch is what comes in this time: one transaction, and soon on the screen."""
BATCH_LIMIT = 2000
_GONE = "gone"


class GateRecorder:
    """A thread that records what the gate tells; `heard` never blocks."""

    def __init__(
        self, journal: Journal, prices: Callable[[], Prices] = lambda: Prices({})
    ) -> None:
        self._journal = journal
        self._prices = prices
        self._answered: Callable[[int], None] = _nobody
        self._inbox: SimpleQueue[Line | None] = SimpleQueue()
        self._owners: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="netlog", daemon=True)
        self._thread.start()

    def set_answer_handler(self, answered: Callable[[int], None]) -> None:
        """Whom to tell of a task whose model's answer was just recorded."""
        self._answered = answered

    def register(self, net: str, task_id: int, last: int = 0) -> None:
        """Lines of this net are the task's; `last` is the newest number recorded."""
        self._numbers.setdefault(net, last)
        self._owners[net] = task_id

    def release(self, net: str) -> None:
        """The net is gone; what was heard of it until now is still recorded."""
        self._inbox.put({"net": net, "phase": _GONE})

    def last(self, net: str) -> int:
        """The newest number that is known; a gate that starts anew goes on from it."""
        return self._numbers.get(net, 0)

    def on_line(self, line: Line) -> None:
        """Leave a line to be recorded."""
        self._inbox.put(line)

    def close(self) -> None:
        """Record what is left, and end; blocks until it is done."""
        self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch = self._gathered()
            open_ended = None not in batch
            self._record([line for line in batch if line is not None])
            if not open_ended:
                return

    def _gathered(self) -> list[Line | None]:
        batch = [self._inbox.get()]
        pause = threading.Event()
        pause.wait(GATHER_SECONDS if batch[0] is not None else 0)
        while len(batch) < BATCH_LIMIT:
            try:
                batch.append(self._inbox.get_nowait())
            except Empty:
                break
        return batch

    def _record(self, lines: list[Line]) -> None:
        found: defaultdict[int, list[e.Event]] = defaultdict(list)
        for line in lines:
            net = str(line.get("net"))
            task_id = self._owners.get(net)
            if line.get("phase") == _GONE:
                self._owners.pop(net, None)
                self._numbers.pop(net, None)
            elif task_id is not None:
                found[task_id] += self._events(line)
        for task_id, events in found.items():
            try:
                if events:
                    self._journal.record(task_id, *events)
            except SwarmError as error:
                self._journal.record(None, e.Trouble("netlog", error.message))
            if any(isinstance(event, e.ModelAnswered) for event in events):
                self._answered(task_id)

    def _events(self, line: Line) -> list[e.Event]:
        net, number = str(line["net"]), int(line["seq"])
        expected = self._numbers.get(net, 0) + 1
        if number < expected:
            return []
        self._numbers[net] = number
        found: list[e.Event] = []
        if number > expected:
            found.append(e.NetGap(net, number - expected, "lost"))
        known = self._priced(event_of(line))
        return [*found, known] if known else found

    def _priced(self, event: e.Event | None) -> e.Event | None:
        """An answer of a model with what it cost, where its price is known."""
        if not isinstance(event, e.ModelAnswered):
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


def _nobody(_task_id: int) -> None:
    """Before anybody said whom to tell."""


def event_of(line: Mapping[str, Any]) -> e.Event | None:
    """What a line of the audit says; None for what no one needs to know."""
    phase, is_denial = line.get("phase"), line.get("verdict") == "deny"
    if is_denial:
        kind: type[e.Event] = e.NetDenied
    elif phase in _KINDS:
        kind = _KINDS[phase]
    else:
        return None
    more = {"count": line.get("n", 1), "missed": line.get("n", 0)}
    if not line.get("host"):
        more["locked"] = True  # what names no host is opened by no rule
    return _made(kind, {**line, **more})


_KINDS: dict[Any, type[e.Event]] = {
    "name": e.NameQueried,
    "connect": e.NetAllowed,
    "request": e.NetClosed,
    "close": e.NetClosed,
    "fail": e.NetFailed,
    "overflow": e.NetGap,
    "model": e.ModelAsked,
    "answer": e.ModelAnswered,
}
_USUAL: dict[str, Any] = {"host": "", "reason": "", "why": "too many to be written"}


def _made(kind: type[e.Event], line: Mapping[str, Any]) -> e.Event:
    fields: Any = kind.__dataclass_fields__
    made: e.Event = kind(
        **{
            name: line.get(name, _USUAL.get(name))
            for name in fields
            if name in line or name in _USUAL
        }
    )
    return made
