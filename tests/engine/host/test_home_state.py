"""What became of a home is noticed, whichever of its parts it is."""

import errno
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.engine.host import home_state
from swarm.engine.host.home_state import HomeLook, HomeTrouble
from swarm.plan.naming import HomePaths
from tests.disks import MIB, needs_root, small_disk


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    made = HomePaths(tmp_path / "home")
    made.home.mkdir()
    made.database.touch()
    return made


def remove_folder(paths: HomePaths) -> None:
    paths.database.unlink()
    paths.home.rmdir()


def move(paths: HomePaths) -> None:
    paths.home.rename(paths.home.parent / "away")


def begin_anew(paths: HomePaths) -> None:
    move(paths)
    paths.home.mkdir()
    paths.database.touch()


def remove_database(paths: HomePaths) -> None:
    paths.database.unlink()


def replace_database(paths: HomePaths) -> None:
    other = paths.home / "other"
    other.touch()
    other.replace(paths.database)


def put_a_file_in_its_place(paths: HomePaths) -> None:
    move(paths)
    paths.home.touch()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (remove_folder, "the state folder .* was removed or moved"),
        (move, "the state folder .* was removed or moved"),
        (begin_anew, "the state folder .* was replaced"),
        (put_a_file_in_its_place, "the state folder .* was replaced"),
        (remove_database, r"the database .*swarm\.db was removed or moved"),
        (replace_database, "the database .* was replaced"),
    ],
)
def test_what_is_not_what_was_opened_is_gone(
    paths: HomePaths, change: Callable[[HomePaths], None], words: str
) -> None:
    look = HomeLook(paths)
    before = look.state().trouble
    change(paths)
    after = look.state()

    assert before is HomeTrouble.NONE
    assert after.trouble is HomeTrouble.GONE
    assert re.search(words, after.words)


@pytest.mark.parametrize(
    "code", [errno.EIO, errno.ENOTCONN, errno.ESTALE, errno.EACCES]
)
def test_a_disk_that_does_not_answer_may_come_back(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    look, real = HomeLook(paths), home_state._identity

    def fail(path: Path) -> tuple[int, int]:
        raise OSError(code, "no answer", str(path))

    monkeypatch.setattr(home_state, "_identity", fail)
    away = look.state()
    monkeypatch.setattr(home_state, "_identity", real)

    assert away.trouble is HomeTrouble.UNUSABLE
    assert "does not answer: no answer" in away.words
    assert look.state().trouble is HomeTrouble.NONE


@needs_root
def test_a_disk_that_becomes_read_only_is_told(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4 * MIB) as disk:
        paths = HomePaths(disk / "home")
        paths.home.mkdir()
        paths.database.touch()
        look = HomeLook(paths)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        read_only = look.state()
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)

        assert read_only.trouble is HomeTrouble.UNUSABLE
        assert "is read-only" in read_only.words
        assert look.state().trouble is HomeTrouble.NONE


def test_a_home_that_has_not_begun_is_in_no_trouble(tmp_path: Path) -> None:
    assert HomeLook(HomePaths(tmp_path / "none")).state().trouble is HomeTrouble.NONE
