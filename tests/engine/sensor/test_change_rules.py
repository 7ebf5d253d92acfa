"""A rule counts a change only if it holds through symlinks, too."""

from typing import Any

import pytest

from swarm.model import quiet
from tests.engine.sensor.sensor_lines import CACHE, PYTHON, SHELL, groups, line, read


def test_a_temporary_file_is_counted_when_it_is_gone() -> None:
    """One that was run is shown, and one that is there is."""
    batch = read(
        line("create", "/tmp/gone", inode=1),
        line("unlink", "/tmp/gone"),
        line("create", "/tmp/here", inode=2),
        line("create", "/tmp/again", inode=3),
        line("unlink", "/tmp/again"),
        line("create", "/tmp/again", inode=4),
        line("create", "/tmp/run", inode=5, mode=0o100755),
        line("exec", "/tmp/run", argv=["ls"], cwd="/tmp"),
        line("unlink", "/tmp/run"),
    )

    assert groups(batch) == {
        "/tmp/gone": quiet.TEMPORARY,
        "/tmp/here": "",
        "/tmp/again": "",
        "/tmp/run": "",
    }


@pytest.mark.parametrize(
    "change",
    [
        line("rename", f"{CACHE}/l/README.md", **{"from": f"{CACHE}/new"}),
        line("unlink", f"{CACHE}/l/README.md"),
        line("mkdir", f"{CACHE}/l/docs"),
        line("truncate", f"{CACHE}/one"),
        line("unlink", "/tmp/l/README.md"),
        line("unlink", "/proc/self/cwd/README.md"),
        line("rename", f"{CACHE}/g/config", **{"from": f"{CACHE}/new"}),
        line("unlink", f"{CACHE}/p/cwd/README.md"),
        line("rename", "/workspace/node_modules/l/README.md", **{"from": f"{CACHE}/n"}),
    ],
)
def test_what_a_symlink_leads_out_of_a_cache_is_shown(change: dict[str, Any]) -> None:
    """Of a call by name a line has the words of the program."""
    links = [
        line("symlink", f"{CACHE}/l", **{"from": "/workspace"}),
        line("symlink", "/tmp/l", **{"from": "/workspace"}),
        line("symlink", f"{CACHE}/g", **{"from": "/gitdir"}),
        line("symlink", f"{CACHE}/p", **{"from": "/proc/self"}),
        line("symlink", f"{CACHE}/one", **{"from": "../README.md"}),
        line("symlink", "/workspace/node_modules/l", **{"from": ".."}),
    ]
    batch = read(PYTHON, *links, change)

    assert batch.paths[change["path"]].group == ""


def test_a_file_that_is_moved_out_by_a_symlink_is_no_temporary_one() -> None:
    batch = read(
        SHELL,
        line("symlink", "/tmp/l", **{"from": "/workspace"}),
        line("rename", "/tmp/new", **{"from": "/tmp/l/README.md"}),
    )

    assert batch.paths["/tmp/l/README.md"].group == ""


def test_a_symlink_from_one_cache_to_another_shows_nothing() -> None:
    batch = read(
        PYTHON,
        line("symlink", f"{CACHE}/l", **{"from": "/home/agent/.cache"}),
        line("unlink", f"{CACHE}/l/x"),
        line("create", f"{CACHE}/y", inode=1, mode=0o100644),
    )

    assert groups(batch)[f"{CACHE}/l/x"] == quiet.CACHES
    assert groups(batch)[f"{CACHE}/y"] == quiet.CACHES
