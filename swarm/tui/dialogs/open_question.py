"""A question of an agent's, as the screen hands it to the card, and the reply."""

from collections.abc import Callable
from typing import Literal

from swarm.model.frozen import frozen
from swarm.model.question import Question
from swarm.model.wishes import AnswerQuestion


@frozen
class OpenQuestion:
    """One question, and the calls that the card makes about it while it is open."""

    question: Question
    task: int
    name: str
    """The name of the task, harmless."""
    agent: str
    place: str
    """The question's place among those that wait, as in `1/3`."""
    clock: Callable[[], float]
    settled: Callable[[], str]
    """Reads what became of the question; empty while it is open (SwarmError)."""


@frozen
class QuestionReply:
    """What the human did on the card."""

    act: Literal["answer", "next", "attach", "copy", "settled"]
    answer: str = ""
    """As `wishes.AnswerQuestion` has it."""
    text: str = ""
    """The reason of a rejection, the answer itself, or what became of it."""

    def wish(self, asked: OpenQuestion) -> AnswerQuestion:
        """The answer as a wish about exactly the question that the card showed."""
        return AnswerQuestion(asked.task, asked.question.id, self.answer, self.text)
