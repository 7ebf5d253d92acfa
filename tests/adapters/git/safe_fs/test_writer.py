"""Files are written below one directory, whatever links lie on the way."""

import os
import stat
from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.writer import SafeWriter

REGULAR, EXECUTABLE, SYMLINK = 0o100644, 0o100755, 0o120000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("the user's")
    return outside


def test_files_links_and_their_directories_are_made(root: Path) -> None:
    with SafeWriter(root, None) as writer:
        writer.put("a/b/file", REGULAR, b"x", replace=False)
        writer.put("run", EXECUTABLE, b"#!/bin/sh\n", replace=False)
        writer.put("link", SYMLINK, b"a/b/file", replace=False)

        assert writer.aside == []
    assert (root / "a" / "b" / "file").read_bytes() == b"x"
    assert os.access(root / "run", os.X_OK)
    assert (root / "link").readlink() == Path("a/b/file")


def test_a_link_in_a_directory_s_place_is_set_aside(root: Path, outside: Path) -> None:
    """Promise: nothing is written through it. Why: it may lead to the user's files."""
    (root / "a").symlink_to(outside)

    with SafeWriter(root, None) as writer:
        writer.put("a/file", REGULAR, b"x", replace=True)

        (aside,) = writer.aside
    assert (outside / "file").read_text() == "the user's"
    assert (root / "a" / "file").read_bytes() == b"x"
    assert (root / aside).readlink() == outside


def test_a_file_is_replaced_only_if_a_tree_holds_it(root: Path) -> None:
    """All else is set aside with its content, beside the new file."""
    (root / "kept").mkdir()
    for name in ("known", "unknown"):
        (root / "kept" / name).write_text("old")

    with SafeWriter(root, None) as writer:
        writer.put("kept/known", REGULAR, b"new", replace=True)
        writer.put("kept/unknown", REGULAR, b"new", replace=False)

        (aside,) = writer.aside
    assert aside.startswith("kept/swarm-aside-")
    assert (root / aside).read_text() == "old"
    assert len(list((root / "kept").iterdir())) == 3


def test_a_directory_is_set_aside_in_any_case(root: Path) -> None:
    (root / "name" / "below").mkdir(parents=True)

    with SafeWriter(root, None) as writer:
        writer.put("name", REGULAR, b"x", replace=True)

        (aside,) = writer.aside
    assert (root / aside / "below").is_dir()
    assert (root / "name").is_file()


def test_removing_takes_the_directories_that_are_empty_then(root: Path) -> None:
    """And no other, and no directory under the name of a file."""
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_text("x")
    (root / "c" / "directory").mkdir(parents=True)
    (root / "c" / "file").write_text("x")

    with SafeWriter(root, None) as writer:
        for path in ("a/b/file", "c/file", "c/directory", "gone/file"):
            writer.remove(path)

    assert [path.name for path in root.rglob("*")] == ["c", "directory"]


def test_nothing_is_removed_through_a_link(root: Path, outside: Path) -> None:
    """The directory is a link, or the file itself: then the link goes."""
    (root / "a").symlink_to(outside)
    (root / "file").symlink_to(outside / "file")

    with SafeWriter(root, None) as writer:
        writer.remove("a/file")
        writer.remove("file")

    assert (outside / "file").exists()
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_failed_write_leaves_no_draft(root: Path) -> None:
    """A link without a target is one that no system makes."""
    with SafeWriter(root, None) as writer, pytest.raises(OSError, match="No such file"):
        writer.put("link", SYMLINK, b"", replace=False)

    assert list(root.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_all_that_is_made_is_the_agent_s(root: Path) -> None:
    """Directories and links too."""
    with SafeWriter(root, (1000, 1000)) as writer:
        writer.put("a/file", REGULAR, b"x", replace=False)
        writer.put("a/link", SYMLINK, b"/etc/passwd", replace=False)

    owners = {path.name: path.lstat().st_uid for path in root.rglob("*")}
    assert owners == {"a": 1000, "file": 1000, "link": 1000}
    assert stat.S_ISREG(Path("/etc/passwd").stat().st_mode)
    assert Path("/etc/passwd").stat().st_uid == 0


def test_a_directory_is_made_by_names_alone(root: Path, outside: Path) -> None:
    (root / "a").symlink_to(outside)

    with SafeWriter(root, None) as writer:
        writer.make_directory("a/b")
        writer.make_directory("a/b")

        assert len(writer.aside) == 1
    assert (root / "a/b").is_dir()
    assert not (outside / "b").exists()


def test_what_has_a_name_is_set_aside(root: Path, outside: Path) -> None:
    """Behind a link nothing is, and what is not there needs no room."""
    (root / "a").mkdir()
    (root / "a/old").write_text("old")
    (root / "link").symlink_to(outside)

    with SafeWriter(root, None) as writer:
        writer.set_aside("a/old")
        writer.set_aside("a/none")
        writer.set_aside("none/old")
        writer.set_aside("link/file")

        (aside,) = writer.aside
    assert (root / aside).read_text() == "old"
    assert (outside / "file").read_text() == "the user's"
