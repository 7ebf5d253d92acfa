"""A home that vanished under its keeper is not begun anew without a word."""

import tempfile
from pathlib import Path

import pytest

from swarm.bootstrap import home, lost_home
from swarm.errors import SwarmError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(lost_home, "PLACE", tmp_path / "tmp")
    monkeypatch.setenv("SWARM_HOME", str(tmp_path / "home"))
    return tmp_path


def test_it_is_told_until_it_is_back_or_given_up(own_folder: Path) -> None:
    place = own_folder / "home"
    lost_home.leave(place, "the state folder was removed; frozen: swarm-1")
    with pytest.raises(SwarmError, match="frozen: swarm-1") as refused:
        home.ensure_paths()
    still_absent = not place.exists()
    place.mkdir()
    with pytest.raises(SwarmError):
        home.ensure_paths()
    (place / "swarm.db").touch()

    assert still_absent
    assert "SWARM_HOME" in refused.value.hint
    assert home.ensure_paths().home == place
    lost_home.take_away(place)
    (place / "swarm.db").unlink()
    assert home.ensure_paths().home == place


def test_a_link_in_the_place_of_the_note_says_nothing(own_folder: Path) -> None:
    other = own_folder / "other"
    other.write_text("words of somebody else")
    lost_home.note_of(own_folder / "home").symlink_to(other)
    lost_home.leave(own_folder / "home", "ours")

    assert home.ensure_paths().home.is_dir()
    assert other.read_text() == "words of somebody else"


def test_a_shell_with_a_temporary_folder_of_its_own_is_told_too(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeper, which leaves the note, has no TMPDIR."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.delenv("TMPDIR", raising=False)
    place = own_folder / "home"
    lost_home.leave(place, "the state folder was removed")
    (own_folder / "other").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(own_folder / "other"))

    try:
        with pytest.raises(SwarmError, match="was removed"):
            home.ensure_paths()
    finally:
        lost_home.take_away(place)
    assert not lost_home.note_of(place).exists()
