"""A directory's size is what it takes, whatever an agent puts into it."""

import os
from pathlib import Path

import pytest

from swarm.adapters.disk_use import Limits, disk_use
from swarm.model.disk_use import DiskUse

KIB = 1 << 10


def test_all_files_below_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "one").write_bytes(os.urandom(64 * KIB))
    (tmp_path / "below" / "two").write_bytes(os.urandom(128 * KIB))

    use = disk_use(tmp_path)

    assert use.is_whole
    assert 192 * KIB <= use.bytes < 192 * KIB + 64 * KIB


def test_a_sparse_file_takes_what_it_takes(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)

    assert disk_use(tmp_path).bytes < 64 * KIB


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(os.urandom(256 * KIB))
    (tmp_path / "other").hardlink_to(tmp_path / "one")

    assert disk_use(tmp_path).bytes < 512 * KIB


@pytest.mark.parametrize("target", ["/", "..", "loop"])
def test_no_link_is_followed(tmp_path: Path, target: str) -> None:
    below = tmp_path / "tree"
    below.mkdir()
    (tmp_path / "outside").write_bytes(os.urandom(256 * KIB))
    (below / "loop").symlink_to(target)

    assert disk_use(below).bytes < 64 * KIB
    assert disk_use(below).is_whole


def test_nothing_is_there_and_takes_nothing(tmp_path: Path) -> None:
    assert disk_use(tmp_path / "nothing") == DiskUse(0)


@pytest.mark.parametrize("limits", [Limits(entries=10), Limits(seconds=0.0)])
def test_what_is_over_the_limits_is_told(tmp_path: Path, limits: Limits) -> None:
    for number in range(50):
        (tmp_path / str(number)).touch()

    assert not disk_use(tmp_path, limits).is_whole


def test_a_tree_that_is_too_deep_is_told(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(120):
        deep = deep / "d"
        deep.mkdir()

    assert not disk_use(tmp_path).is_whole
