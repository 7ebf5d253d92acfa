"""Reads the model's name and the token counts from answers of model services."""

import json
from dataclasses import dataclass
from typing import Any

from swarm.gate import model_limits

WHOLE_LIMIT = 8 << 20
"""Bytes of one event, or of one answer that is no stream; a longer one is not read."""

UNREAD = object()
"""In place of an event that is no JSON: its bytes count alone."""
_USAGE = (
    ("usage",),
    ("message", "usage"),
    ("response", "usage"),
    ("usageMetadata",),
)
"""The places in an answer where the services put their counts."""
_MODEL = (("model",), ("message", "model"), ("response", "model"), ("modelVersion",))
_IN = ("input_tokens", "prompt_tokens", "promptTokenCount")
_OUT = ("output_tokens", "completion_tokens", "candidatesTokenCount")
_STREAMS = (b"data:", b"event:", b"id:", b":")
"""The first bytes of a stream of events."""
_TEXTS = frozenset({
    "arguments",
    "content",
    "delta",
    "input",
    "partial_json",
    "reasoning",
    "reasoning_content",
    "text",
    "thinking",
})  # fmt: skip
"""Keys under which the services put what a model says."""
BYTES_PER_TOKEN = 4
"""Of English text and code, for answers that do not tell: within a third or so."""
_DEPTH_LIMIT = 12
_THOUGHT = ("thoughtsTokenCount",)
"""Gemini counts thinking beside the answer; the others within it."""


@dataclass(slots=True)
class LlmUsage:
    """The model and counts so far; each count is of the whole answer, not a piece."""

    model: str = ""
    tokens_in: int = 0
    """Without those that are read from a cache or written into one."""
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_cache_written: int = 0
    tokens_cache_written_1h: int = 0
    """Those of `tokens_cache_written` that are kept for an hour, which costs more."""
    estimated: bool = False
    """The answer did not tell, or was cut off; counted from the bytes instead."""


class LlmResponseReader:
    """Fed with the answer's body as it passes; keeps no more than one event of it."""

    def __init__(self) -> None:
        self.usage = LlmUsage()
        self.error: dict[str, Any] | None = None
        """What the service told in place of words, or after some of them."""
        self._pending = b""
        self._is_stream: bool | None = None
        self._is_skipping = False
        self._size = 0
        self._said = 0
        """Bytes of what the model said so far."""
        self._is_read = False
        """A piece was JSON: without words of a model in it, it is no model's answer."""

    def feed(self, data: bytes) -> None:
        """Read the next bytes of the body, without its transfer coding."""
        self._size += len(data)
        self._pending += data
        if self._is_stream is None and len(self._pending.lstrip()) >= len(b"event:"):
            self._is_stream = self._pending.lstrip().startswith(_STREAMS)
        if self._is_stream:
            *lines, self._pending = self._pending.split(b"\n")
            for line in lines:
                self._read_line(line)
        if len(self._pending) > WHOLE_LIMIT:
            self._pending, self._is_skipping = b"", True

    def read_event(self, event: Any, size: int) -> None:
        """Read one event that came whole, as a message of a WebSocket.

        `event` is what its JSON holds, or `UNREAD`; `size` are its bytes.
        """
        self._size += size
        if event is not UNREAD:
            self._read_parsed(event)

    def done(self, asked: int = 0, is_whole: bool = True) -> LlmUsage:
        """Read the last piece; the body has ended, or was cut off if not `is_whole`.

        `asked` are the bytes of the request. Tokens that the answer did not tell are
        estimated from them and from what the model said.
        """
        if self._is_stream:
            self._read_line(self._pending)
        elif not self._is_skipping:
            self._read_json(self._pending)
        self._pending = b""
        self._estimate(asked, is_whole)
        return self.usage

    def _estimate(self, asked: int, is_whole: bool) -> None:
        usage = self.usage
        if self._is_read and not self._said:
            return
        known_in = usage.tokens_in + usage.tokens_cached + usage.tokens_cache_written
        said = -(-(self._said or self._size) // BYTES_PER_TOKEN)
        if not known_in and not usage.tokens_out:
            usage.tokens_in = -(-asked // BYTES_PER_TOKEN)
            usage.tokens_out = said
            usage.estimated = bool(asked or said)
        elif not is_whole and said > usage.tokens_out:
            # The count comes with the last event, which did not come.
            usage.tokens_out, usage.estimated = said, True

    def _read_line(self, line: bytes) -> None:
        if self._is_skipping:
            self._is_skipping = False
        elif line.startswith(b"data:"):
            self._read_json(line.removeprefix(b"data:").strip())

    def _read_json(self, text: bytes) -> None:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return
        self._read_parsed(body)

    def _read_parsed(self, body: Any) -> None:
        self._is_read = True
        for item in body if isinstance(body, list) else [body]:
            if isinstance(item, dict):
                self.error = model_limits.error_in(item) or self.error
                self._update_usage(item)
                self._said += _said(item)

    def _update_usage(self, body: dict[str, Any]) -> None:
        model = _first_value(body, _MODEL)
        if isinstance(model, str) and model:
            self.usage.model = model[:100]
        counts = _first_value(body, _USAGE)
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


def tells_usage(body: dict[str, Any]) -> bool:
    """True if a piece of an answer tells counts of tokens."""
    return isinstance(_first_value(body, _USAGE), dict)


@dataclass(frozen=True, slots=True)
class _CacheCounts:
    """Token counts of reads from a cache and writes into one."""

    read: int
    written: int = 0
    written_1h: int = 0
    is_within_input: bool = True
    """The service's count of input tokens includes them."""


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


def _first_value(body: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> Any:
    for keys in paths:
        value: Any = body
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value:
            return value
    return None


def _said(value: Any, key: str = "", depth: int = 0) -> int:
    """Bytes of the texts of a model in a piece of an answer."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace")) if key in _TEXTS else 0
    if depth > _DEPTH_LIMIT:
        return 0
    if isinstance(value, dict):
        return sum(_said(part, name, depth + 1) for name, part in value.items())
    if isinstance(value, list):
        return sum(_said(part, key, depth + 1) for part in value)
    return 0


def _number(counts: dict[str, Any], names: tuple[str, ...]) -> int:
    for name in names:
        value = counts.get(name)
        if type(value) is int and 0 <= value < 1 << 40:
            return value
    return 0
