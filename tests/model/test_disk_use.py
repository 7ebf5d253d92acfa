"""A size that is not all known is never told as one that is."""

from swarm.model import disk_use
from swarm.model.disk_use import DiskUse, TaskSize

MIB = 1 << 20


def test_a_size_of_which_a_part_was_not_looked_at_is_at_least_so_much() -> None:
    assert disk_use.text(DiskUse(3 * MIB)) == "3.0 MiB"
    assert disk_use.text(DiskUse(3 * MIB, is_whole=False)) == "≥ 3.0 MiB"
    assert disk_use.text(DiskUse(0, is_whole=False)) == "?"
    assert disk_use.text(None) == "?"


def test_a_home_of_no_known_size_is_told() -> None:
    task = TaskSize(DiskUse(MIB), None, DiskUse(512))

    assert disk_use.details(task) == ("≥ 1.0 MiB: files 1.0 MiB, home ?, logs 512 B")
