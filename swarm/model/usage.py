"""The machine's resources that a sandbox uses: readings, peaks, and their texts."""

from collections.abc import Sequence
from dataclasses import replace

from swarm.model.format import in_unit, size, size_unit
from swarm.model.frozen import frozen

SAMPLES = 60
"""Readings of cpu that are kept; the engine gives one a second."""

BARS = "▁▂▃▄▅▆▇█"
NEAR_LIMIT = 0.95
"""The share of its limit at which memory counts as used up."""
THROTTLED_SHARE = 0.5
"""The share of the time waiting for cpu that is reported."""

MEMORY_HINT = "raise `memory` under [sandbox]"
PIDS_HINT = "raise `pids` under [sandbox]"
CPUS_HINT = "raise `cpus` under [sandbox]"
"""The ways out. A plan is made once, so they help the next task only."""


@frozen
class Reading:
    """The container engine's counters at one moment."""

    at: float
    cpu: float = 0.0
    """Cores, on average since the reading before."""
    memory: int = 0
    """Bytes, without the page cache."""
    memory_limit: int = 0
    """0 for none, as `pids_limit`."""
    pids: int = 0
    pids_limit: int = 0
    written: int | None = None
    """Bytes to disk so far; None if the engine does not count them."""
    throttled: float = 0.0
    """The share of the time in which it was held back at its limit of cpu."""


@frozen
class Usage(Reading):
    """The current or last usage of a task's sandbox, and its peaks."""

    peak_memory: int = 0
    peak_pids: int = 0
    oom: bool = False
    """The kernel killed one of its processes for want of memory."""
    samples: tuple[float, ...] = ()
    """The last readings of cpu, oldest first."""
    cpus: float = 0.0
    """The cores that its plan allows; 0 if that is not known."""

    @property
    def waits(self) -> bool:
        """The cpu limit holds it back for long enough to be reported."""
        return self.throttled >= THROTTLED_SHARE


def with_reading(usage: Usage | None, reading: Reading) -> Usage:
    """The usage after a further reading."""
    before = usage or Usage(reading.at)
    return replace(
        before,
        at=reading.at,
        cpu=reading.cpu,
        memory=reading.memory,
        memory_limit=reading.memory_limit,
        pids=reading.pids,
        pids_limit=reading.pids_limit,
        written=reading.written,
        throttled=reading.throttled,
        peak_memory=max(before.peak_memory, reading.memory),
        peak_pids=max(before.peak_pids, reading.pids),
        samples=(*before.samples, round(reading.cpu, 2))[-SAMPLES:],
    )


def current_text(usage: Usage, with_disk: bool = True) -> str:
    """`cpu 1.2/2  mem 0.9/4.0 GiB  pids 41/512  wrote 1.2 GiB`."""
    most = f"/{usage.cpus:g}" if usage.cpus else ""
    cpu = f"cpu {usage.cpu:.1f}{most}"
    parts = [cpu, *_memory_and_pids(usage, usage.memory, usage.pids)]
    return "  ".join(parts + (_written(usage) if with_disk else []))


def peak_text(usage: Usage) -> str:
    """The most it used: `mem 3.1/4.0 GiB  pids 77/512`."""
    return "  ".join(_memory_and_pids(usage, usage.peak_memory, usage.peak_pids))


def final_text(usage: Usage) -> str:
    """Peaks and bytes written, for a sandbox that has ended."""
    return "  ".join([f"peak {peak_text(usage)}", *_written(usage)])


def spark(usage: Usage, at: float, width: int = 30) -> str:
    """The last minute of cpu up to `at`, one line; as high as a bar is its limit.

    Nothing is stored while nothing changes, so the newest value stands for the time
    since.
    """
    still = min(SAMPLES, max(0, int(at - usage.at)))
    step = max(1, SAMPLES // width)
    samples = [*usage.samples, *[usage.cpu] * still][-SAMPLES:]
    samples = samples[len(samples) % step :]
    cells = [samples[i : i + step] for i in range(0, len(samples), step)]
    most = max(usage.cpus or 1.0, *samples, 0.0)
    return "".join(_bar(cell, most) for cell in cells)


def limit_warnings(usage: Usage, is_live: bool) -> list[tuple[str, str]]:
    """A warning for each limit that was reached, with the way out."""
    limit = size(usage.memory_limit) if usage.memory_limit else "memory"
    out = []
    if usage.oom:
        out.append((f"a process was killed at its limit of {limit}", MEMORY_HINT))
    elif is_live and 0 < usage.memory_limit * NEAR_LIMIT < usage.memory:
        near = f"near {limit}: a process that asks for more is killed"
        out.append((near, MEMORY_HINT))
    if reached_pids(usage):
        reached = f"it reached {usage.pids_limit} processes; no more could start"
        out.append((reached, PIDS_HINT))
    if is_live and usage.waits:
        out.append(("its cpu is used up: it waits for its turn", CPUS_HINT))
    return out


def reached_pids(usage: Usage) -> bool:
    """True if the sandbox once had as many processes as it may have."""
    return 0 < usage.pids_limit <= usage.peak_pids


def _memory_and_pids(usage: Usage, memory: int, pids: int) -> list[str]:
    most = f"/{usage.pids_limit}" if usage.pids_limit else ""
    return [f"mem {_ratio(memory, usage.memory_limit)}", f"pids {pids}{most}"]


def _written(usage: Usage) -> list[str]:
    return [] if usage.written is None else [f"wrote {size(usage.written)}"]


def _ratio(number: int, limit: int) -> str:
    """Both in the limit's unit, unless the number would vanish in it."""
    power, unit = size_unit(limit)
    if not limit or number * 10 < 1 << power:
        return f"{size(number)}/{size(limit)}" if limit else size(number)
    return f"{in_unit(number, power)}/{in_unit(limit, power)} {unit}"


def _bar(samples: Sequence[float], most: float) -> str:
    mean = sum(samples) / len(samples)
    return BARS[min(len(BARS) - 1, round(mean / most * (len(BARS) - 1)))]
