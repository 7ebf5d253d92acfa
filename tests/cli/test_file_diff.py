"""What a file would become is shown whole, and written only if it still is so."""

from pathlib import Path

import pytest

from swarm.cli import file_diff
from swarm.errors import SwarmError


def test_a_new_file_and_a_changed_one() -> None:
    assert list(file_diff.lines("f", "", "a\n")) == [
        "--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+a",
    ]  # fmt: skip
    assert list(file_diff.lines("f", "a\nb\n", "a\n"))[-2:] == [" a", "-b"]


def test_no_line_drives_the_terminal_or_is_cut() -> None:
    long = "x" * 5000
    (line,) = list(file_diff.lines("f", "", f"\x1b[2J{long}"))[3:]

    assert line == f"+\\x1b[2J{long}"


def test_it_is_written_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file_diff.write(file, "", "a")
    file.chmod(0o600)
    file_diff.write(file, "a", "b")

    assert (file.read_text(), file.stat().st_mode & 0o777) == ("b", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["f"]


def test_neither_a_link_nor_another_text_is_replaced(tmp_path: Path) -> None:
    file, other = tmp_path / "f", tmp_path / "o"
    other.write_text("mine")
    file.symlink_to(other)
    with pytest.raises(SwarmError, match="is a link"):
        file_diff.write(file, "", "a")
    with pytest.raises(SwarmError, match="changed meanwhile"):
        file_diff.write(other, "", "a")

    assert other.read_text() == "mine"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xff")
    with pytest.raises(SwarmError, match="cannot be read"):
        file_diff.current(tmp_path / "f")
    with pytest.raises(SwarmError, match="cannot be written"):
        file_diff.write(tmp_path / "none" / "f", "", "a")
