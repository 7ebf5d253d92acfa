"""A container's counters as the engine streams them, one line a second."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests.exceptions
from docker.errors import create_api_error_from_http_exception
from docker.types import CancellableStream

from swarm.model.usage import Reading

STALL_SECONDS = 60.0
"""The engine writes a line a second, also of what is paused; longer is no answer."""

UNLIMITED = 1 << 60
"""Engines say "no limit" in several ways; all of them are at least this."""


@contextmanager
def opened(client: Any, name: str) -> "Iterator[CancellableStream[dict[str, Any]]]":
    """The lines of one container, decoded; `close` of what is yielded ends them.

    Not the library's `stats`: what that returns cannot be closed by another thread.
    """
    answer = client.get(
        f"{client.base_url}/v{client.api_version}/containers/{quote(name)}/stats",
        params={"stream": "1"},
        timeout=STALL_SECONDS,
        stream=True,
    )
    try:
        answer.raise_for_status()
    except requests.exceptions.HTTPError as error:
        create_api_error_from_http_exception(error)
    try:
        yield CancellableStream(_decoded(answer), answer)
    finally:
        answer.close()


def _decoded(answer: Any) -> Iterator[dict[str, Any]]:
    for line in answer.iter_lines(chunk_size=1 << 16):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def reading(raw: dict[str, Any]) -> Reading | None:
    """What one line says; None where it says that nothing runs.

    Engines leave fields out, fill them with zeros, or with more than there can be:
    whatever makes no sense counts as 0.
    """
    at = _moment(raw.get("read"))
    if at is None:
        return None
    return Reading(
        at=at,
        cpu=_cores(raw, at),
        memory=_memory(raw),
        memory_limit=_limit(raw, "memory_stats", "limit"),
        pids=_count(raw, "pids_stats", "current"),
        pids_limit=_limit(raw, "pids_stats", "limit"),
        written=_written(raw),
        throttled=_throttled(raw),
    )


def _cores(raw: dict[str, Any], at: float) -> float:
    """By the clock between two lines; the first has none before it."""
    used = ("cpu_usage", "total_usage")
    earlier, before = _count(raw, "precpu_stats", *used), _moment(raw.get("preread"))
    spent = _count(raw, "cpu_stats", *used) - earlier
    if before is None or not earlier or spent < 0 or at <= before:
        return 0.0
    return spent / 1e9 / (at - before)


def _memory(raw: dict[str, Any]) -> int:
    """Without the page cache that nobody needs, as the docker command shows it."""
    used = _count(raw, "memory_stats", "usage")
    for name in ("total_inactive_file", "inactive_file"):
        cache = _count(raw, "memory_stats", "stats", name)
        if name in _body(raw, "memory_stats", "stats"):
            return used - cache if cache < used else used
    return used


def _written(raw: dict[str, Any]) -> int | None:
    """None where no device is counted: many kernels count none with cgroup 1."""
    rows = _body(raw, "blkio_stats").get("io_service_bytes_recursive")
    if not isinstance(rows, list) or not rows:
        return None
    known = [row for row in rows if isinstance(row, dict)]
    writes = (row for row in known if str(row.get("op"))[:1] in ("w", "W"))
    return min(UNLIMITED, sum(_count(row, "value") for row in writes))


def _throttled(raw: dict[str, Any]) -> float:
    """The share of the scheduler's periods since the line before."""
    periods, held = (
        _count(raw, "cpu_stats", "throttling_data", name)
        - _count(raw, "precpu_stats", "throttling_data", name)
        for name in ("periods", "throttled_periods")
    )
    if periods <= 0 or _moment(raw.get("preread")) is None:
        return 0.0
    return min(1.0, max(0.0, held / periods))


def _limit(raw: dict[str, Any], *path: str) -> int:
    found = _count(raw, *path)
    return 0 if found >= UNLIMITED else found


def _count(raw: dict[str, Any], *path: str) -> int:
    found = _body(raw, *path[:-1]).get(path[-1])
    if isinstance(found, bool) or not isinstance(found, int | float):
        return 0
    if isinstance(found, float) and not math.isfinite(found):
        return 0
    return int(min(UNLIMITED, max(0, found)))


def _body(raw: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        found = raw.get(name)
        raw = found if isinstance(found, dict) else {}
    return raw


def _moment(text: Any) -> float | None:
    """Seconds since the epoch; None for the zero time and for what is no time."""
    try:
        at = datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return at if at > 0 else None
