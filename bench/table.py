"""A measured figure beside its floor, and the table of them."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    ours: float
    floor: float
    """What the same unit costs without us; 0 for an absolute figure."""
    limit: float
    """The greatest allowed ratio, or absolute figure; 0 for none, as with a peer's."""
    unit: str

    @property
    def figure(self) -> float:
        """The ratio, or the absolute figure."""
        return self.ours / self.floor if self.floor else self.ours

    @property
    def over(self) -> bool:
        """Whether the figure is over its limit."""
        return 0 < self.limit < self.figure


def show(rows: list[Row]) -> str:
    """The table as text."""
    head = f"{'what':<52} {'ours':>12} {'floor':>12} {'figure':>9} {'limit':>9}"
    lines = [head, "─" * len(head)]
    for row in rows:
        floor = f"{row.floor:.1f} {row.unit}" if row.floor else "–"
        times = "×" if row.floor else f" {row.unit}"
        mark = "  OVER" if row.over else ""
        limit = f"{row.limit:>7.2f}{times}" if row.limit else f"{'–':>8}"
        lines.append(
            f"{row.what:<52} {row.ours:>9.1f} {row.unit:<2} {floor:>12} "
            f"{row.figure:>7.2f}{times} {limit}{mark}"
        )
    return "\n".join(lines)


def paired(
    ours: Callable[[], float], floor: Callable[[], float], runs: int
) -> tuple[float, float]:
    """Medians of two measurements, after one warm-up of each.

    Each goes first every other time: a disk that is slow at every second run would
    else be slow for one of them alone.
    """
    ours(), floor()
    found: dict[bool, list[float]] = {True: [], False: []}
    for run in range(runs):
        for is_ours in (run % 2 == 0, run % 2 == 1):
            found[is_ours].append(ours() if is_ours else floor())
    return statistics.median(found[True]), statistics.median(found[False])
