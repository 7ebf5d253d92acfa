"""What one task more costs the gate, and what it costs to search answers."""

import contextlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.beside import load
from bench.beside.place import Place, place
from bench.table import Row, paired
from swarm.engine.gate.net_pool import GateConfig
from swarm.policy.rules import Inject, Policy, Secret

OWN = "127.0.0.1:3128"
TASKS = 200
AT_ONCE = 6
VALUE = "sk-a-key-that-no-answer-of-the-bench-holds"


def idle_rows() -> list[Row]:
    """Proportional memory of all of the gate's processes, per so many idle tasks."""
    with place() as at:
        gate = at.parts.nets.gate.names.gate
        with _quiet(at):
            before = proportional(gate)
            made = take_many(at, TASKS)
            grown = proportional(gate) - before
        assert len(set(made)) == TASKS, "a net was lost"
        return [Row(f"the gate's memory for {TASKS} idle tasks", grown, 0, 60.0, "MB")]


def take_many(at: Place, count: int) -> list[str]:
    """So many nets, some at a time: each waits for two starts of containers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: at.parts.nets.take(), range(count)))


@contextlib.contextmanager
def _quiet(at: Place) -> Iterator[None]:
    """The measured task's worker is there all the time, and counts in no difference."""
    with at.holding("ours", OWN, 1):
        yield


def proportional(container: str) -> float:
    """MB of all of a container's processes, shared pages by share; needs root."""
    said = subprocess.run(
        ["docker", "top", container, "-o", "pid"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    sizes = 0
    for pid in said.stdout.split()[1:]:
        for line in Path("/proc", pid, "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                sizes += int(line.split()[1])
    return sizes / 1024


def masking_rows() -> list[Row]:
    """A download by a rule with a secret, beside the same without."""
    with place() as at:

        def download(is_searched: bool) -> float:
            policy = at.policy(inspect=True)
            secrets: dict[str, str] = {}
            if is_searched:
                policy, secrets = _searched(policy)
            at.parts.nets.apply_config(at.net, GateConfig(policy, secrets))
            return at.measure("ours", "bulk", OWN, 1)

        ours, floor = paired(lambda: download(True), lambda: download(False), 3)
    return [Row("a searched download / an inspected one", ours, floor, 1.1, "ms")]


def _searched(policy: Policy) -> tuple[Policy, dict[str, str]]:
    """The policy with a key that is put into requests; answers are searched for it."""
    (rule,) = policy.rules
    inject = Inject("Authorization", "Bearer {}", "bench")
    secret = Secret("bench", "env:X", (load.NAME,))
    rules = (replace(rule, inject=inject),)
    return replace(policy, rules=rules, secrets=(secret,)), {"bench": VALUE}
