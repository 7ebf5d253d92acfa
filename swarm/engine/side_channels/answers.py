"""A human's answer to an agent's question: recorded once, then delivered."""

from typing import Any

from swarm.engine.context import EngineContext
from swarm.engine.side_channels.hub import SideChannels
from swarm.errors import IllegalMove
from swarm.model import events
from swarm.model.question import Question
from swarm.model.task import Task
from swarm.model.wishes import AnswerQuestion

LONGEST_TEXT = 4000
"""Characters of an answer's text."""


def answer(
    context: EngineContext, channels: SideChannels, wish: AnswerQuestion
) -> dict[str, Any]:
    """Record the answer under the task's lock, then send it to the agent.

    IllegalMove if the question is not open, or takes no such answer.
    """
    with context.question_locks.of(wish.task):
        _record(context, wish)
    channels.deliver(wish.task)
    return {}


def _record(context: EngineContext, wish: AnswerQuestion) -> None:
    task = context.live_task(wish.task)
    question = _open_question(task, wish.question_id)
    refusal = question.refusal(wish.answer, wish.text)
    if len(wish.text) > LONGEST_TEXT:
        refusal = f"takes a text of at most {LONGEST_TEXT} characters"
    if refusal:
        raise IllegalMove(
            f"question {question.id} of task {task.id} {refusal}",
            hint=f"see `swarm answer {task.id}`",
        )
    answered = events.QuestionAnswered(question.id, wish.answer, wish.text)
    context.journal.record(task.id, answered)


def _open_question(task: Task, question_id: str) -> Question:
    for question in task.questions:
        if question.id == question_id:
            return question
    name = f"question {question_id} of task {task.id}"
    hint = f"see `swarm answer {task.id}` for what is open"
    for settled in task.answers:
        if settled.question == question_id:
            if settled.by == "gone":
                raise IllegalMove(f"{name} is gone: its agent went on", hint=hint)
            who = settled.by_words()
            raise IllegalMove(f"{name} was already answered by {who}", hint=hint)
    raise IllegalMove(f"{name} is not open", hint=hint)
