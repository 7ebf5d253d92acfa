"""Several questions in one request of an agent's, answered together.

An answer to all of them has one part for each, by semicolons: options' ids by commas,
or nothing, which takes the next line of the answer's text.
"""

from typing import Any, Self

from swarm.model.frozen import frozen

MOST_PARTS = 8
"""Questions of one request."""


@frozen
class Option:
    """One of the answers that the agent offers."""

    id: str
    label: str


@frozen
class Part:
    """One of several questions; its words are the agent's."""

    title: str
    options: tuple[Option, ...] = ()
    allows_text: bool = False
    allows_many: bool = False

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """The part of a stored body."""
        options = tuple(Option(**option) for option in body.get("options", ()))
        return cls(**{**body, "options": options})

    def refusal(self, answer: str, words: str) -> str:
        """Why that does not answer it, as a sentence's end; empty if it does."""
        if not answer:
            if not self.allows_text:
                return f"takes one of: {self._ids()}"
            return "" if words.strip() else "needs an answer"
        chosen = answer.split(",")
        if not {each.id for each in self.options}.issuperset(chosen):
            return f"takes one of: {self._ids()}"
        if len(set(chosen)) != len(chosen):
            return "takes each option once"
        if len(chosen) > 1 and not self.allows_many:
            return f"takes one of: {self._ids()}"
        return ""

    def _ids(self) -> str:
        return ", ".join(option.id for option in self.options) or "your own words"


def joined(answers: list[tuple[str, str]]) -> tuple[str, str]:
    """The answer and its text of all parts: options' ids, or words of one's own."""
    words = [" ".join(text.split()) for ids, text in answers if not ids]
    return ";".join(ids for ids, _ in answers), "\n".join(words)


def refusal(parts: tuple[Part, ...], answer: str, text: str) -> str:
    """Why that is no answer to all parts, as a sentence's end; empty if it is one."""
    given = answer.split(";")
    if len(given) != len(parts):
        return f"asks {len(parts)} things, and takes an answer to each of them"
    words = text.split("\n") if text else []
    for number, (part, ids) in enumerate(zip(parts, given, strict=True), 1):
        own = words.pop(0) if words and not ids else ""
        if why := part.refusal(ids, own):
            return f"({number} of {len(parts)}) {why}"
    return "takes no more words than that" if words else ""
