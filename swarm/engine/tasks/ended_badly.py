"""Why an agent ended by itself, in its own last words, and the way out."""

import signal
from datetime import datetime
from typing import NamedTuple

from swarm.agents import registry
from swarm.engine.context import EngineContext
from swarm.engine.tasks import stream_watch
from swarm.errors import SwarmError
from swarm.model import events, refusal_text
from swarm.model.agent_state import AgentState
from swarm.model.format import duration
from swarm.model.last_words import LIMIT, last_words
from swarm.model.safe_text import safe_line
from swarm.model.task import Task
from swarm.ports import ContainerFacts

AT_ONCE = 15.0
"""Seconds; an agent that ended sooner took up no work."""
LINES = 80
_SHELL = 128
"""An exit code that tells of a signal is the signal's number and this."""
_DEADLY = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGILL,
    signal.SIGTRAP,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGKILL,
    signal.SIGUSR1,
    signal.SIGSEGV,
    signal.SIGUSR2,
    signal.SIGPIPE,
    signal.SIGALRM,
    signal.SIGTERM,
    signal.SIGXCPU,
    signal.SIGXFSZ,
    signal.SIGSYS,
)
_SIGNALLED = frozenset({*(_SHELL + number for number in _DEADLY), 255})
"""Codes of an end by a signal; 255 is what an engine gives that lost the end.

An agent may end with the status of its model's host, cut to a byte: 401 is 145, which
no signal ends a program with.
"""
_FAILURES = frozenset({AgentState.FAILED, AgentState.NEEDS_LOGIN})
COMMAND = "command"
"""The agent that is no agent: its output is a person's own."""


class Why(NamedTuple):
    """Why a sandbox ended: a sentence and a way out; both empty for a good end."""

    reason: str = ""
    hint: str = ""
    failed_with_0: bool = False
    """The agent failed, though its exit code is 0."""


def is_signalled(exit_code: int) -> bool:
    """True if a program with this code was ended by a signal."""
    return exit_code in _SIGNALLED


def why(context: EngineContext, task: Task, facts: ContainerFacts) -> Why:
    """Why it ended; empty if it ended well or by a signal.

    What the gate saw is told before anything that the agent says.
    """
    if task.agent == COMMAND or is_signalled(facts.exit_code):
        return Why()
    if task.refusal:
        hint = refusal_text.way_out(task.refusal, task.id, task.agent)
        return Why(refusal_text.sentence(task.refusal), hint)
    lived = _lived(facts)
    is_short = lived is not None and lived < AT_ONCE
    went_on = was_continued(context, task.id)
    if not facts.exit_code and not (
        is_short and went_on and _has_screen(context, task)
    ):
        return _with_0(context, task, lived if is_short else None)
    agent, words = safe_line(task.agent, 40), _words(context, task.id)
    when = f" after {duration(lived)}" if is_short and lived is not None else ""
    told = f": {words}" if words else f" with {facts.exit_code} and said nothing"
    if went_on and is_short:
        hint = (
            f"`swarm retry --continue --fresh {task.id}` begins a new conversation "
            f"over the same files; `swarm logs {task.id}` has all that it printed"
        )
        reason = f"{agent} did not take its conversation up, and ended{when}{told}"
        return Why(reason, hint, failed_with_0=not facts.exit_code)
    hint = f"`swarm logs {task.id}` has all that it printed"
    return Why(f"{agent} ended{when}{told}", hint)


def _with_0(context: EngineContext, task: Task, short_life: float | None) -> Why:
    """The same of an end with 0, which proves nothing; empty if it ended well.

    `short_life` is how long it lived, in seconds, if it ended at once.
    """
    agent = safe_line(task.agent, 40)
    hint = f"`swarm logs {task.id}` has all that it printed"
    said = _said_of_failure(context, task)
    if said:
        reason = f"{agent} ended with 0, but says that it failed: {said}"
        return Why(reason, hint, failed_with_0=True)
    if short_life is None or not _was_silent(task):
        return Why()
    words = _words(context, task.id)
    told = f": {words}" if words else ""
    when = f" (after {duration(short_life)})"
    reason = f"{agent} ended with 0, and never asked its model{when}{told}"
    return Why(reason, hint, failed_with_0=True)


def _said_of_failure(context: EngineContext, task: Task) -> str:
    """What its stream says last, if that is a failure; a claim, on one line."""
    try:
        found = stream_watch.reading(context, task)
    except SwarmError:
        return ""
    if found is None or found.state not in _FAILURES:
        return ""
    return safe_line(found.line, LIMIT) or "it gives no reason"


def _was_silent(task: Task) -> bool:
    """True if it has a model that the gate knows, and nothing of it came there."""
    try:
        model = registry.find(task.agent).model
    except SwarmError:
        return False
    is_known = bool(model.key) and model.protocol != "own"
    return is_known and task.model.first_asked is None and not task.net.sent


def was_continued(context: EngineContext, task_id: int) -> bool:
    """True if its last sandbox was to go on with a conversation, not to begin one."""
    last = context.read().events.last(events.TaskContinued, task_id)
    return last is not None and not last.is_fresh


def _has_screen(context: EngineContext, task: Task) -> bool:
    return context.plan(task).way == "screen"


def _words(context: EngineContext, task_id: int) -> str:
    try:
        output = context.containers.logs(context.names(task_id).sandbox, LINES)
    except SwarmError:
        return ""
    return last_words(output[-(1 << 17) :].decode("utf-8", "replace"))


def _lived(facts: ContainerFacts) -> float | None:
    """Seconds from its first program to its end, as the engine has it."""
    state = facts.raw.get("State") or {}
    began, ended = (_time(state.get(key)) for key in ("StartedAt", "FinishedAt"))
    if began is None or ended is None or ended < began:
        return None
    return ended - began


def _time(value: object) -> float | None:
    """Seconds since the epoch; engines write nanoseconds, which Python refuses."""
    if not isinstance(value, str) or value.startswith("0001"):
        return None
    head, dot, rest = value.partition(".")
    digits = rest.rstrip("Z").split("+")[0].split("-")[0] if dot else "0"
    try:
        whole = datetime.fromisoformat(f"{head.rstrip('Z')}+00:00").timestamp()
        return whole + float(f"0.{digits}")
    except ValueError:
        return None
