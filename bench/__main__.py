"""Runs every bench, or those named, and prints one table."""

import sys
from collections.abc import Callable

from bench import audit, commands, gate, idle, latency, launch, paint, proof, sensor
from bench.table import Row, show

BENCHES: dict[str, Callable[[], list[Row]]] = {
    "commands": commands.rows,
    "paint": paint.rows,
    "launch": launch.rows,
    "idle": idle.rows,
    "gate": gate.rows,
    "sensor": sensor.rows,
    "latency": latency.rows,
    "audit": audit.rows,
    "proof": proof.rows,
}


def main(names: list[str]) -> int:
    """Exit 1 where a ratio is over its limit."""
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        print(f"there is no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
        return 2
    rows: list[Row] = []
    for name in names or BENCHES:
        print(f"… {name}", flush=True)
        rows += BENCHES[name]()
    print(show(rows))
    return int(any(row.over for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
