"""Mutated answers of model services: a limit has a time that can be believed, or none.

An input is a status, fields, an empty line and a body, as a service would send them.
"""

from swarm.gate import model_limits, reset_times
from swarm.gate.llm_usage import LlmResponseReader
from tests.fuzz_target import Broken, Target

NOW = 1_800_000_000.0
KINDS = {*model_limits.LIMITS, "key", "credit", "model", "forbidden"}
SEEDS = (
    b"429\nretry-after: 7200\nanthropic-ratelimit-unified-status: rejected\n"
    b"anthropic-ratelimit-unified-reset: 1800003600\n\n"
    b'{"type": "error", "error": {"type": "rate_limit_error", "message": "no"}}',
    b"429\nx-ratelimit-reset-requests: 6m0s\nx-ratelimit-remaining-requests: 0\n\n"
    b'{"error": {"type": "usage_limit_reached", "resets_in_seconds": 3600}}',
    b"429\nretry-after: Fri, 15 Jan 2027 09:00:00 GMT\n\n"
    b'[{"error": {"code": 429, "details": [{"retryDelay": "34.5s"}]}}]',
    b'200\n\nevent: error\ndata: {"type": "error", "error": {"type": '
    b'"overloaded_error", "message": "try again in 1.5s"}}\n\n',
    b'401\n\n{"error": {"code": "invalid_api_key", "message": "wrong"}}',
)


def _answer(data: bytes) -> bool:
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    status = int(first) if first.isdigit() and len(first) < 4 else 0
    fields = [
        (key, value.strip()) for key, _, value in (x.partition(b":") for x in lines)
    ]
    reader = LlmResponseReader()
    half = len(body) // 2
    reader.feed(body[:half])
    reader.feed(body[half:])
    reader.done()
    told = model_limits.read(status, fields, reader.error, NOW)
    if told is None:
        return False
    if told.kind not in KINDS or len(told.text) > model_limits.TEXT_LIMIT:
        raise Broken(f"{told} was read in {data!r}")
    latest = NOW + reset_times.AHEAD_LIMIT
    if told.until is not None and not (told.is_limit and NOW < told.until <= latest):
        raise Broken(f"{told.until} was believed in {data!r}")
    return True


TARGETS = (Target("limits", SEEDS, _answer),)
