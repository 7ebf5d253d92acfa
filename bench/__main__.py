"""Runs the named benches, or all, and prints one table; lists them if none is named."""

import sys
import traceback
from collections.abc import Callable

from bench import (
    agents,
    answers,
    audit,
    commands,
    first_install,
    first_new,
    gate,
    gate_tasks,
    grant,
    idle,
    init,
    intake,
    landing,
    latency,
    launch,
    neighbours,
    paint,
    ports,
    proof,
    review,
    sensor,
    state,
    warm,
    worktree,
)
from bench.table import Row, show

BENCHES: dict[str, tuple[Callable[[], list[Row]], str]] = {
    "commands": (commands.rows, "`swarm --version` and `ls` beside an empty Python"),
    "paint": (paint.rows, "the first paint beside an empty Textual app"),
    "init": (init.rows, "`swarm init` on a repository of 50,000 files"),
    "launch": (launch.rows, "from a prompt to the agent's first instruction"),
    "first": (first_new.rows, "the first `swarm new` beside the second"),
    "install": (first_install.rows, "a first install through the gate beside none"),
    "worktree": (worktree.rows, "a worktree of 150,000 files beside git's own"),
    "warm": (warm.rows, "a task that begins with 20,000 files of dependencies"),
    "landing": (landing.rows, "a merge with filters and signing beside git's own"),
    "review": (review.rows, "a look at what was made to take long"),
    "grant": (grant.rows, "from a grant to its being in force, with ten live tasks"),
    "intake": (intake.rows, "an event taken in beside a bare batched insert"),
    "idle": (idle.rows, "keeper and dashboard while ten agents do nothing"),
    "gate": (gate.rows, "the gate beside no gate and beside other proxies"),
    "requests": (gate.requests_rows, "small requests, intercepted, beside mitmproxy"),
    "stream": (gate.stream_rows, "the first byte of a stream of events"),
    "neighbours": (neighbours.rows, "the gate beside a task that misbehaves"),
    "masking": (gate_tasks.masking_rows, "answers that are searched for a secret"),
    "ports": (ports.rows, "a box's server at the loopback beside a plain relay"),
    "tasks": (gate_tasks.idle_rows, "200 idle tasks at one gate"),
    "sensor": (sensor.rows, "the cost of being observed, and what is missed"),
    "latency": (latency.rows, "from a write in a sandbox to its row and to the screen"),
    "audit": (audit.rows, "the dashboard and the audit while events pour in"),
    "state": (state.rows, "an agent's state, from the change to its row"),
    "agents": (agents.rows, "an agent's first request beside a bare container"),
    "answers": (answers.rows, "an answer to an agent, until the agent goes on"),
    "proof": (proof.rows, "what each sensor reports of two tasks at once"),
}


def main(names: list[str]) -> int:
    """Exit 1 if a ratio is over its limit or a bench fails; 2 for an unknown name."""
    if not names:
        print("python -m bench all, or any of")
        for name, (_, subject) in BENCHES.items():
            print(f"  {name:<10} {subject}")
        return 0
    if names == ["all"]:
        names = list(BENCHES)
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        print(f"there is no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
        return 2
    rows, failed = measure(names)
    print(show(rows))
    for name in failed:
        print(f"the bench {name!r} failed; its error is above")
    return int(bool(failed) or any(row.over for row in rows))


def measure(names: list[str]) -> tuple[list[Row], list[str]]:
    """The rows of these benches, and the names of those that failed.

    One that fails prints its error and leaves the others to go on.
    """
    rows: list[Row] = []
    failed: list[str] = []
    for name in names:
        print(f"… {name}", flush=True)
        try:
            rows += BENCHES[name][0]()
        except Exception:  # noqa: BLE001 - what the others measure is still wanted
            traceback.print_exc(file=sys.stdout)
            failed.append(name)
    return rows, failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
