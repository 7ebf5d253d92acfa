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
    """Read anew; what is read from a cache or written into one is not among them."""
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_cache_written: int = 0
    tokens_cache_written_1h: int = 0
    """Those of `tokens_cache_written` that are kept for an hour, which costs more."""


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
        cache = _cache_counts(counts)
        tokens_in = _number(counts, _IN)
        if tokens_in:
            within = cache.read + cache.written if cache.is_within_input else 0
            self.usage.tokens_in = max(0, tokens_in - within)
        if cache.read:
            self.usage.tokens_cached = cache.read
        if cache.written:
            self.usage.tokens_cache_written = cache.written
            self.usage.tokens_cache_written_1h = min(cache.written_1h, cache.written)
        out = _number(counts, _OUT) + _number(counts, _THOUGHT)
        self.usage.tokens_out = max(self.usage.tokens_out, out)


@dataclass(frozen=True, slots=True)
class _CacheCounts:
    """Tokens that have to do with a cache."""

    read: int
    written: int = 0
    written_1h: int = 0
    is_within_input: bool = True
    """The service's count of input tokens holds them too."""


def _cache_counts(counts: dict[str, Any]) -> _CacheCounts:
    if {"cache_read_input_tokens", "cache_creation_input_tokens"} & counts.keys():
        by_span = counts.get("cache_creation")
        return _CacheCounts(
            read=_number(counts, ("cache_read_input_tokens",)),
            written=_number(counts, ("cache_creation_input_tokens",)),
            written_1h=_number(by_span, ("ephemeral_1h_input_tokens",))
            if isinstance(by_span, dict)
            else 0,
            is_within_input=False,
        )
    for name in ("input_tokens_details", "prompt_tokens_details"):
        details = counts.get(name)
        if isinstance(details, dict):
            return _CacheCounts(
                read=_number(details, ("cached_tokens",)),
                written=_number(details, ("cache_write_tokens",)),
            )
    return _CacheCounts(read=_number(counts, ("cachedContentTokenCount",)))


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
