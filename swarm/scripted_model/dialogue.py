"""A request and an answer, whatever the protocol is."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    """A piece of the conversation that an agent sends along."""

    kind: str
    """`user`, `assistant`, or `result` of a tool."""
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the agent offers."""

    name: str
    parameters: dict[str, Any]
    """By name, as JSON schemas."""
    kind: str = "function"
    """`custom` for one that takes text instead of parameters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent asks of the model."""

    model: str
    turns: tuple[Turn, ...]
    tools: dict[str, Tool]
    streams: bool
    wants_json: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """An answer in words."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """An answer that calls a tool."""

    tool: Tool
    arguments: dict[str, Any]
    text: str = ""
    """What a custom tool gets in place of arguments."""


Reply = Text | Call


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the server tells them."""

    fresh: int
    """Those that came in and were in no cache."""
    cached: int
    out: int

    @property
    def asked(self) -> int:
        """All that came in."""
        return self.fresh + self.cached

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.fresh + other.fresh, self.cached + other.cached, self.out + other.out
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return self + Usage(-other.fresh, -other.cached, -other.out)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error in place of an answer."""

    status: int
    message: str
    reset: int = 0
    """The second since the epoch at which it ends; 0 if it is no limit."""
    seconds: int = 0
    """How long that is."""


def usage(asked: bytes, reply: Reply) -> Usage:
    """Four bytes are a token, and half of what comes in is from a cache."""
    said = reply.text if isinstance(reply, Text) else json.dumps(reply.arguments)
    tokens = max(len(asked) // 4, 2)
    return Usage(tokens - tokens // 2, tokens // 2, max(len(said) // 4, 1))


def pieces(text: str) -> list[str]:
    """The text as a model streams it, a few characters at a time."""
    return [text[place : place + 24] for place in range(0, len(text), 24)] or [""]


def plain_text(content: Any) -> str:
    """The text of a message's content, in any of the shapes that protocols have."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return plain_text(content.get("text") or content.get("output") or "")
    if isinstance(content, list):
        return "\n".join(filter(None, map(plain_text, content)))
    return ""


def tools(offered: Iterable[dict[str, Any]]) -> dict[str, Tool]:
    """The tools of a request by name, however deep they are nested."""
    by_name: dict[str, Tool] = {}
    for body in offered:
        nested = body.get("functionDeclarations") or body.get("tools")
        if nested:
            by_name = tools(nested) | by_name
            continue
        inner = body.get("function", body)
        name = str(inner.get("name") or body.get("type") or "")
        schema: dict[str, Any] = next(
            (inner[key] for key in SCHEMAS if isinstance(inner.get(key), dict)), {}
        )
        kind = str(body.get("type") or "function")
        by_name[name] = Tool(name, dict(schema.get("properties") or {}), kind)
    return by_name


SCHEMAS = ("input_schema", "parameters", "parametersJsonSchema")
