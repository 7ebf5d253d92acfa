"""What a sandbox uses, in words and bars."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model import usage
from swarm.model.usage import BARS, SAMPLES, Reading, Usage, with_reading

GIBI, MEBI = 1 << 30, 1 << 20
USED = Usage(
    at=100.0,
    cpu=1.24,
    memory=966_000_000,
    memory_limit=4 * GIBI,
    pids=41,
    pids_limit=512,
    written=1_288_490_188,
    peak_memory=2 * GIBI,
    peak_pids=77,
    cpus=2.0,
)


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (USED, "cpu 1.2/2  mem 0.9/4.0 GiB  pids 41/512  wrote 1.2 GiB"),
        (
            replace(USED, written=None, cpus=1.5, memory=30 * MEBI),
            "cpu 1.2/1.5  mem 30.0 MiB/4.0 GiB  pids 41/512",
        ),
        (
            replace(USED, written=0, cpus=0.0, memory_limit=0, pids_limit=0),
            "cpu 1.2  mem 921.2 MiB  pids 41  wrote 0 B",
        ),
        (Usage(1.0), "cpu 0.0  mem 0 B  pids 0"),
    ],
)
def test_a_line_says_what_is_used_and_of_how_much(used: Usage, words: str) -> None:
    """Without a limit, or where nothing is counted, less is said."""
    assert usage.current_text(used) == words


def test_peaks_stay_when_all_is_over() -> None:
    assert usage.peak_text(USED) == "mem 2.0/4.0 GiB  pids 77/512"
    assert usage.final_text(USED) == "peak mem 2.0/4.0 GiB  pids 77/512  wrote 1.2 GiB"


@pytest.mark.parametrize(
    ("used", "is_live", "told"),
    [
        (USED, True, []),
        (
            replace(USED, oom=True),
            False,
            ["a process was killed at its limit of 4.0 GiB"],
        ),
        (
            replace(USED, memory=int(3.9 * GIBI)),
            True,
            ["near 4.0 GiB: a process that asks for more is killed"],
        ),
        (replace(USED, memory=int(3.9 * GIBI)), False, []),
        (
            replace(USED, peak_pids=512),
            False,
            ["it reached 512 processes; no more could start"],
        ),
        (
            replace(USED, throttled=0.6),
            True,
            ["its cpu is used up: it waits for its turn"],
        ),
        (replace(USED, throttled=0.6), False, []),
        (Usage(1.0), True, []),
    ],
)
def test_a_limit_is_a_sentence(used: Usage, is_live: bool, told: list[str]) -> None:
    """Only what was reached; of what has ended only what stays true."""
    assert [words for words, _ in usage.limit_warnings(used, is_live)] == told


def test_bars_go_on_while_nothing_new_is_stored() -> None:
    """What did not change since is as high as it was then."""
    samples = (0.0, 0.0, 1.0, 1.0, 2.0, 2.0)
    used = replace(USED, cpu=2.0, samples=samples)

    assert usage.spark(used, 100.4) == "▁▅█"
    assert usage.spark(used, 104.9) == "▁▅███"
    assert usage.spark(used, 9_999.0) == "█" * 30
    assert usage.spark(used, 0.0) == "▁▅█", "a clock that was set back"


def test_bars_of_nothing_are_none() -> None:
    assert usage.spark(Usage(1.0), 1.0) == ""


READINGS = st.builds(
    Reading,
    at=st.floats(0, 2e9),
    cpu=st.floats(0, 1e15),
    memory=st.integers(0, 1 << 60),
    memory_limit=st.integers(0, 1 << 60),
    pids=st.integers(0, 1 << 60),
    pids_limit=st.integers(0, 1 << 60),
    written=st.none() | st.integers(0, 1 << 60),
    throttled=st.floats(0, 1),
)


@given(st.lists(READINGS, min_size=1, max_size=80), st.floats(0, 128), st.booleans())
def test_whatever_was_read_can_be_told(
    readings: list[Reading], cpus: float, is_live: bool
) -> None:
    """Peaks are the greatest, samples the newest, and every line is drawn."""
    used: Usage | None = None
    for reading in readings:
        used = with_reading(used, reading)
    assert used is not None
    used = replace(used, cpus=cpus)

    assert used.peak_memory == max(one.memory for one in readings)
    assert used.peak_pids == max(one.pids for one in readings)
    assert len(used.samples) == min(SAMPLES, len(readings))
    assert set(usage.spark(used, used.at + 7)) <= set(BARS)
    assert usage.current_text(used).startswith("cpu ")
    assert usage.final_text(used)
    assert usage.limit_warnings(used, is_live) is not None
