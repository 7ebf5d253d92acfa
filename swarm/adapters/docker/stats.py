"""Reads a container's counters, which the engine streams once a second."""

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
"""The time limit between two lines; the engine writes one a second, if paused too."""

UNLIMITED = 1 << 60
"""Engines write "no limit" as several numbers, none of them smaller than this."""


@contextmanager
def open_stream(
    client: Any, name: str
) -> "Iterator[CancellableStream[dict[str, Any]]]":
    """The decoded lines of one container; another thread may close the stream."""
    # Not the library's `stats`: its result cannot be closed by another thread.
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
        yield CancellableStream(_decoded_lines(answer), answer)
    finally:
        answer.close()


def _decoded_lines(answer: Any) -> Iterator[dict[str, Any]]:
    for line in answer.iter_lines(chunk_size=1 << 16):
        try:
            decoded = json.loads(line)
        except ValueError:
            continue
        if isinstance(decoded, dict):
            yield decoded


def parse_reading(raw: dict[str, Any]) -> Reading | None:
    """The reading that a line holds; None if the container does not run.

    Engines leave fields out, fill them with zeros or with impossible numbers: a value
    that makes no sense counts as 0.
    """
    read_at = _timestamp(raw.get("read"))
    if read_at is None:
        return None
    return Reading(
        at=read_at,
        cpu=_cores(raw, read_at),
        memory=_memory(raw),
        memory_limit=_limit(raw, "memory_stats", "limit"),
        pids=_count(raw, "pids_stats", "current"),
        pids_limit=_limit(raw, "pids_stats", "limit"),
        written=_bytes_written(raw),
        throttled=_throttled_share(raw),
    )


def _cores(raw: dict[str, Any], read_at: float) -> float:
    """Cores used on average since the line before; 0 for the first line."""
    field = ("cpu_usage", "total_usage")
    previous_total = _count(raw, "precpu_stats", *field)
    previous_read = _timestamp(raw.get("preread"))
    nanoseconds = _count(raw, "cpu_stats", *field) - previous_total
    if previous_read is None or not previous_total:
        return 0.0
    if nanoseconds < 0 or read_at <= previous_read:
        return 0.0
    return nanoseconds / 1e9 / (read_at - previous_read)


def _memory(raw: dict[str, Any]) -> int:
    """Bytes without the inactive page cache, as `docker stats` shows them."""
    used = _count(raw, "memory_stats", "usage")
    for name in ("total_inactive_file", "inactive_file"):
        cache = _count(raw, "memory_stats", "stats", name)
        if name in _section(raw, "memory_stats", "stats"):
            return used - cache if cache < used else used
    return used


def _bytes_written(raw: dict[str, Any]) -> int | None:
    """None if no device is counted: many kernels count none with cgroup 1."""
    rows = _section(raw, "blkio_stats").get("io_service_bytes_recursive")
    if not isinstance(rows, list) or not rows:
        return None
    counters = [row for row in rows if isinstance(row, dict)]
    writes = (row for row in counters if str(row.get("op"))[:1] in ("w", "W"))
    return min(UNLIMITED, sum(_count(row, "value") for row in writes))


def _throttled_share(raw: dict[str, Any]) -> float:
    """The share of throttled periods of the scheduler since the line before."""
    periods, throttled_periods = (
        _count(raw, "cpu_stats", "throttling_data", name)
        - _count(raw, "precpu_stats", "throttling_data", name)
        for name in ("periods", "throttled_periods")
    )
    if periods <= 0 or _timestamp(raw.get("preread")) is None:
        return 0.0
    return min(1.0, max(0.0, throttled_periods / periods))


def _limit(raw: dict[str, Any], *path: str) -> int:
    limit = _count(raw, *path)
    return 0 if limit >= UNLIMITED else limit


def _count(raw: dict[str, Any], *path: str) -> int:
    value = _section(raw, *path[:-1]).get(path[-1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    return int(min(UNLIMITED, max(0, value)))


def _section(raw: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        inner = raw.get(name)
        raw = inner if isinstance(inner, dict) else {}
    return raw


def _timestamp(text: Any) -> float | None:
    """Seconds since the epoch; None for the zero time, or if the text is no time."""
    try:
        seconds = datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return seconds if seconds > 0 else None
