"""From a grant to its being in force, while ten agents are at work."""

import statistics
import subprocess
import time

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.table import Row
from swarm.model import events

TASKS, GRANTS = 10, 60
LIMIT_MS = 150.0
LIMIT_RATIO = 3.0


def rows() -> list[Row]:
    """The wait of a human's grant, as milliseconds and beside a bare `docker exec`.

    A grant is in force when the gate has answered that it holds the policy, which is
    when the keeper records `PolicyApplied`. A bare `docker exec true` in the task is
    the smallest thing that could be asked of the same engine at that moment.
    """
    with open_keeper_harness(max_running=TASKS) as harness:
        tasks = harness.new("sleep 600", TASKS)
        for task in tasks:
            until(lambda i=task: harness.queries.tasks.get(i).state == "live", "live")  # type: ignore[misc]  # the default binds the id
        harness.until_ready()
        waits: list[float] = []
        bare: list[float] = []
        for number in range(GRANTS):
            task = tasks[number % TASKS]
            waits.append(_grant(harness, task, number))
            bare.append(_bare(harness, task))
    in_force = sorted(waits)[int(GRANTS * 0.95)]
    floor = statistics.median(bare)
    what = f"a grant in force, p95, {TASKS} live tasks"
    return [
        Row(what, in_force, 0, LIMIT_MS, "ms"),
        Row(f"{what} / docker exec p50", in_force, floor, LIMIT_RATIO, "ms"),
    ]


def _grant(harness: KeeperHarness, task: int, number: int) -> float:
    """Milliseconds until the gate holds one more rule of the task's."""
    applied = _applied(harness, task)
    began = time.perf_counter()
    harness.wish(
        "grant", task=task, kind="allow", host=f"host{number}.example", port=443,
        scope="task",
    )  # fmt: skip
    until(lambda: _applied(harness, task) > applied, "the grant")
    return (time.perf_counter() - began) * 1000


def _applied(harness: KeeperHarness, task: int) -> int:
    """The number of times that a policy of the task's came into force."""
    recorded = harness.queries.events.after(task=task, limit=100_000)
    return sum(isinstance(row.event, events.PolicyApplied) for row in recorded)


def _bare(harness: KeeperHarness, task: int) -> float:
    sandbox = f"swarm-{harness.paths.tag}-{task}"
    began = time.perf_counter()
    subprocess.run(["docker", "exec", sandbox, "true"], check=True)
    return (time.perf_counter() - began) * 1000
