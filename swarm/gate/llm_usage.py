"""Reads answers of model services: which model, and how many tokens it counted."""

import json
from dataclasses import dataclass
from typing import Any

WHOLE_LIMIT = 8 << 20
"""Bytes of one event, or of one answer that is no stream; a longer one is not read."""

_USAGE = (
    ("usage",),
    ("message", "usage"),
    ("response", "usage"),
    ("usageMetadata",),
)
"""Where the services put their counts."""
_MODEL = (("model",), ("message", "model"), ("response", "model"), ("modelVersion",))
_IN = ("input_tokens", "prompt_tokens", "promptTokenCount")
_OUT = ("output_tokens", "completion_tokens", "candidatesTokenCount")
_STREAMS = (b"data:", b"event:", b"id:", b":")
"""How a stream of events begins."""
_THOUGHT = ("thoughtsTokenCount",)
"""Gemini counts thinking beside the answer; the others within it."""


@dataclass(slots=True)
class LlmUsage:
    """What the answer said so far; counts are of the whole answer, never of a piece."""

    model: str = ""
    tokens_in: int = 0
    """Read anew; what came from a cache is not among them."""
    tokens_out: int = 0
    tokens_cached: int = 0


class LlmResponseReader:
    """Fed with the answer's body as it passes; keeps no more than one event of it."""

    def __init__(self) -> None:
        self.usage = LlmUsage()
        self._rest = b""
        self._is_stream: bool | None = None
        self._lost = False

    def feed(self, data: bytes) -> None:
        """Some more of the body, as it is without its transfer coding."""
        self._rest += data
        if self._is_stream is None and len(self._rest.lstrip()) >= len(b"event:"):
            self._is_stream = self._rest.lstrip().startswith(_STREAMS)
        if self._is_stream:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                self._line(line)
        if len(self._rest) > WHOLE_LIMIT:
            self._rest, self._lost = b"", True

    def done(self) -> LlmUsage:
        """The body has ended."""
        if self._is_stream:
            self._line(self._rest)
        elif not self._lost:
            self._take(self._rest)
        self._rest = b""
        return self.usage

    def _line(self, line: bytes) -> None:
        if self._lost:
            self._lost = False
        elif line.startswith(b"data:"):
            self._take(line.removeprefix(b"data:").strip())

    def _take(self, text: bytes) -> None:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return
        for one in body if isinstance(body, list) else [body]:
            if isinstance(one, dict):
                self._learn(one)

    def _learn(self, body: dict[str, Any]) -> None:
        model = _first(body, _MODEL)
        if isinstance(model, str) and model:
            self.usage.model = model[:100]
        counts = _first(body, _USAGE)
        if not isinstance(counts, dict):
            return
        cached, is_within = _cached(counts)
        found = _number(counts, _IN)
        if found:
            self.usage.tokens_in = max(0, found - cached) if is_within else found
        if cached:
            self.usage.tokens_cached = cached
        out = _number(counts, _OUT) + _number(counts, _THOUGHT)
        self.usage.tokens_out = max(self.usage.tokens_out, out)


def _cached(counts: dict[str, Any]) -> tuple[int, bool]:
    """Tokens from a cache, and whether the input's count holds them too."""
    if "cache_read_input_tokens" in counts:
        return _number(counts, ("cache_read_input_tokens",)), False
    for name in ("input_tokens_details", "prompt_tokens_details"):
        inner = counts.get(name)
        if isinstance(inner, dict):
            return _number(inner, ("cached_tokens",)), True
    return _number(counts, ("cachedContentTokenCount",)), True


def _first(body: dict[str, Any], places: tuple[tuple[str, ...], ...]) -> Any:
    for place in places:
        found: Any = body
        for key in place:
            found = found.get(key) if isinstance(found, dict) else None
        if found:
            return found
    return None


def _number(counts: dict[str, Any], names: tuple[str, ...]) -> int:
    for name in names:
        value = counts.get(name)
        if type(value) is int and 0 <= value < 1 << 40:
            return value
    return 0
