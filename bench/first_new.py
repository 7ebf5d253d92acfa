"""The first `swarm new` on a machine that has the images, beside the second one."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import rmtree

from bench.keeper_harness import SMALL, make_repository, until
from bench.launch import STAMP
from bench.table import Row
from swarm.bootstrap import wiring
from swarm.plan.naming import HomePaths
from swarm.store.queries import Queries

RUNS = 2


def rows() -> list[Row]:
    """From the command to the agent's first instruction, in milliseconds; the least.

    The first starts keeper, gate and sensor, of which the second finds all.
    """
    pairs = [_pair() for _ in range(RUNS)]
    first, second = (min(times) for times in zip(*pairs, strict=True))
    return [Row("the first `swarm new` / the second", first, second, 1.5, "ms")]


def _pair() -> tuple[float, float]:
    base = Path(tempfile.mkdtemp(prefix="swarm-bench-"))
    paths = HomePaths(base / "home")
    (base / "config.toml").write_text(f"{SMALL}\n")
    repo = make_repository(base / "repo")
    os.environ["SWARM_HOME"] = str(paths.home)
    os.environ["SWARM_CONFIG"] = str(base / "config.toml")
    try:
        first = _new(repo, paths, 1)
        _until_pool_is_full(paths)
        return first, _new(repo, paths, 2)
    finally:
        _end_keeper(paths)
        wiring.clear(paths)
        rmtree(base)


def _new(repo: Path, paths: HomePaths, task_id: int) -> float:
    command = shlex.join(["sh", "-c", f"{STAMP}; sleep 600"])
    words = [sys.executable, "-m", "swarm", "new", "--repo", str(repo)]
    began = time.time()
    subprocess.run(
        [*words, "--run", command, "bench"], check=True, stdout=subprocess.DEVNULL
    )
    stamp = paths.worktree(task_id) / "stamp"
    until(stamp.exists, "the first instruction")
    return (float(stamp.read_text()) - began) * 1000


def _until_pool_is_full(paths: HomePaths) -> None:
    """Four nets beside the task's own are the default."""
    door, labels = wiring.sandboxes(), {"swarm.home": paths.tag}

    def stands() -> bool:
        kinds = [facts.labels["swarm.kind"] for facts in door.all(labels)]
        return kinds.count("net") >= 5 and "netsetup" not in kinds

    until(stands, "the nets")


def _end_keeper(paths: HomePaths) -> None:
    queries = Queries(paths.database)
    pid = queries.events.fleet().keeper
    queries.close()
    if pid:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not Path("/proc", str(pid)).exists(), "the keeper's end")
