"""Tells from a model service's answer whether it is a limit or a refusal, and which.

Status, header fields and the error in the body are read; what a model says is not. A
service may break a stream off with an error after it answered 200.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from swarm.gate import reset_times

TEXT_LIMIT = 300
"""Characters of a service's sentence that are kept."""
DEPTH_LIMIT = 8
NODES_LIMIT = 500
"""Values of one error that are looked at."""
_ASKS = re.compile(
    r"(?:/messages|/chat/completions|/responses|/completions"
    r"|:generateContent|:streamGenerateContent)"
)
"""The end of the path of a request for a model's words."""

_MODEL_PATH = re.compile(r"/models/([A-Za-z0-9._-]{1,100}):")
_MODEL_NAME = re.compile(rb'(?<!\\)"model"\s{0,9}:\s{0,9}"([A-Za-z0-9._:/@+-]{1,100})"')

_OVERLOADS = frozenset({
    "engine_overloaded",
    "engine_overloaded_error",
    "model_overloaded",
    "overloaded",
    "overloaded_error",
    "server_is_overloaded",
    "service_unavailable",
    "service_unavailable_error",
    "slow_down",
    "unavailable",
})  # fmt: skip
_USAGES = frozenset({
    "insufficient_quota",
    "quota_exceeded",
    "rate_limit",
    "rate_limit_error",
    "rate_limit_exceeded",
    "rate_limited",
    "resource_exhausted",
    "too_many_requests",
    "usage_limit_exceeded",
    "usage_limit_reached",
})  # fmt: skip
_REFUSALS = {
    "api_key_invalid": "key",
    "authentication_error": "key",
    "invalid_api_key": "key",
    "token_expired": "key",
    "unauthenticated": "key",
    "billing_error": "credit",
    "insufficient_balance": "credit",
    "insufficient_credits": "credit",
    "model_not_found": "model",
    "not_found": "model",
    "not_found_error": "model",
    "permission_denied": "forbidden",
    "permission_error": "forbidden",
}
"""Words of services, in lower case, and the refusal that each means."""
_STATUSES = {
    401: "key",
    402: "credit",
    403: "forbidden",
    404: "model",
    429: "usage",
    503: "overload",
    529: "overload",
}
LIMITS = ("usage", "overload")
_CREDIT = "credit balance is too low"
_WORDS = ("type", "code", "status", "reason")
"""Keys of an error under which services put a word for it."""
_POINTS = frozenset({"reset_at", "reset_time", "resets_at", "resetsat", "resettime"})
"""Keys, in lower case, of a reset as a point of time."""
_SPANS = frozenset({"resets_in_seconds", "retry_after", "retry_after_seconds"})
_DELAYS = frozenset({"retrydelay", "retry_delay", "quotaresetdelay"})
_TRY_AGAIN = re.compile(r"try again in (?=[0-9])([0-9hdms.]{2,24}s|[0-9]{1,6}m)\b")
_UNIFIED = re.compile(r"anthropic-ratelimit-unified(-[a-z0-9]{1,12})?-(reset|status)")
_RESETS = re.compile(
    r"(?P<kind>anthropic-ratelimit|x-ratelimit)-(?:reset(?P<after>-[a-z0-9-]{1,32})?"
    r"|(?P<before>(?!unified)[a-z0-9-]{1,32})-reset)"
)


@dataclass(frozen=True, slots=True)
class ModelError:
    """What a service answered in place of a model's words, or after some of them."""

    kind: str
    """`usage` and `overload` are limits; `key`, `model`, `credit`, `forbidden` not."""
    until: float | None = None
    """The end of the limit, in seconds since the epoch; None if none is known."""
    text: str = ""

    @property
    def is_limit(self) -> bool:
        """True if it passes by itself."""
        return self.kind in LIMITS


def asks_model(method: str, target: str) -> bool:
    """True for a request for a model's words; others of the host tell no limit."""
    path = target.partition("?")[0].rstrip("/")
    match = _ASKS.search(path, max(0, len(path) - 32))
    return method == "POST" and match is not None and match.end() == len(path)


def asked_model(target: str, body: bytes) -> str:
    """The model that a request names in its path or near its body's beginning."""
    match = _MODEL_PATH.search(target)
    if match:
        return match[1]
    named = _MODEL_NAME.search(body)
    return named[1].decode("latin-1") if named else ""


def error_in(piece: dict[str, Any]) -> dict[str, Any] | None:
    """The error that a piece of an answer tells, if it is one."""
    response = piece.get("response")
    for holder in (piece, response if isinstance(response, dict) else {}):
        error = holder.get("error")
        if isinstance(error, dict) and error:
            return error if holder is not piece else {**_outer(piece), **error}
    return piece if piece.get("type") == "error" else None


def read(
    status: int,
    fields: Iterable[tuple[bytes, bytes]],
    error: dict[str, Any] | None,
    now: float,
) -> ModelError | None:
    """The limit or the refusal that an answer is; None for any other.

    `error` is what `error_in` found in the body. `now` is in seconds since the epoch.
    """
    nodes = list(_nodes(error)) if error else []
    text = _text(error)
    kind = _kind(status, nodes, text)
    if kind not in LIMITS:
        return ModelError(kind, None, text) if kind else None
    headers = _headers(fields) if status >= 400 else {}
    return ModelError(kind, _until(headers, nodes, text, now), text)


def _kind(status: int, nodes: list[tuple[str, Any]], text: str) -> str:
    if status < 400 and not nodes:
        return ""
    words = {
        value.lower()
        for key, value in nodes
        if key in _WORDS and isinstance(value, str)
    }
    if words & _OVERLOADS:
        return "overload"
    if words & _USAGES or status == 429:
        return "usage"
    if _CREDIT in text.lower():
        return "credit"
    refusals = [_REFUSALS[word] for word in sorted(words & _REFUSALS.keys())]
    if refusals:
        return "key" if "key" in refusals else refusals[0]
    codes = [v for k, v in nodes if k in ("code", "status") and type(v) is int]
    return next((_STATUSES[code] for code in (status, *codes) if code in _STATUSES), "")


def _until(
    headers: dict[str, str], nodes: list[tuple[str, Any]], text: str, now: float
) -> float | None:
    """The latest time of those that say when to ask again, else of a quota's end."""
    told = [
        reset_times.retry_after(headers.get("retry-after", ""), now),
        _milliseconds(headers.get("retry-after-ms", ""), now),
        *_unified(headers, now),
        *_in_body(nodes, now),
    ]
    if not any(told):
        match = _TRY_AGAIN.search(text)
        told = [reset_times.duration(match[1], now) if match else None]
    if not any(told):
        told = list(_quotas(headers, now))
    return max((at for at in told if at is not None), default=None)


def _milliseconds(text: str, now: float) -> float | None:
    return reset_times.duration(f"{text.strip()}ms", now) if text else None


def _unified(headers: dict[str, str], now: float) -> Iterator[float | None]:
    """The ends of Anthropic's windows that are used up."""
    for name, value in headers.items():
        match = _UNIFIED.fullmatch(name)
        if match and match[2] == "reset":
            status = headers.get(f"{name.removesuffix('reset')}status", "rejected")
            if status.strip().lower() == "rejected":
                yield reset_times.point(value, now)


def _quotas(headers: dict[str, str], now: float) -> Iterator[float | None]:
    """The ends of the quotas of which nothing remains, or of all if none tells."""
    resets = {name: m for name in headers if (m := _RESETS.fullmatch(name))}
    spent = {
        name
        for name in resets
        if headers.get(name.replace("reset", "remaining"), "").strip() in ("0", "0.0")
    }
    for name in spent or resets:
        yield reset_times.point(headers[name], now)


def _in_body(nodes: list[tuple[str, Any]], now: float) -> Iterator[float | None]:
    for key, value in nodes:
        name = key.lower()
        if name in _POINTS:
            yield reset_times.point(value, now)
        elif name in _SPANS:
            yield reset_times.after(value, now)
        elif name in _DELAYS:
            yield reset_times.duration(value, now)


def _headers(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The fields by name; of one that is there twice, the last."""
    return {
        key.decode("latin-1").lower(): value.decode("latin-1") for key, value in fields
    }


def _nodes(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of an error and its value, within bounds."""
    waiting: deque[tuple[str, Any, int]] = deque([("", value, 0)])
    room = NODES_LIMIT
    while waiting:
        key, item, depth = waiting.popleft()
        if key:
            yield key, item
        parts: Iterable[tuple[str, Any]] = ()
        if depth < DEPTH_LIMIT and isinstance(item, dict):
            parts = item.items()
        elif depth < DEPTH_LIMIT and isinstance(item, list):
            parts = (("", part) for part in item)
        more = [(name, part, depth + 1) for name, part in islice(parts, room)]
        room -= len(more)
        waiting.extend(more)


def _outer(piece: dict[str, Any]) -> dict[str, Any]:
    """What stands beside an error and is about it."""
    return {key: piece[key] for key in piece if key.lower() in _POINTS | _SPANS}


def _text(error: dict[str, Any] | None) -> str:
    message = (error or {}).get("message")
    return message[:TEXT_LIMIT] if isinstance(message, str) else ""
