"""What engines say of a container, with cgroup 1 and 2, and whatever else they say."""

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.docker.stats import parse_reading
from swarm.model.usage import Reading

MEBI = 1 << 20
READ, BEFORE = "2026-03-01T10:00:02.500000000Z", "2026-03-01T10:00:01.500000000Z"
ZERO = "0001-01-01T00:00:00Z"
NO_LIMIT = (1 << 64) - 1


def _line(**more: Any) -> dict[str, Any]:
    """One and a half cores for a second, as Docker 20.10 tells it."""
    throttling = {"periods": 20, "throttled_periods": 6, "throttled_time": 5}
    earlier = {"periods": 10, "throttled_periods": 1, "throttled_time": 1}
    return {
        "read": READ,
        "preread": BEFORE,
        "pids_stats": {"current": 41, "limit": 512},
        "cpu_stats": {
            "cpu_usage": {"total_usage": 3_500_000_000, "percpu_usage": [1, 2]},
            "system_cpu_usage": 95_789_430_000_000,
            "online_cpus": 2,
            "throttling_data": throttling,
        },
        "precpu_stats": {
            "cpu_usage": {"total_usage": 2_000_000_000},
            "throttling_data": earlier,
        },
        "memory_stats": {"usage": 1, "limit": 4 << 30, "stats": {}},
        "blkio_stats": {"io_service_bytes_recursive": []},
        **more,
    }


CGROUP_1 = _line(
    memory_stats={
        "usage": 900 * MEBI,
        "max_usage": 2000 * MEBI,
        "limit": 4 << 30,
        "stats": {"total_inactive_file": 100 * MEBI, "inactive_file": 7, "cache": 9},
    },
    blkio_stats={
        "io_service_bytes_recursive": [
            {"major": 8, "minor": 0, "op": "Read", "value": 5},
            {"major": 8, "minor": 0, "op": "Write", "value": 30 * MEBI},
            {"major": 8, "minor": 0, "op": "Total", "value": 35 * MEBI},
        ]
    },
)
CGROUP_2 = _line(
    memory_stats={
        "usage": 900 * MEBI,
        "limit": 4 << 30,
        "stats": {"inactive_file": 100 * MEBI, "active_file": 3, "anon": 9},
    },
    blkio_stats={
        "io_service_bytes_recursive": [
            {"major": 8, "minor": 0, "op": "read", "value": 5},
            {"major": 8, "minor": 0, "op": "write", "value": 10 * MEBI},
            {"major": 8, "minor": 16, "op": "write", "value": 20 * MEBI},
        ],
        "io_serviced_recursive": None,
    },
)


@pytest.mark.parametrize("line", [CGROUP_1, CGROUP_2], ids=["cgroup1", "cgroup2"])
def test_a_line_is_read_the_same_from_both_kinds(line: dict[str, Any]) -> None:
    """Memory without the page cache, cpu by the clock, bytes by device."""
    assert parse_reading(line) == Reading(
        at=1772359202.5,
        cpu=1.5,
        memory=800 * MEBI,
        memory_limit=4 << 30,
        pids=41,
        pids_limit=512,
        written=30 * MEBI,
        throttled=0.5,
    )


def test_a_first_line_has_no_cpu_yet() -> None:
    """Its counters run since the start, and there is no clock before it."""
    none: dict[str, Any] = {"cpu_usage": {"total_usage": 0}, "throttling_data": {}}
    found = parse_reading({**CGROUP_1, "preread": ZERO, "precpu_stats": none})

    assert found is not None
    assert (found.cpu, found.throttled, found.pids) == (0.0, 0.0, 41)


def test_what_is_paused_uses_no_cpu() -> None:
    """Its counters stand still."""
    found = parse_reading({**CGROUP_2, "precpu_stats": CGROUP_2["cpu_stats"]})

    assert found is not None
    assert (found.cpu, found.throttled, found.memory) == (0.0, 0.0, 800 * MEBI)


def test_a_line_of_what_does_not_run_is_none() -> None:
    """Docker writes one a second of a container that has ended."""
    assert parse_reading({"read": ZERO, "preread": ZERO, "pids_stats": {}}) is None
    assert parse_reading({}) is None


def test_no_limit_is_none_however_it_is_written() -> None:
    found = parse_reading(
        _line(
            pids_stats={"current": 3, "limit": NO_LIMIT},
            memory_stats={"usage": 5, "limit": (1 << 63) - 4096},
            blkio_stats={"io_service_bytes_recursive": None},
        )
    )

    assert found is not None
    assert (found.pids_limit, found.memory_limit, found.written) == (0, 0, None)


def test_more_cache_than_memory_is_not_subtracted() -> None:
    stats = {"usage": 5, "stats": {"total_inactive_file": 6}}
    found = parse_reading(_line(memory_stats=stats))

    assert found is not None
    assert found.memory == 5


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.sampled_from([READ, ZERO, "9999-12-31T23:59:59.9+99:99", "", "\0", "write"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["stats", "limit", "usage", "op", "value", "read"]), inner
        )
    ),
    max_leaves=6,
)


def _paths(body: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    return [at, *(path for key, one in inner for path in _paths(one, (*at, key)))]


@st.composite
def odd_lines(draw: st.DrawFn) -> dict[str, Any]:
    """A sound line with some of it gone, or replaced by anything."""
    line: dict[str, Any] = copy.deepcopy(draw(st.sampled_from([CGROUP_1, CGROUP_2])))
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(_paths(line)[1:] or [("read",)]))
        holder: Any = line
        for key in way:
            holder = holder[key]
        if draw(st.booleans()) and isinstance(holder, dict):
            holder.pop(last, None)
        else:
            holder[last] = draw(ANY)
    return line


@given(odd_lines())
def test_no_line_is_too_odd(line: dict[str, Any]) -> None:
    """Every number is one that can be stored and drawn; at worst it is 0."""
    found = parse_reading(line)

    if found is None:
        return
    numbers = [found.memory, found.memory_limit, found.pids, found.pids_limit]
    assert all(0 <= number < 1 << 63 for number in [*numbers, found.written or 0])
    assert math.isfinite(found.cpu)
    assert found.cpu >= 0
    assert 0 <= found.throttled <= 1
    assert found.at > 0
    json.dumps([found.at, found.cpu], allow_nan=False)
