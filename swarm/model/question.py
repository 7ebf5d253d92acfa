"""Questions that an agent asks its human, and what became of them.

All words of a question are the agent's: whoever shows one passes them through
`safe_text` first.
"""

from dataclasses import replace
from typing import Any, Literal, Self, get_args

from swarm.model import question_parts
from swarm.model.frozen import frozen
from swarm.model.question_parts import Option as Option
from swarm.model.question_parts import Part as Part

QuestionKind = Literal["permission", "choice", "text"]
AnsweredBy = Literal["us", "pane", "gone"]

MOST_OPEN = 16
"""Questions of one task that may be open at once; what asks more is told as a fault."""
MOST_ANSWERS = 32
"""Answers that a task remembers, the newest last."""

_BY_WORDS = {"us": "you", "pane": "you, in its terminal", "gone": "nobody: it is gone"}


@frozen
class Question:
    """A question that an agent asked through its side channel."""

    id: str
    """Its number among the task's questions, from 1: ours, never the agent's."""
    kind: QuestionKind
    title: str
    tool: str = ""
    """The tool that a permission is about, as the agent names it."""
    body: str = ""
    """The command, the diff or the longer text; newlines stay."""
    options: tuple[Option, ...] = ()
    asked_at: float = 0.0
    """Seconds since the epoch, by the keeper's clock."""
    source: str = ""
    """The side channel's kind, such as `claude-hooks`."""
    channel_id: str = ""
    """The agent's own id of it, which its answer is sent to."""
    allows_always: bool = False
    """`always` is an answer too."""
    allows_text: bool = False
    """An answer may have a text: the reason of a rejection, or the answer itself."""
    allows_many: bool = False
    """A choice takes several options: their ids by commas, each once."""
    parts: tuple[Part, ...] = ()
    """Several questions in one; `question_parts` says what answers all of them."""
    is_answerable: bool = True
    """False if the channel only tells of it: it is answered in the terminal."""

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The question of a stored body."""
        options = tuple(Option(**option) for option in body.get("options", ()))
        parts = tuple(Part.from_json(part) for part in body.get("parts", ()))
        return cls(**{**body, "options": options, "parts": parts})

    def of_part(self, number: int) -> Self:
        """One of several questions as one of its own, from 0."""
        part = self.parts[number]
        return replace(
            self,
            title=part.title,
            body="",
            options=part.options,
            allows_text=part.allows_text,
            allows_many=part.allows_many,
            kind="choice" if part.options else "text",
            parts=(),
        )

    def answers(self) -> tuple[str, ...]:
        """The answers that it takes, in the order in which they are offered."""
        if not self.is_answerable:
            return ()
        choices = tuple(option.id for option in self.options)
        if self.kind == "permission":
            always = ("always",) if self.allows_always else ()
            return ("once", *always, "reject", *choices)
        return (*choices, "reject")

    def refusal(self, answer: str, text: str) -> str:
        """Why that is no answer to it, as a sentence's end; empty if it is one."""
        if not self.is_answerable:
            return "can only be answered in its terminal"
        if self.parts and answer != "reject":
            return question_parts.refusal(self.parts, answer, text)
        if not answer and self.kind != "permission" and self.allows_text:
            return "" if text.strip() else "needs an answer"
        if self.allows_many and self._is_several(answer):
            return "" if not text else "takes options or a text, not both"
        if answer not in self.answers():
            some = "some" if self.allows_many else "one"
            return f"takes {some} of: {', '.join(self.answers())}"
        if text and not self.allows_text:
            return "takes no text"
        return ""

    def _is_several(self, answer: str) -> bool:
        known, chosen = {each.id for each in self.options}, answer.split(",")
        return known.issuperset(chosen) and len(set(chosen)) == len(chosen)


@frozen
class Answer:
    """What became of a question."""

    question: str
    """The question's id."""
    channel_id: str
    answer: str
    """`once`, `always`, `reject`, options' ids, or empty if the text is all.

    To several questions by semicolons.
    """
    text: str = ""
    by: AnsweredBy = "us"
    is_delivered: bool = True
    """False from the moment we decide until the agent has it."""

    def by_words(self) -> str:
        """Who answered, for a sentence: `already answered by …`."""
        return _BY_WORDS[self.by]


@frozen
class FollowUp:
    """A text of the user's that waits until the agent can take it."""

    id: int
    """The id of the wish that sent it."""
    text: str
    way: str = ""
    """`channel` or `paste` once it is given; it waits for a sign of arrival then."""
    at: float = 0.0
    """The time when it was given."""
    asked: float | None = None
    """When the agent had asked its model last, at that moment: another time is news."""


assert set(_BY_WORDS) == set(get_args(AnsweredBy))
