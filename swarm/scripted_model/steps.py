"""What a script can have the model do, and how far a conversation has come in one."""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from swarm.scripted_model.dialogue import Asked


@dataclass(frozen=True, slots=True)
class Write:
    """Call the agent's own tool that writes a file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Call the agent's own tool that runs a shell command."""

    command: str
    is_asked: bool = False
    """With the wish that a human is asked first, where the tool takes one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Call the agent's own tool that asks its human to choose."""

    question: str
    options: tuple[str, ...]
    takes_many: bool = False
    others: tuple["Ask", ...] = ()
    """Questions that are asked in the same call."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say something, which ends the turn."""

    text: str = "All steps done."


@dataclass(frozen=True, slots=True)
class Hold:
    """Answer no more until the test sets the event; a request waits for it."""

    released: threading.Event = field(default_factory=threading.Event)
    seconds: float = 60.0
    """The bound of the wait."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Refuse with 429 and a reset that many seconds away, that many times."""

    seconds: int = 7200
    times: int = 1


@dataclass(frozen=True, slots=True)
class LimitUntil:
    """Refuse every request of every conversation for a while, as an account's limit.

    It begins with the first request that comes to it, and is over once for all: the
    same step in several scripts is one limit.
    """

    seconds: float = 20.0
    told: float | None = None
    """The reset that is told, in seconds from the beginning; None for the true one."""
    status: int = 429
    _begun: list[float] = field(default_factory=list)

    def begin(self, now: float) -> None:
        """Begin, unless it has begun; `now` is in seconds since the epoch."""
        if not self._begun:
            self._begun.append(now)

    def left(self, now: float) -> float:
        """Seconds for which it still holds; 0 before it begins and after its end."""
        return max(0.0, self._begun[0] + self.seconds - now) if self._begun else 0.0

    def reset(self) -> float:
        """The time that is told."""
        told = self.seconds if self.told is None else self.told
        return self._begun[0] + told if self._begun else 0.0

    @property
    def is_spent(self) -> bool:
        """True once it has begun: then it only counts through `left`."""
        return bool(self._begun)


@dataclass(frozen=True, slots=True)
class Fail:
    """Refuse with this status, that many times."""

    status: int = 500
    times: int = 1


Step = Write | Run | Ask | Say | Hold | Limit | LimitUntil | Fail


def has_marker(text: str, marker: str) -> bool:
    """Whether the marker stands in the text, and not as the end of a longer one.

    `mini-work` is not in `gemini-work`.
    """
    return re.search(rf"(?<![\w-]){re.escape(marker)}", text) is not None


class Script:
    """The steps of the conversations whose newest prompt holds a marker.

    The server keeps no conversation. Each request brings the whole of it, and the
    results of tools after the marked prompt tell how far it is: an agent that was
    started again in another box goes on where it was.
    """

    def __init__(
        self, marker: str, steps: Sequence[Step], in_text: bool = False
    ) -> None:
        self.marker, self.steps = marker, tuple(steps)
        self.in_text = in_text
        """True if the agent takes edits from what the model says, without tools."""
        self.furthest = -1
        """The number of the last step that any request has come to."""
        self._refused: dict[int, int] = {}
        self._guard = threading.Lock()

    def step(self, asked: Asked) -> Step:
        """The next step of the conversation that is asked for.

        One that refuses is used up by being taken.
        """
        number = self._next(asked)
        with self._guard:
            self.furthest = max(self.furthest, number)
        return self.steps[number] if number < len(self.steps) else Say()

    def _next(self, asked: Asked) -> int:
        """The number of that step; that of all steps if none is left."""
        place = self._prompt(asked)
        turns = asked.turns[place + 1 :]
        kind = "assistant" if self.in_text else "result"
        done = sum(turn.kind == kind for turn in turns)
        for number, step in enumerate(self.steps):
            match step:
                case Limit() | Fail():
                    if not done and self._refuses(number, step.times):
                        return number
                case LimitUntil():
                    if not done and not step.is_spent:
                        return number
                case Hold():
                    if not done and not step.released.is_set():
                        return number
                case _ if not done:
                    return number
                case _:
                    done -= 1
        return len(self.steps)

    def limits(self) -> Iterator[LimitUntil]:
        """The account's limits that are among the steps."""
        return (step for step in self.steps if isinstance(step, LimitUntil))

    def is_for(self, asked: Asked) -> bool:
        """Whether a prompt of the conversation holds the marker."""
        return self._prompt(asked) >= 0

    def _prompt(self, asked: Asked) -> int:
        places = (
            place
            for place in range(len(asked.turns) - 1, -1, -1)
            if asked.turns[place].kind == "user"
            and has_marker(asked.turns[place].text, self.marker)
        )
        return next(places, -1)

    def _refuses(self, number: int, times: int) -> bool:
        with self._guard:
            count = self._refused.get(number, 0)
            self._refused[number] = count + 1
        return count < times
