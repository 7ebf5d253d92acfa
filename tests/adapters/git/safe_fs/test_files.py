"""Files are made, given away and erased, and no link is followed."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.files import (
    change_owner,
    disk_errors_as,
    erase,
    write_new,
)
from swarm.errors import ToolError
from tests.disks import MIB, fill, free, loop_disk, needs_root


def test_a_failure_of_the_disk_names_the_action_and_the_place(tmp_path: Path) -> None:
    """One line, with an agent's name made harmless in it."""
    missing = tmp_path / "red\x1b[31m"

    with pytest.raises(ToolError) as error, disk_errors_as("snapshot"):
        missing.read_bytes()

    assert error.value.message.startswith("git snapshot: No such file or directory at ")
    assert "\x1b" not in error.value.message


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    """Its directories are made."""
    write_new(tmp_path / "a" / "b", "é")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a" / "b", b"other")

    assert (tmp_path / "a" / "b").read_bytes() == b"\xc3\xa9"


def test_erasing_takes_a_directory_a_file_a_link_or_nothing(tmp_path: Path) -> None:
    """Of a link the name goes, not what it leads to."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (tmp_path / "link").symlink_to(kept)
    (tmp_path / "file").write_text("x")
    (tmp_path / "directory" / "below").mkdir(parents=True)
    (tmp_path / "directory" / "below" / "link").symlink_to(kept)

    for name in ("link", "file", "directory", "nothing"):
        erase(tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (kept / "file").exists()


def test_erasing_needs_no_permission_and_no_short_path(tmp_path: Path) -> None:
    """An agent closes its directories, and nests them deeper than any path may be."""
    top = tmp_path / "top"
    (top / "closed").mkdir(parents=True)
    (top / "closed" / "file").write_text("x")
    (top / "closed").chmod(0)
    fd = os.open(top, os.O_RDONLY)
    for _ in range(500):
        os.mkdir("d" * 100, dir_fd=fd)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)

    erase(top)

    assert not top.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_everything_but_one_name_at_the_top_is_given_away(tmp_path: Path) -> None:
    """A link's own owner changes; the same name further down is no exception."""
    outside = tmp_path / "outside"
    outside.mkdir()
    top = tmp_path / "top"
    for directory in (top, top / "a"):
        directory.mkdir()
        (directory / ".git").write_text("x")
        (directory / "link").symlink_to(outside)

    change_owner(top, (1000, 1000), except_name=".git")

    paths = [top, *top.rglob("*")]
    others = [path for path in paths if path.lstat().st_uid != 1000]
    assert others == [top / ".git"]
    assert outside.stat().st_uid == 0


@needs_root
@pytest.mark.parametrize(
    "shape", ["{0:05}/f", "{0:05}", "{0:05}/a/b/c/f", "x/{0:05}/y"]
)
@pytest.mark.parametrize("count", [60, pytest.param(800, marks=pytest.mark.long)])
def test_erasing_needs_no_room(tmp_path: Path, shape: str, count: int) -> None:
    """On a full disk a directory cannot take another name, until files are gone."""
    with loop_disk(tmp_path / "disk", 24 * MIB) as disk:
        top = disk / "top"
        for number in range(count):
            path = top / "node_modules" / f"a-package-{shape.format(number)}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x") if path.name == "f" else path.mkdir()
        fill(disk)
        assert free(disk) == 0
        erase(top)

        assert not top.exists()
