"""A keeper in a process of its own, to be killed as by `kill -9`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from swarm.bootstrap.keeper_lock import keeper_pid
from tests.engine.keeper_harness import PATIENCE, KeeperHarness


@contextmanager
def keeper_process(harness: KeeperHarness) -> Iterator[subprocess.Popen[bytes]]:
    """The keeper of the home, from when it serves; it ends with the block at last."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "swarm", "keeper"],
        env={**os.environ, "SWARM_HOME": str(harness.paths.home)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        harness.until(
            lambda: keeper_pid(harness.paths) == keeper.pid or bool(keeper.poll()),
            "the keeper",
        )
        yield keeper
    finally:
        kill(keeper)


def kill(keeper: subprocess.Popen[bytes]) -> None:
    """End it with no handler and no clean-up, if it still lives."""
    if keeper.poll() is None:
        os.kill(keeper.pid, signal.SIGKILL)
    keeper.wait(PATIENCE)
