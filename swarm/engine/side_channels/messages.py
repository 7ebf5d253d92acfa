"""Messages of a side channel, read strictly: all of them are claims of the agent's.

`swarm/box` writes them, and so can the agent. Texts are cut here; whoever shows one
makes it harmless (`model.safe_text`).
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from swarm.model.agent_state import AgentState
from swarm.model.question import Option, Part, Question
from swarm.model.question_parts import MOST_PARTS

TITLE, BODY, LABEL = 400, 12_000, 300
MOST_OPTIONS = 16
_ID = re.compile(r"[A-Za-z0-9_.:/-]{1,128}", re.ASCII)
_OPTION = re.compile(r"[A-Za-z0-9_.-]{1,40}", re.ASCII)
"""Neither comma nor semicolon: an answer has several options, or parts, by them."""
_STATES = frozenset(
    {
        AgentState.WORKING,
        AgentState.ASKS_PERMISSION,
        AgentState.ASKS_QUESTION,
        AgentState.READY,
        AgentState.LIMITED,
        AgentState.OVERLOADED,
        AgentState.NEEDS_LOGIN,
        AgentState.FAILED,
        AgentState.ENDED,
    }
)
"""States that a channel may claim; a question that it can answer is a message."""


class Unreadable(ValueError):
    """A message that is none; the text says why, in words of ours."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The agent asks; the question has no number of ours yet."""

    question: Question


@dataclass(frozen=True, slots=True)
class Gone:
    """A question is settled without us; `answer` is empty if it is not told how."""

    channel_id: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Our answer arrived; or did not, and `failure` says why."""

    channel_id: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Synced:
    """All that is open was told."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The channel is there."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The agent's state, as it says."""

    state: AgentState
    rule: str
    text: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A follow-up was given to the agent; or was not, and `failure` says why."""

    number: int
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the channel, in words of ours or of its program."""

    reason: str
    is_closed: bool = False
    """It was closed for that, which is always told."""


Message = Asked | Gone | Delivered | Synced | Ready | Stated | Sent | Fault


def read(line: bytes, source: str) -> Message:
    """The message of a line; Unreadable if it is none. `source` is the channel."""
    try:
        body = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise Unreadable("no object")
    for key, reader in _READERS.items():
        if key in body:
            return reader(body, source)
    raise Unreadable("an object of no kind that is known")


def _no_constant(_name: str) -> Any:
    raise ValueError("no number")


def _asked(body: dict[str, Any], source: str) -> Message:
    asked = body["ask"]
    if not isinstance(asked, dict):
        raise Unreadable("a question that is no object")
    kind = asked.get("kind")
    if kind not in ("permission", "choice", "text"):
        raise Unreadable("a question of no kind that is known")
    made = _options(asked.get("options", []))
    is_answerable = _flag(asked, "answerable", True)
    parts = _parts(asked.get("parts", []))
    if kind == "choice" and not made and not parts and is_answerable:
        raise Unreadable("a choice without options")
    if parts and (kind == "permission" or made):
        raise Unreadable("several questions that are one, too")
    question = Question(
        id="",
        kind=kind,
        title=_text(asked, "title", TITLE),
        tool=_text(asked, "tool", 60),
        body=_text(asked, "body", BODY),
        options=made,
        source=source,
        channel_id=_name(asked.get("id")),
        allows_always=_flag(asked, "always", False),
        allows_text=_flag(asked, "text", False),
        allows_many=kind == "choice" and _flag(asked, "many", False),
        parts=parts,
        is_answerable=is_answerable,
    )
    return Asked(question)


def _parts(value: Any) -> tuple[Part, ...]:
    if not isinstance(value, list) or len(value) > MOST_PARTS:
        raise Unreadable(f"questions that are no list of at most {MOST_PARTS}")
    parts = tuple(_part(each) for each in value)
    if len(parts) == 1:
        raise Unreadable("several questions that are only one")
    return parts


def _part(value: Any) -> Part:
    if not isinstance(value, dict):
        raise Unreadable("a question that is no object")
    options = _options(value.get("options", []))
    allows_text = _flag(value, "text", False)
    if not options and not allows_text:
        raise Unreadable("a choice without options")
    is_many = bool(options) and _flag(value, "many", False)
    return Part(_text(value, "title", TITLE), options, allows_text, is_many)


def _options(value: Any) -> tuple[Option, ...]:
    if not isinstance(value, list) or len(value) > MOST_OPTIONS:
        raise Unreadable(f"options that are no list of at most {MOST_OPTIONS}")
    made = tuple(_option(option) for option in value)
    if len({option.id for option in made}) != len(made):
        raise Unreadable("two options of one id")
    return made


def _option(value: Any) -> Option:
    name = value.get("id") if isinstance(value, dict) else None
    if not isinstance(name, str) or not _OPTION.fullmatch(name):
        raise Unreadable("an option without a plain id")
    if name in ("once", "always", "reject"):
        raise Unreadable("an option with the id of an answer")
    return Option(name, _text(value, "label", LABEL))


def _gone(body: dict[str, Any], _source: str) -> Message:
    answer = body.get("answer", "")
    known = answer if answer in ("once", "always", "reject") else ""
    return Gone(_name(body["gone"]), known)


def _delivered(body: dict[str, Any], _source: str) -> Message:
    return Delivered(_name(body["delivered"]))


def _failed(body: dict[str, Any], _source: str) -> Message:
    return Delivered(_name(body["failed"]), _text(body, "why", 200) or "no reason told")


def _stated(body: dict[str, Any], _source: str) -> Message:
    state = body["state"]
    if not isinstance(state, str) or state not in _STATES:
        raise Unreadable("a state that a channel does not tell")
    until = body.get("until")
    if until is not None:
        until = _number(until)
    rule, text = _text(body, "rule", 60), _text(body, "text", 300)
    return Stated(AgentState(state), rule, text, until)


def _sent(body: dict[str, Any], _source: str) -> Message:
    return Sent(_whole(body["sent"]))


def _unsent(body: dict[str, Any], _source: str) -> Message:
    return Sent(_whole(body["unsent"]), _text(body, "why", 200) or "no reason told")


def _fault(body: dict[str, Any], _source: str) -> Message:
    return Fault(_text(body, "fault", 300))


def _odd(body: dict[str, Any], _source: str) -> Message:
    kind = _text(body, "unreadable", 60)
    raise Unreadable(f"its event {kind!a} could not be read")


_READERS = {
    "ask": _asked,
    "gone": _gone,
    "delivered": _delivered,
    "failed": _failed,
    "sync": lambda _body, _source: Synced(),
    "ready": lambda _body, _source: Ready(),
    "state": _stated,
    "sent": _sent,
    "unsent": _unsent,
    "fault": _fault,
    "unreadable": _odd,
}
"""The key that a message is known by; a message with two is the first of them."""


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unreadable("an id that is no plain word")
    return value


def _text(body: dict[str, Any], key: str, limit: int) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise Unreadable(f"a {key} that is no text")
    value = value.encode("utf-8", "replace").decode()  # a lone surrogate is no text
    return value if len(value) <= limit else value[:limit] + "…"


def _flag(body: dict[str, Any], key: str, default: bool) -> bool:
    value = body.get(key, default)
    if not isinstance(value, bool):
        raise Unreadable(f"{key} is neither true nor false")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("a time that is no number")
    try:
        number = float(value)
    except OverflowError as error:
        raise Unreadable("a time that is no number") from error
    if not math.isfinite(number) or not 0 <= number < 1e11:
        raise Unreadable("a time that is none")
    return number


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Unreadable("a number that is none of ours")
    return value
