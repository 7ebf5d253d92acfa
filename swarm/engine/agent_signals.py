"""What reaches the keeper about its agents between two events of the journal.

Claims of side channels, streams, titles and screens, and what the sensor's lines tell
of commands and files. It is kept in memory by the monotonic clock, so that a clock that
is set moves nothing; `state_watch` reads it.
"""

import shlex
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from swarm.model.activity import HUMAN, Action, Batch, PathActivity, area
from swarm.model.agent_state import AgentState, Source
from swarm.model.safe_text import safe_line
from swarm.model.state_rules import ENOUGH_ENDS, Claim

TEXT = 200
"""Characters that are kept of a claim's text, and of a command."""
MOST_COMMANDS = 512
"""Commands at work that are remembered of one task; the oldest are forgotten."""
ENDS_SECONDS = 30.0
"""For which a source's words of an end are counted."""
_SHOWN = frozenset({Source.TITLE, Source.SCREEN})
"""Sources that are read again and again: what they show began when first read."""


@dataclass(frozen=True, slots=True)
class RunningCommand:
    """A command of the agent's that has not ended."""

    text: str
    began: float
    parent: int = 0
    """The process that started it."""


@dataclass(slots=True)
class Signals:
    """What is known of one task; times are of the monotonic clock."""

    claims: dict[Source, Claim] = field(default_factory=dict)
    ends: dict[Source, list[float]] = field(default_factory=dict)
    """By source the times when it lately said that its turn ended."""
    commands: dict[int, RunningCommand] = field(default_factory=dict)
    """By process."""
    command_ended: float | None = None
    files: float | None = None
    refused_tools: str = ""

    def count_ends(self, source: Source, state: AgentState, now: float) -> int:
        """How often the source has lately said that its turn ended, this time too."""
        times = [at for at in self.ends.get(source, ()) if now - at < ENDS_SECONDS]
        if state is AgentState.READY:
            times = [*times[-ENOUGH_ENDS:], now]
        self.ends[source] = times
        return len(times)


class AgentSignals:
    """Safe for several threads; no call blocks but `wait`."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._clock = clock
        self._changed = threading.Condition()
        self._tasks: dict[int, Signals] = {}
        self._news: set[int] = set()
        self._viewed: set[int] = set()
        self._is_closed = False
        self._decider = 0
        """The thread whose own records are no news."""

    def claim(
        self,
        task_id: int,
        state: AgentState | None,
        source: Source,
        rule: str,
        text: str = "",
        until: float | None = None,
    ) -> None:
        """Take what a source says of the agent now; None takes back what it said.

        `rule` names the hook, message or cue; `text` is the agent's words; `until` is
        in seconds since the epoch.
        """
        now = self._monotonic()
        with self._changed:
            claims = self._of(task_id).claims
            before = claims.get(source)
            if state is None:
                if claims.pop(source, None) is None:
                    return
            else:
                at = now
                if before and before.state is state and source in _SHOWN:
                    if (before.rule, before.until) == (rule[:TEXT], until):
                        return  # a clock or a counter in its line is no news
                    at = before.at
                ends = self._of(task_id).count_ends(source, state, now)
                claims[source] = Claim(
                    state, source, rule[:TEXT], text[:TEXT], at, until, ends
                )
            self._tell(task_id)

    def seed(self, task_id: int, claim: Claim) -> None:
        """Take up a claim that an earlier keeper stored, if nothing is newer."""
        with self._changed:
            self._of(task_id).claims.setdefault(claim.source, claim)

    def view(self, task_id: int, is_viewed: bool) -> None:
        """Take whether a terminal shows the agent's screen at this moment."""
        with self._changed:
            (self._viewed.add if is_viewed else self._viewed.discard)(task_id)

    def is_viewed(self, task_id: int) -> bool:
        """True if someone had its terminal before their eyes at the last look."""
        with self._changed:
            return task_id in self._viewed

    def tools_refused(self, task_id: int, words: str) -> None:
        """Take the agent's word that tools were refused to it."""
        with self._changed:
            self._of(task_id).refused_tools = words[:TEXT]
            self._tell(task_id)

    def stored(self, task_id: int, batch: Batch) -> None:
        """Take what the sensor's lines tell, once they are stored."""
        with self._changed:
            signals = self._of(task_id)
            self._take_commands(signals, batch.actions)
            for pid, _, at in batch.ends:
                if signals.commands.pop(pid, None):
                    signals.command_ended = self._steady(at)
            if batch.lost:
                signals.commands.clear()  # the line of an end may be among them
            changes = (one for one in batch.paths.values() if _is_work(one))
            newest = max((one.last for one in changes), default=None)
            if newest is not None:
                signals.files = self._steady(newest)
            self._tell(task_id)

    def open_commands(self, task_id: int, actions: Iterable[Action]) -> None:
        """Take up the commands that ran when an earlier keeper ended."""
        with self._changed:
            self._take_commands(self._of(task_id), actions)

    def nudge(self, task_id: int | None) -> None:
        """Say that something was recorded of the task; None is no task."""
        if task_id is not None and threading.get_ident() != self._decider:
            with self._changed:
                self._tell(task_id)

    def decide_here(self) -> None:
        """Say that this thread decides: what it records, it knows."""
        self._decider = threading.get_ident()

    def wait(self, seconds: float) -> set[int]:
        """The tasks of which there is news; blocks for it that long at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self._is_closed, seconds)
            news, self._news = self._news, set()
            return news

    def of(self, task_id: int) -> Signals:
        """A copy of what is known of the task now."""
        with self._changed:
            known = self._of(task_id)
            return replace(
                known, claims=dict(known.claims), commands=dict(known.commands)
            )

    def end(self, task_id: int) -> None:
        """Forget what is over with the task's sandbox; what was refused to it is not.

        Its work is read a while after its end.
        """
        with self._changed:
            self._viewed.discard(task_id)
            known = self._tasks.pop(task_id, None)
            if known and known.refused_tools:
                self._tasks[task_id] = Signals(refused_tools=known.refused_tools)

    def forget(self, task_id: int) -> None:
        """Forget a task whose next sandbox begins."""
        with self._changed:
            self._tasks.pop(task_id, None)

    def close(self) -> None:
        """Let whoever waits go on at once, from now on."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _take_commands(self, signals: Signals, actions: Iterable[Action]) -> None:
        for action in actions:
            if action.kind != "exec" or action.result or action.quiet:
                continue
            if action.note.startswith(HUMAN):
                continue
            if action.code is not None:
                signals.commands.pop(action.pid, None)
                signals.command_ended = self._steady(action.at + action.seconds)
                continue
            text = safe_line(shlex.join(action.argv), TEXT)
            # The same process may run another program: it stands last again.
            signals.commands.pop(action.pid, None)
            began = self._steady(action.at)
            signals.commands[action.pid] = RunningCommand(text, began, action.parent)
        while len(signals.commands) > MOST_COMMANDS:
            del signals.commands[next(iter(signals.commands))]

    def _steady(self, at: float) -> float:
        """The monotonic time of a time of day; now, for one that is yet to come."""
        return self._monotonic() - max(0.0, self._clock() - at)

    def _of(self, task_id: int) -> Signals:
        return self._tasks.setdefault(task_id, Signals())

    def _tell(self, task_id: int) -> None:
        self._news.add(task_id)
        self._changed.notify_all()


def _is_work(change: PathActivity) -> bool:
    """True for a file of the worktree; an agent's own files in its home are none."""
    return change.count > 0 and area(change.path) == "worktree"
