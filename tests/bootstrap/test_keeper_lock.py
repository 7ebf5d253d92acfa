"""A lock tells if a keeper lives; the number in its file does not."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from swarm.bootstrap.keeper_lock import keeper_pid
from swarm.plan.naming import HomePaths


def test_a_keeper_lives_as_long_as_it_holds_the_lock(tmp_path: Path) -> None:
    """Its number stays in the file, and counts for nothing once the lock is free."""
    paths = HomePaths(tmp_path)
    assert keeper_pid(paths) is None
    with paths.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert keeper_pid(paths) == 0
        file.write(f"{os.getpid()}\n")
        file.flush()
        assert keeper_pid(paths) == os.getpid()

    assert keeper_pid(paths) is None


def test_who_asks_at_the_same_moment_is_no_keeper(tmp_path: Path) -> None:
    """Or the number of the last one, by now another program's, would be told."""
    paths = HomePaths(tmp_path)
    paths.lock.write_text("4711\n")
    for _ in range(50):
        with ThreadPoolExecutor(8) as executor:
            assert set(executor.map(keeper_pid, [paths] * 64)) == {None}
