"""Decides what each agent is doing, and records it where that has changed.

One thread for all tasks. It waits for news: an event of a task, a batch of the sensor's
lines, a claim. What changes by time alone is looked at once a second, from memory. No
task has a process, a query or a thread of its own.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from swarm.engine.agent_signals import RunningCommand, Signals
from swarm.engine.context import EngineContext
from swarm.engine.record_allowance import RecordAllowance
from swarm.engine.tasks import after_limit
from swarm.errors import SwarmError
from swarm.model import events
from swarm.model.agent_state import FACTS, AgentState, AgentStatus
from swarm.model.state_rules import TOOLS_REFUSED, Claim, StateFacts, decide
from swarm.model.task import RUNNING, State, Task
from swarm.model.usage import Usage

_LOG = logging.getLogger(__name__)
PASS_SECONDS = 1.0
"""Between two looks at all tasks, for what changes by time alone."""
GATHER_SECONDS = 0.05
"""News that arrive within this time are looked at together."""
STEADY_SECONDS = 1.0
"""What an agent works on is recorded once in this time at most."""
WORDS_SECONDS = 10.0
"""So are other words of the same evidence, such as its next command."""
CLAIMS_AT_ONCE, CLAIMS_PER_SECOND = 60, 0.2
"""Rows that an agent's own words may cause: so many at once, and so many a second."""
SAME_SECONDS = 1.0
"""Times of a limit that differ by less are the same: two clocks are compared."""
BUSY_CPU = 0.2
"""Cores; a screen that blinks uses less."""
_DECIDED = RUNNING - {State.QUEUED}


@dataclass(slots=True)
class _Watched:
    """One task, as it was last read, and since when; times are monotonic."""

    task: Task
    moments: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By name the time of day that was read, and when that was."""
    status: AgentStatus | None = None
    """As `decide` made it last."""
    stored: AgentStatus | None = None
    """As it was recorded last, at `recorded`."""
    recorded: float = 0.0
    denied: float | None = None
    denied_host: str = ""
    allowance: RecordAllowance = field(
        default_factory=lambda: RecordAllowance(CLAIMS_AT_ONCE, CLAIMS_PER_SECOND)
    )


class StateWatch:
    """Owns the thread that decides; `start` begins it, `close` ends it."""

    def __init__(
        self,
        context: EngineContext,
        newest_usage: Callable[[int], Usage | None],
        sees_commands: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sees_commands` is true if the sensor tells of commands."""
        self._context = context
        self._newest_usage = newest_usage
        self._sees_commands = sees_commands
        self._signals = context.signals
        self._monotonic = monotonic
        self._watched: dict[int, _Watched] = {}
        self._offset = 0.0
        """Time of day less monotonic time, at this pass."""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="states", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; blocks until it did."""
        self._closed.set()
        self._signals.close()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, news: Iterable[int], is_all: bool = False) -> None:
        """Read the tasks of which there is news, then decide on these, or on all."""
        self._offset = self._context.clock() - self._monotonic()
        changed = set(news)
        for task_id in changed:
            self._read(task_id)
        for task_id in list(self._watched) if is_all else changed:
            if task_id in self._watched:
                self._decide(task_id)

    def _run(self) -> None:
        self._signals.decide_here()
        next_pass, is_missed = 0.0, True
        while not self._closed.is_set():
            news = self._signals.wait(max(0.0, next_pass - self._monotonic()))
            is_all = self._monotonic() >= next_pass
            try:
                if is_missed:
                    news |= {task.id for task in self._context.read().tasks.all()}
                    is_missed = False
                self.look(news, is_all)
            except SwarmError as error:
                _LOG.warning("the agents' states: %s", error)
                is_missed = True
            except Exception:  # noqa: BLE001 - the states of all end with this thread
                _LOG.exception("the agents' states")
                is_missed = True
            if is_all:
                next_pass = self._monotonic() + PASS_SECONDS
            self._closed.wait(GATHER_SECONDS)

    def _read(self, task_id: int) -> None:
        """Take up the task as it is stored now."""
        try:
            task = self._context.read().tasks.get(task_id)
        except SwarmError:
            self._watched.pop(task_id, None)
            return
        watched = self._watched.get(task_id)
        if watched is None:
            if not _is_decided(task):
                return
            watched = self._watched[task_id] = _Watched(task)
            self._take_up(watched)
        self._see_denial(watched, task)
        if watched.task.state is not task.state and task.state is State.PROVISIONING:
            self._signals.forget(task_id)
            watched = self._watched[task_id] = _Watched(task)
        if task.agent_status is None:
            watched.stored = None
        watched.task = task

    def _take_up(self, watched: _Watched) -> None:
        """Begin with what an earlier keeper stored of the task."""
        task = watched.task
        if task.state is State.LIVE:
            commands = self._context.read().audit.open_commands(task.id)
            self._signals.open_commands(task.id, commands)
        status = task.agent_status
        if status is None:
            return
        evidence = status.evidence
        at = self._steady(evidence.at)
        if evidence.source not in FACTS and not task.questions:
            claim = Claim(
                status.state, evidence.source, evidence.rule, evidence.text, at
            )
            self._signals.seed(task.id, claim)
        if status.detail == TOOLS_REFUSED:
            self._signals.tools_refused(task.id, TOOLS_REFUSED)
        if status.state is AgentState.STALLED:
            watched.denied, watched.denied_host = at, status.detail
        watched.status = watched.stored = replace(
            status,
            since=self._steady(status.since),
            evidence=replace(evidence, at=at),
            until=_moved(status.until, -self._offset),
        )

    def _see_denial(self, watched: _Watched, task: Task) -> None:
        if task.net.denied <= watched.task.net.denied:
            return
        denial = self._context.read().events.last(events.NetDenied, task.id)
        if denial is not None:
            watched.denied, watched.denied_host = self._monotonic(), denial.host

    def _decide(self, task_id: int) -> None:
        watched = self._watched[task_id]
        task = watched.task
        if not _is_decided(task) or task.paused:
            if task.state not in RUNNING:
                self._leave(task_id)
            return
        facts = self._facts(watched)
        status = decide(facts)
        lasts = facts.now - watched.recorded
        if _is_news(watched.stored, status, lasts) and self._may_record(
            watched, status
        ):
            self._record(watched, status)
            watched.stored, watched.recorded = status, facts.now
        watched.status = status
        if task.state not in RUNNING:
            self._leave(task_id)

    def _may_record(self, watched: _Watched, status: AgentStatus) -> bool:
        """False for the words of an agent that says so much: its newest come later."""
        is_fact = status.evidence.is_fact
        return is_fact or watched.allowance.take(self._monotonic())

    def _leave(self, task_id: int) -> None:
        self._watched.pop(task_id, None)
        self._signals.end(task_id)

    def _record(self, watched: _Watched, status: AgentStatus) -> None:
        """Store it with times of day."""
        evidence = status.evidence
        stored = replace(
            status,
            since=status.since + self._offset,
            evidence=replace(evidence, at=evidence.at + self._offset),
            until=_moved(status.until, self._offset),
        )
        changed = events.AgentStateChanged.of(stored)
        recorded = self._context.journal.record(watched.task.id, changed)
        assert recorded is not None
        watched.task = recorded

    def _facts(self, watched: _Watched) -> StateFacts:
        task, now = watched.task, self._monotonic()
        signals = self._signals.of(task.id)
        command = _tool(task, signals, self._moment(watched, "first_asked"))
        limit, refusal = task.limit, task.refusal
        return StateFacts(
            now=now,
            task_state=task.state,
            began=self._moment(watched, "changed") or now,
            is_headless=task.way == "headless",
            exit_code=task.exit_code,
            failed_with_0=task.failed_with_0,
            reason=task.reason,
            has_work=_has_work(task),
            refused_tools=signals.refused_tools,
            open_requests=task.model.open_requests,
            asked=self._moment(watched, "asked"),
            answered=self._moment(watched, "answered"),
            prompted=self._moment(watched, "prompted"),
            model_host=task.model.host,
            limit=limit and replace(limit, until=_moved(limit.until, -self._offset)),
            waits_for_limit=after_limit.waits(self._context, task),
            refusal=refusal and replace(refusal, since=self._steady(refusal.since)),
            questions=task.questions,
            denied=watched.denied,
            denied_host=watched.denied_host,
            command=command.text if command else "",
            command_began=command.began if command else 0.0,
            command_ended=signals.command_ended,
            files=signals.files,
            busy=self._busy(task.id),
            sees_commands=self._sees_commands(),
            claims=tuple(signals.claims.values()),
            before=watched.status,
        )

    def _busy(self, task_id: int) -> float | None:
        usage = self._newest_usage(task_id)
        if usage is None or usage.cpu < BUSY_CPU:
            return None
        return self._steady(usage.at)

    def _moment(self, watched: _Watched, name: str) -> float | None:
        """The monotonic time of a stored time of day, as it was when it was read."""
        task = watched.task
        owner = task if name in _TASK_MOMENTS else task.model
        at: float | None = getattr(owner, name)
        if at is None:
            watched.moments.pop(name, None)
            return None
        read = watched.moments.get(name)
        if read is None or read[0] != at:
            read = watched.moments[name] = (at, self._steady(at))
        return read[1]

    def _steady(self, at: float) -> float:
        return min(self._monotonic(), at - self._offset)


_TASK_MOMENTS = ("changed", "prompted")


def _is_decided(task: Task) -> bool:
    """True for a task whose agent has a state: it runs, or it ran and has ended."""
    if task.state in _DECIDED:
        return True
    return task.agent_status is not None and task.state in _ENDED


_ENDED = frozenset({State.STOPPED, State.LOST})


def _is_news(stored: AgentStatus | None, now: AgentStatus, lasts: float) -> bool:
    """True if another state, time or contradiction is to be stored.

    What it works on, and other words, only once the stored one `lasts`; in seconds.
    """
    if stored is None or _essence(stored) != _essence(now):
        return True
    if stored.until and now.until and abs(stored.until - now.until) > SAME_SECONDS:
        return True
    if _subject(stored) != _subject(now):
        return lasts >= STEADY_SECONDS
    return lasts >= WORDS_SECONDS and stored.evidence.text != now.evidence.text


def _essence(status: AgentStatus) -> tuple[object, ...]:
    return status.state, status.contradiction, status.until is None


def _subject(status: AgentStatus) -> tuple[str, ...]:
    return status.detail, status.evidence.source, status.evidence.rule


def _tool(
    task: Task, signals: Signals, first_asked: float | None
) -> RunningCommand | None:
    """The newest command that is not the agent itself or of its own start.

    What such a command has started is part of it.
    """
    running = signals.commands
    if task.agent != "command":
        if first_asked is None:
            return None
        running = {p: one for p, one in running.items() if one.began > first_asked}
    outer = (one for one in running.values() if one.parent not in running)
    return max(outer, key=lambda one: one.began, default=None)


def _has_work(task: Task) -> bool:
    """False once a snapshot after its end shows that nothing has changed."""
    review = task.review
    return not review.tree or bool(review.files or review.commits)


def _moved(at: float | None, by: float) -> float | None:
    return None if at is None else at + by
