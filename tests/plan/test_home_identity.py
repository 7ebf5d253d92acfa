"""A home keeps its tag wherever it is moved to, and no other home has it."""

import shutil
from pathlib import Path

import pytest

from swarm.plan import home_identity
from swarm.plan.home_identity import tag_of, tag_of_path


def made(place: Path) -> Path:
    place.mkdir()
    home_identity.begin(place)
    return place


def test_a_home_that_is_moved_keeps_its_tag(tmp_path: Path) -> None:
    home = made(tmp_path / "home")
    tag = tag_of(home)
    for place in ("second", "third"):
        home = home.rename(tmp_path / place)
        assert tag_of(home) == tag
        assert home_identity.settle(home).tag == tag

    mark = home_identity.settle(home)

    assert mark.path == str(tmp_path / "third")
    assert mark.former == (str(tmp_path / "home"), str(tmp_path / "second"))


def test_moved_back_it_was_never_elsewhere(tmp_path: Path) -> None:
    home = made(tmp_path / "home")
    away = home.rename(tmp_path / "away")
    home_identity.settle(away)

    mark = home_identity.settle(away.rename(home))

    assert (mark.path, mark.former) == (str(home), (str(tmp_path / "away"),))


def test_a_home_in_the_place_of_one_that_moved_is_another(tmp_path: Path) -> None:
    first = made(tmp_path / "home")
    tag = home_identity.settle(first).tag
    first.rename(tmp_path / "away")
    second = home_identity.settle(made(tmp_path / "home")).tag

    assert second != tag
    assert tag_of(tmp_path / "away") == tag


def test_a_copy_is_a_home_of_its_own(tmp_path: Path) -> None:
    home = made(tmp_path / "home")
    shutil.copytree(home, tmp_path / "copy")

    assert tag_of(tmp_path / "copy") == tag_of_path(tmp_path / "copy")
    assert home_identity.settle(tmp_path / "copy").tag != tag_of(home)


@pytest.mark.parametrize(
    "mark", [b"", b"\0", b"../../etc", b"ABCDEF01", b"\xff" * 8, b"0" * 200_000]
)
def test_a_broken_mark_is_no_mark(tmp_path: Path, mark: bytes) -> None:
    """As for a home of before there were marks: its tag is of its path."""
    (tmp_path / home_identity.NAME).write_bytes(mark)

    assert tag_of(tmp_path) == tag_of_path(tmp_path)
    assert home_identity.settle(tmp_path).tag == tag_of_path(tmp_path)
    assert home_identity.read(tmp_path) is not None


def test_a_process_keeps_the_tag_of_a_folder_that_is_gone(tmp_path: Path) -> None:
    home = made(tmp_path / "home")
    tag = tag_of(home)
    home.rename(tmp_path / "away")

    assert tag_of(home) == tag
