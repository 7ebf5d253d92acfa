"""The kernel's own files say who holds inotify's instances and watches."""

import os
from pathlib import Path

from asyncinotify import Inotify, Mask

from swarm.engine.host.inotify_use import inotify_use

PROC = Path("/proc")


def test_instances_and_watches_of_this_process_are_counted(tmp_path: Path) -> None:
    """Read from the real kernel."""

    def own() -> tuple[int, int]:
        holders = inotify_use(PROC, os.getuid()).holders
        mine = [one for one in holders if one.pid == os.getpid()]
        return sum(one.instances for one in mine), sum(one.watches for one in mine)

    before = own()
    with Inotify() as eye:
        for name in ("a", "b", "c"):
            (tmp_path / name).mkdir()
            eye.add_watch(tmp_path / name, Mask.CREATE)

        assert own() == (before[0] + 1, before[1] + 3)


def test_a_system_without_such_files_holds_nothing(tmp_path: Path) -> None:
    """And processes that end while they are looked at are passed over."""
    (tmp_path / "41").mkdir()

    assert inotify_use(tmp_path, os.getuid()).holders == ()
    assert inotify_use(tmp_path / "none", os.getuid()).holders == ()
