"""Carries out what `limit_watch` chose: a task goes on after a limit, once."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from swarm.agents import registry
from swarm.agents.starting import as_typed
from swarm.engine.context import EngineContext
from swarm.engine.parts import EngineParts
from swarm.engine.side_channels.hub import SideChannels
from swarm.engine.side_channels.task_channel import GO_ON_NUMBER, TaskChannel
from swarm.engine.tasks import continuation, finish
from swarm.engine.tasks.held_start import HELD, held_start
from swarm.engine.tasks.limit_watch import SECONDS, LimitWatch, Move
from swarm.engine.tasks.typed_prompt import shows_prompt
from swarm.errors import Refused, SwarmError
from swarm.model import events
from swarm.model.ended_by_you import is_by_you
from swarm.model.limits import Choice
from swarm.model.task import CONTINUABLE, SETTLED, State, Task
from swarm.model.wishes import SetResumeAfterLimit

GO_ON = (
    "The usage limit of your model is over. Look at what is done and what is not, and "
    "go on with your work."
)
"""What an agent is told that stopped or ended at a limit."""
STOPPED = "stopped at its model's limit"


class AfterLimits:
    """What is due now, each task's moves one after the other."""

    def __init__(self, context: EngineContext, channels: SideChannels) -> None:
        self._context = context
        self._listens = partial(listens, channels)
        self._watch = LimitWatch()
        self._moving: set[int] = set()
        self._next = 0.0
        self._changes = -1
        """The journal's changes at the last look."""

    def due(self, monotonic: float) -> list[Move]:
        """The moves that are due, after each of which `done` is called."""
        if monotonic < self._next:
            return []
        self._next = monotonic + SECONDS
        context, before = self._context, self._changes
        self._changes = context.journal.changes
        if self._changes == before and not self._watch.has_any:
            return []  # nobody is limited, and nothing has happened
        tasks, now = context.read().tasks.all(), context.clock()
        chosen_for = partial(choice, context)
        moves = self._watch.look(tasks, now, monotonic, chosen_for, self._listens)
        due = [chosen for chosen in moves if chosen.task not in self._moving]
        self._moving |= {chosen.task for chosen in due}
        return due

    def done(self, chosen: Move) -> None:
        """The move was carried out, or refused."""
        self._moving.discard(chosen.task)


def move(chosen: Move, parts: EngineParts, task_id: int) -> None:
    """Do it, unless the task is not what it was when this was chosen; blocks.

    Called under the task's lock. What the journal refuses is not done.
    """
    task = parts.context.read().tasks.get(task_id)
    if task.limit != chosen.limit or task.removed or task.paused:
        return
    match chosen.how:
        case "told":
            told = events.ModelLimitNotResumed(chosen.why, chosen.hint)
            parts.context.journal.record(task_id, told)
        case "stop":
            _end(parts, task)
        case "channel":
            _send(parts, task)
        case "prompt":
            _type(parts.context, task)
        case "sandbox":
            _end(parts, task)
            _take_up(parts.context, task_id)


def holds(context: EngineContext, task: Task, tasks: Iterable[Task]) -> bool:
    """True if a queued task waits for a limit; a new sentence about it is recorded."""
    why, hint = held_start(task, tasks, context.clock(), partial(choice, context))
    told = task.reason if task.reason.startswith(HELD) else ""
    if why != told:
        context.journal.record(task.id, events.StartHeld(why, hint))
    return bool(why)


def choose(context: EngineContext, wish: SetResumeAfterLimit) -> dict[str, Any]:
    """Set if the task goes on by itself; Refused for a task that is settled."""
    task = context.read().tasks.get(wish.task)
    if task.removed or task.state in SETTLED:
        state = "removed" if task.removed else str(task.state)
        raise Refused(f"task {task.id} is {state}: it asks no model any more")
    context.journal.record(wish.task, events.ResumeAfterLimitSet(wish.choice))
    return {}


def choice(context: EngineContext, task: Task) -> Choice:
    """What counts for the task: its own choice, or else the config's."""
    own: dict[str, Choice] = {"yes": "yes", "ask": "ask", "no": "no"}
    return own.get(task.resume_after_limit) or context.config().resume_after_limit


def waits(context: EngineContext, task: Task) -> bool:
    """True if it ended at a limit, after which it goes on or its human is asked."""
    is_over = task.removed or task.state not in CONTINUABLE
    return task.limit is not None and not is_over and choice(context, task) != "no"


def listens(channels: SideChannels, task: Task) -> bool:
    """True if its side channel takes a prompt, and its agent is at no turn."""
    return _listening(channels, task) is not None


def _listening(channels: SideChannels, task: Task) -> TaskChannel | None:
    if task.way != "screen" or not registry.find(task.agent).side.sends:
        return None
    channel = channels.channel(task.id)
    return channel if channel and channel.is_at_rest(task) else None


def _end(parts: EngineParts, task: Task) -> None:
    """End its sandbox if it has one, and take its work in."""
    context = parts.context
    if task.state is State.LIVE:
        context.containers.stop(
            context.names(task.id).sandbox, context.config().stop_grace
        )
        finish.record_end(parts, task.id, STOPPED)


def _send(parts: EngineParts, task: Task) -> None:
    """Tell it to go on by its side channel, if it is still at rest and asks nothing."""
    context, channels = parts.context, parts.channels
    is_at_work = task.questions or task.model.open_requests
    if task.state is not State.LIVE or is_at_work:
        return
    channel = _listening(channels, task)
    if channel is None:
        return
    # Before it is sent: a keeper that dies meanwhile leaves it to a person.
    context.journal.record(task.id, events.ModelLimitTried("channel"))
    try:
        channel.send_text(GO_ON_NUMBER, GO_ON, registry.find(task.agent))
    except SwarmError as error:
        _not_told(context, task.id, error)


def _type(context: EngineContext, task: Task) -> None:
    """Tell it to go on, if its screen of this moment still takes a prompt."""
    agent = registry.find(task.agent)
    if task.state is not State.LIVE or not shows_prompt(context, agent, task.id):
        return
    # Before it is typed: a keeper that dies meanwhile leaves it to a person.
    context.journal.record(task.id, events.ModelLimitTried("prompt"))
    try:
        pane = context.names(task.id).pane
        context.panes.send(pane, as_typed(agent, GO_ON), enter=True)
    except SwarmError as error:
        _not_told(context, task.id, error)


def _not_told(context: EngineContext, task_id: int, error: SwarmError) -> None:
    why = f"it could not be told to go on: {error.message}"
    context.journal.record(task_id, events.ModelLimitNotResumed(why, error.hint))


def _take_up(context: EngineContext, task_id: int) -> None:
    """Queue it to go on with its conversation, and say so if it cannot."""
    task = context.read().tasks.get(task_id)
    if task.state not in CONTINUABLE or is_by_you(task.reason):
        return
    try:
        agent = registry.find(task.agent)
        goes_on = continuation.with_conversation(context, agent, task, GO_ON)
    except SwarmError as error:
        not_resumed = events.ModelLimitNotResumed(error.message, error.hint)
        context.journal.record(task_id, not_resumed)
    else:
        goes_on = replace(goes_on, by="the keeper")
        context.journal.record(task_id, events.ModelLimitTried("sandbox"), goes_on)
