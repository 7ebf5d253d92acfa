"""One task's side channel: what it brings becomes events, and answers go back by it."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from swarm.agents.description import Agent
from swarm.agents.starting import as_typed
from swarm.engine.context import EngineContext
from swarm.engine.record_allowance import GrowingPause, RecordAllowance
from swarm.engine.side_channels import messages
from swarm.engine.side_channels.messages import Message
from swarm.errors import SwarmError, ToolError
from swarm.model import agent_screen, events
from swarm.model.agent_state import ASKING, AgentState, Source
from swarm.model.question import MOST_OPEN, Answer, Question
from swarm.model.task import State, Task
from swarm.ports import Pipe

ASKS_AT_ONCE, ASKS_PER_SECOND = 60, 0.1
"""Questions of one task that are recorded, of those that nobody answered here: so many
at once, and so many a second."""
FAULT_SECONDS, LONGEST_FAULT_SECONDS = 30.0, 3600.0
"""Between two faults of one channel that are recorded; it doubles with each."""
GO_ON_NUMBER = 0
"""Of the word to go on after a limit; a user's texts have the ids of their wishes."""
_AT_REST = (AgentState.READY, AgentState.LIMITED, AgentState.FAILED)
_SILENT = ("hooks", "qwen")
"""Kinds of channels that may not tell of an answer in the terminal."""
_READ = (Source.TITLE, Source.SCREEN)


class TaskChannel:
    """Takes messages one at a time, from whichever thread; `send` is safe for all."""

    def __init__(
        self,
        context: EngineContext,
        task_id: int,
        kind: str,
        hides_dialog: bool = False,
        unasked: tuple[str, ...] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`hides_dialog` is true of an agent whose screen has none while we wait.

        `unasked` are the tools that its mode allows: what is asked of them is left to
        the agent's own rules.
        """
        self._hides_dialog = hides_dialog
        self._unasked = unasked
        self.task_id, self.kind = task_id, kind
        self.is_ready = False
        self._context = context
        self._pipe: Pipe | None = None
        self._send_lock = threading.Lock()
        self._waiting: set[str] = set()
        """Ids of the agent's that are open on this connection."""
        self._sent: set[str] = set()
        self._shown: set[str] = set()
        """Those whose dialog was seen on the agent's screen."""
        self._texts: set[int] = set()
        """Numbers of texts that were sent, and of which nothing was said yet."""
        self._monotonic = monotonic
        self._asks = RecordAllowance(ASKS_AT_ONCE, ASKS_PER_SECOND, monotonic())
        self._fault_pause = GrowingPause(FAULT_SECONDS, LONGEST_FAULT_SECONDS)

    def connected(self, pipe: Pipe) -> None:
        """Begin anew on another pipe; ToolError if it ended at once."""
        self._pipe, self.is_ready = pipe, False
        self._waiting.clear()
        self._sent.clear()
        self._shown.clear()
        pipe.send(b"{}\n")

    def disconnected(self) -> None:
        """The pipe is gone; open questions stay open until the next one says more."""
        self._pipe, self.is_ready = None, False

    def take(self, message: Message) -> None:
        """Record what follows from one message."""
        handler = _HANDLERS[type(message)]
        with self._context.question_locks.of(self.task_id):
            task = self._context.read().tasks.get(self.task_id)
            if task.state is State.LIVE:
                handler(self, task, message)

    @property
    def waits_beside_a_dialog(self) -> bool:
        """True if a question waits whose dialog may be answered with no word to us."""
        return self.kind in _SILENT and bool(self._waiting - self._sent)

    def look(self) -> None:
        """Let questions go whose dialog was on the agent's screen and is no more.

        Its human was first in the terminal, and not every agent tells of it then. A
        dialog that waits for us to leave is left to whoever looks at the screen.
        """
        if self._hides_dialog:
            if self._context.signals.is_viewed(self.task_id):
                self._drop(self._waiting - self._sent)
            return
        claims = self._context.signals.of(self.task_id).claims
        read = [claims[source] for source in _READ if source in claims]
        if not read:
            return
        state = max(read, key=lambda claim: claim.at).state
        with self._context.question_locks.of(self.task_id):
            open_here = self._waiting - self._sent
            if state in ASKING:
                self._shown |= open_here
                return
            is_over = state in (AgentState.READY, AgentState.WORKING)
            passed = self._shown & open_here if is_over else set()
            self._shown -= passed
        self._drop(passed)

    def _drop(self, names: set[str]) -> None:
        for name in names:
            with suppress(ToolError):
                self.send({"drop": name})

    def deliver(self) -> None:
        """Send the answers that the agent waits for and that were not sent here."""
        task = self._context.read().tasks.get(self.task_id)
        for answer in task.answers:
            if (
                not answer.is_delivered
                and answer.channel_id in self._waiting - self._sent
            ):
                self._deliver(answer)

    def _deliver(self, answer: Answer) -> None:
        self._sent.add(answer.channel_id)
        body = {"with": answer.answer, "text": answer.text}
        with suppress(ToolError):
            self.send({"answer": answer.channel_id, **body})

    def send(self, body: dict[str, Any]) -> None:
        """Write one message to the program in the sandbox; ToolError if it is gone."""
        with self._send_lock:
            if self._pipe is None:
                raise ToolError(f"task {self.task_id} has no side channel now")
            self._pipe.send(json.dumps(body).encode() + b"\n")

    def send_text(self, number: int, text: str, agent: Agent) -> None:
        """Give a prompt to the agent, which says by the number that it has it.

        ToolError if the channel is gone.
        """
        if agent.side.types:
            text = as_typed(agent, text)
        self.send({"send": number, "text": text})
        self._texts.add(number)

    def is_at_rest(self, task: Task) -> bool:
        """True if the agent is at no turn, as it says here, or else on its screen."""
        claim = self._context.signals.of(task.id).claims.get(Source.CHANNEL)
        if claim is None:
            return task.screen == agent_screen.READY
        return claim.state in _AT_REST

    def fault(self, reason: str) -> None:
        """Tell what is wrong with the channel, but not all the time."""
        if self._fault_pause.is_over(self._monotonic()):
            with suppress(SwarmError):
                self._record(events.ChannelFault(self.kind, reason))

    # One function for each kind of message; the task is live, its questions locked.

    def _asked(self, task: Task, message: messages.Asked) -> None:
        name = message.question.channel_id
        if message.question.tool in self._unasked:
            self._drop({name})
            return
        if any(name == question.channel_id for question in task.questions):
            self._waiting.add(name)
            return
        known = [answer for answer in task.answers if answer.channel_id == name]
        if known and known[-1].by != "gone":
            self._asked_again(known[-1])
        elif len(task.questions) >= MOST_OPEN:
            self.fault(f"it asks more than {MOST_OPEN} things at once")
        elif not self._asks.take(self._monotonic()):
            self.fault("it asks faster than anyone could answer")
        else:
            self._waiting.add(name)
            self._record(events.QuestionAsked(self._numbered(task, message.question)))

    def _asked_again(self, answer: Answer) -> None:
        if answer.is_delivered:
            self.fault("it asks under an id that was answered already")
        else:
            self._waiting.add(answer.channel_id)
            self.deliver()

    def _numbered(self, task: Task, question: Question) -> Question:
        number, now = str(task.questions_asked + 1), self._context.clock()
        return replace(question, id=number, asked_at=now)

    def _gone(self, task: Task, message: messages.Gone) -> None:
        self._waiting.discard(message.channel_id)
        for question in task.questions:
            if question.channel_id == message.channel_id:
                answered = events.QuestionAnswered(
                    question.id, message.answer, by="pane"
                )
                self._record(answered)
        self._undelivered(task, message.channel_id, "it was answered in its terminal")

    def _delivered(self, task: Task, message: messages.Delivered) -> None:
        self._waiting.discard(message.channel_id)
        if not message.failure and self._is_sent(task, message.channel_id):
            self._asks.give_back()
        self._undelivered(task, message.channel_id, message.failure)

    def _is_sent(self, task: Task, name: str) -> bool:
        """True if its human answered it, and it is not known yet that it came."""
        return any(
            each.channel_id == name and not each.is_delivered for each in task.answers
        )

    def _undelivered(self, task: Task, name: str, failure: str) -> None:
        for answer in task.answers:
            if answer.channel_id == name and not answer.is_delivered:
                self._record(events.AnswerDelivered(answer.question, failure))

    def _synced(self, task: Task, _message: messages.Synced) -> None:
        """What is not open any more went while nobody listened."""
        for question in task.questions:
            if question.channel_id not in self._waiting:
                self._record(events.QuestionAnswered(question.id, by="gone"))
        for answer in task.answers:
            if not answer.is_delivered and answer.channel_id not in self._waiting:
                failure = "its agent went on meanwhile; it may have it"
                self._record(events.AnswerDelivered(answer.question, failure))

    def _ready(self, _task: Task, _message: messages.Ready) -> None:
        self.is_ready = True

    def _stated(self, task: Task, message: messages.Stated) -> None:
        source = Source.HOOK if self.kind == "hooks" else Source.CHANNEL
        claim = (message.state, source, message.rule, message.text, message.until)
        self._context.signals.claim(task.id, *claim)

    def _sent_on(self, task: Task, message: messages.Sent) -> None:
        number, failure = message.number, message.failure
        is_given = number in self._texts
        self._texts.discard(number)
        if number == GO_ON_NUMBER:
            self._go_on_refused(task, failure)
            return
        waits = any(
            text.id == number and text.way == "channel" for text in task.follow_ups
        )
        # What was told as not seen, and came after all, is told again.
        if waits or (is_given and not failure):
            way = "" if failure else "channel"
            self._record(events.FollowUpSettled(number, way, failure))

    def _go_on_refused(self, task: Task, failure: str) -> None:
        """It could not be told to go on, which is said once for each time we tried.

        That it was told, its next request shows.
        """
        limit = task.limit
        if failure and limit and limit.tried is not None and not limit.held:
            why = f"it could not be told to go on: {failure}"
            hint = f"look at it: `swarm attach {task.id}`"
            self._record(events.ModelLimitNotResumed(why, hint))

    def _faulty(self, _task: Task, message: messages.Fault) -> None:
        if message.is_closed:
            self._record(events.ChannelFault(self.kind, message.reason))
        else:
            self.fault(message.reason)

    def _record(self, event: events.Event) -> None:
        self._context.journal.record(self.task_id, event)


_HANDLERS: dict[type[Any], Callable[[TaskChannel, Task, Any], None]] = {
    messages.Asked: TaskChannel._asked,
    messages.Gone: TaskChannel._gone,
    messages.Delivered: TaskChannel._delivered,
    messages.Synced: TaskChannel._synced,
    messages.Ready: TaskChannel._ready,
    messages.Stated: TaskChannel._stated,
    messages.Sent: TaskChannel._sent_on,
    messages.Fault: TaskChannel._faulty,
}


def gone(task: Task) -> tuple[events.Event, ...]:
    """What an end of its agent makes of the questions and texts that are open."""
    failure = "its agent ended before it came"
    return (
        *(events.QuestionAnswered(each.id, by="gone") for each in task.questions),
        *(
            events.AnswerDelivered(each.question, failure)
            for each in task.answers
            if not each.is_delivered
        ),
        *(
            events.FollowUpSettled(each.id, failure="its agent ended before")
            for each in task.follow_ups
        ),
    )
