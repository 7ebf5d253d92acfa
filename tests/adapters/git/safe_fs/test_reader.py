"""Directories and files are opened by name, one by one, never through a link."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from swarm.adapters.git.safe_fs.reader import (
    DIRECTORY,
    SafeReader,
    open_below,
    read_file,
)

REGULAR = stat.S_IFREG | 0o644


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_text("inside")
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("host secret")
    return outside


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("path", ["a/link", "a/link/below", "a/b/file", "a/gone"])
def test_a_link_is_no_directory_and_no_descriptor_is_left(
    root: Path, outside: Path, path: str
) -> None:
    """Nor is a file, or a name that is gone."""
    (root / "a" / "link").symlink_to(outside)
    (outside / "below").mkdir()
    top = os.open(root, DIRECTORY)
    before = descriptors()

    with pytest.raises(OSError, match=r"Not a directory|No such file|symbolic links"):
        open_below(top, path.split("/"))

    assert descriptors() == before
    os.close(top)


def test_a_file_is_read_to_one_byte_over_the_limit(root: Path) -> None:
    """So that the caller sees that there is more."""
    directory = os.open(root / "a" / "b", DIRECTORY)

    assert read_file(directory, "file", 100) == b"inside"
    assert read_file(directory, "file", 2) == b"ins"
    os.close(directory)


def test_what_is_no_file_any_more_is_not_read(root: Path, outside: Path) -> None:
    """A pipe would hold the host until somebody writes; a directory is no error."""
    os.mkfifo(root / "pipe")
    (root / "link").symlink_to(outside / "file")
    directory = os.open(root, DIRECTORY)

    assert read_file(directory, "pipe", 100) is None
    assert read_file(directory, "link", 100) is None
    before = descriptors()
    assert read_file(directory, "a", 100) is None
    assert descriptors() == before
    os.close(directory)


def test_a_symlink_s_content_is_its_target(root: Path) -> None:
    (root / "a" / "link").symlink_to("b/file")

    with SafeReader(root) as reader:
        assert reader.content("a/link", stat.S_IFLNK | 0o777, 100) == b"b/file"
        assert reader.content("a/b/file", stat.S_IFLNK | 0o777, 100) is None


def test_a_link_swapped_in_while_we_read_leads_nowhere(
    root: Path, outside: Path
) -> None:
    """In the place of a directory, and in the place of a file."""
    with SafeReader(root) as reader:
        assert reader.content("a/b/file", REGULAR, 100) == b"inside"
    (root / "a" / "b").rename(root / "moved")
    (root / "a" / "b").symlink_to(outside)
    (root / "moved" / "other").symlink_to(outside / "file")

    with SafeReader(root) as reader:
        assert (root / "a" / "b" / "file").read_text() == "host secret"
        assert reader.content("a/b/file", REGULAR, 100) is None
        assert reader.content("moved/other", REGULAR, 100) is None


def test_paths_in_any_order_are_read_and_all_descriptors_closed(root: Path) -> None:
    """The directories of the last path stay open only until the next needs others."""
    (root / "a" / "file").write_text("above")
    (root / "file").write_text("top")
    before = descriptors()

    with SafeReader(root) as reader:
        paths = ("a/b/file", "a/file", "file", "a/b/file")
        contents = [reader.content(path, REGULAR, 100) for path in paths]

    assert contents == [b"inside", b"above", b"top", b"inside"]
    assert descriptors() == before


def test_a_digest_is_of_a_regular_file_within_the_limit(tmp_path: Path) -> None:
    """Of a link, a directory, a longer file or none at all there is none."""
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir/file").write_bytes(b"x" * 3_000_000)
    (tmp_path / "link").symlink_to("dir/file")
    digest = hashlib.sha256(b"x" * 3_000_000).hexdigest()

    with SafeReader(tmp_path) as reader:
        assert reader.sha256("dir/file", 3_000_000) == digest
        assert reader.sha256("dir/file", 2_999_999) == ""
        for path in ("link", "dir", "gone", "dir/gone", "link/file"):
            assert reader.sha256(path, 3_000_000) == ""
