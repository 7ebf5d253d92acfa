"""Why an agent ended by itself, in its own last words, and the way out."""

import signal
from datetime import datetime

from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import events, refusal_text
from swarm.model.format import duration
from swarm.model.last_words import last_words
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
COMMAND = "command"
"""The agent that is no agent: its output is a person's own."""


def is_signalled(exit_code: int) -> bool:
    """True if a program with this code was ended by a signal."""
    return exit_code in _SIGNALLED


def why(context: EngineContext, task: Task, facts: ContainerFacts) -> tuple[str, str]:
    """A sentence and a way out; both empty if it ended well or by a signal.

    What the gate saw is told before anything that the agent says.
    """
    if task.agent == COMMAND or is_signalled(facts.exit_code):
        return "", ""
    if task.refusal:
        hint = refusal_text.way_out(task.refusal, task.id, task.agent)
        return refusal_text.sentence(task.refusal), hint
    lived = _lived(facts)
    is_short = lived is not None and lived < AT_ONCE
    went_on = was_continued(context, task.id)
    if not facts.exit_code and not (
        is_short and went_on and _has_screen(context, task)
    ):
        return "", ""
    agent, words = safe_line(task.agent, 40), _words(context, task.id)
    when = f" after {duration(lived)}" if is_short and lived is not None else ""
    told = f": {words}" if words else f" with {facts.exit_code} and said nothing"
    if went_on and is_short:
        hint = (
            f"`swarm retry --continue --fresh {task.id}` begins a new conversation "
            f"over the same files; `swarm logs {task.id}` has all that it printed"
        )
        return f"{agent} did not take its conversation up, and ended{when}{told}", hint
    hint = f"`swarm logs {task.id}` has all that it printed"
    return f"{agent} ended{when}{told}", hint


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
