"""A full disk stops nothing that needs no room, and is over when there is room."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest

from swarm.model.task import State
from tests.disks import MIB, fill, needs_root, small_disk, use_inodes
from tests.engine.full_disk_walk import open_walk, walk
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)

pytestmark = needs_root

LARGE = "head -c 20000000 /dev/urandom"
"""More than the reserve: a snapshot of it needs room."""
Exhaust = Callable[[Path], Path]


def is_written(harness: KeeperHarness, task: int) -> bool:
    file = harness.paths.worktree(task) / "b.bin"
    return file.exists() and file.stat().st_size == 20_000_000


@pytest.mark.parametrize(
    "exhaust", [fill, pytest.param(use_inodes, marks=pytest.mark.long)]
)
def test_a_task_ends_and_goes_and_the_next_one_starts(
    tmp_path: Path, exhaust: Exhaust
) -> None:
    """Without another keeper: the sensor, the gate and the journal go on."""
    sample = new_sample_repository(tmp_path / "sample")
    with (
        small_disk(tmp_path / "disk", 96 * MIB, inodes=6000) as disk,
        open_keeper_harness(disk) as harness,
    ):
        harness.start_keeper()
        first = harness.new_task(sample, "echo a > a.txt; read go; exit 4")
        kept = harness.new_task(sample, f"{LARGE} > b.bin; read go")
        harness.until_state(first, State.LIVE)
        harness.until_state(kept, State.LIVE)
        harness.until(lambda: is_written(harness, kept), "the large file")
        used = exhaust(disk)
        harness.until(
            lambda: harness.queries.events.fleet().disk == "full", "it is told"
        )
        harness.wish_done("send", task=first, text="go")
        harness.wish_done("stop", task=kept)
        ended = harness.until_state(first, State.STOPPED)
        harness.until_state(kept, State.STOPPED)
        refused = harness.wish("new", repo=str(sample), prompt="more", command="true")
        harness.wish_done("discard", task=first)
        harness.wish_done("rm", task=first)
        harness.wish_done("gc", dry_run=False)

        assert ended.exit_code == 4
        assert "a new task is refused: the disk of" in refused.message
        assert harness.queries.tasks.get(first).removed
        assert not harness.paths.worktree(first).exists()
        rmtree(used) if used.is_dir() else used.unlink()
        harness.until(lambda: not harness.queries.events.fleet().disk, "it is over")
        assert harness.until_taken_in(kept).review.files == 1
        second = harness.new_task(sample, "echo b > b.txt")
        assert harness.until_taken_in(second).review.files == 1


@pytest.mark.long
def test_the_walk_from_the_warning_to_the_recovery() -> None:
    with open_walk() as at:
        walk(at)
