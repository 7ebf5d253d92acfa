"""Files move by descriptors: no link is followed, and nothing is replaced."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.merge.places import Places


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "deep").mkdir(parents=True)
    there.mkdir()
    (here / "deep" / "file").write_text("x")
    return here, there


def test_a_file_moves_with_its_inode(roots: tuple[Path, Path]) -> None:
    here, there = roots
    inode = (here / "deep" / "file").stat().st_ino
    with Places(here) as source, Places(there) as target:
        source.move_to("deep/file", target, "new")

    assert not (here / "deep" / "file").exists()
    status = (there / "new").stat()
    assert (status.st_ino, status.st_nlink) == (inode, 1)


def test_a_link_moves_as_a_link(roots: tuple[Path, Path]) -> None:
    here, there = roots
    (here / "link").symlink_to("/nowhere")
    with Places(here) as source, Places(there) as target:
        source.move_to("link", target, "link")

    assert (there / "link").readlink() == Path("/nowhere")


@pytest.mark.parametrize("kind", ["file", "link", "directory"])
def test_nothing_is_replaced(roots: tuple[Path, Path], kind: str) -> None:
    """Whatever stands there, and the file stays where it was."""
    here, there = roots
    if kind == "file":
        (there / "new").write_text("mine")
    elif kind == "link":
        (there / "new").symlink_to("/nowhere")
    else:
        (there / "new").mkdir()
    before = (there / "new").lstat()
    with (
        Places(here) as source,
        Places(there) as target,
        pytest.raises(FileExistsError),
    ):
        source.move_to("deep/file", target, "new")

    assert (there / "new").lstat() == before
    assert (here / "deep" / "file").read_text() == "x"


def test_no_link_is_followed_on_the_way(roots: tuple[Path, Path]) -> None:
    """Neither to write, nor to look, nor to remove."""
    here, there = roots
    (there / "deep").symlink_to(here / "deep")
    with Places(here) as source, Places(there) as target:
        assert target.lstat("deep/file") is None
        for act in (
            lambda: target.remove("deep/file"),
            lambda: target.make_directory("deep/new", None),
            lambda: source.move_to("deep/file", target, "deep/new"),
            lambda: target.take_aside("deep/file", target, "aside"),
        ):
            with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
                act()
        assert not target.remove_directory("deep")

    assert [path.name for path in (here / "deep").iterdir()] == ["file"]


def test_what_is_saved_over_it_comes_along_or_stays(
    roots: tuple[Path, Path],
) -> None:
    """The status is the one of what was taken."""
    here, there = roots
    with Places(here) as source, Places(there) as target:
        status = source.take_aside("deep/file", target, "0")

    assert status.st_ino == (there / "0").stat().st_ino


def test_a_file_gets_the_group_of_a_shared_directory(
    roots: tuple[Path, Path],
) -> None:
    """As if it had been made there."""
    here, there = roots
    if os.geteuid() != 0:
        pytest.skip("only root gives away a group")
    os.chown(there, -1, 1234)
    there.chmod(0o2775)
    with Places(here) as source, Places(there) as target:
        source.move_to("deep/file", target, "new")

    assert (there / "new").stat().st_gid == 1234


def test_a_directory_goes_if_it_is_empty(roots: tuple[Path, Path]) -> None:
    here, _ = roots
    with Places(here) as source:
        assert not source.remove_directory("deep")
        source.remove("deep/file")
        assert source.remove_directory("deep")
        assert source.lstat("deep") is None
