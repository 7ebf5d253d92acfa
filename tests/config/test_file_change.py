"""What a file would become is shown whole, and written only if it still is so."""

from pathlib import Path

import pytest

from swarm.config.file_change import FileChange, current
from swarm.errors import SwarmError

TEN = "".join(f"{number}\n" for number in range(10))


def lines(before: str, after: str, *, whole: bool = False) -> list[str]:
    return list(FileChange(Path("f"), before, after).lines(whole=whole))


def test_a_new_file_and_a_changed_one() -> None:
    assert lines("", "a\n") == ["--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+a"]
    assert lines("a\nb\n", "a\n")[-2:] == [" a", "-b"]


def test_what_is_near_a_change_or_all_of_it() -> None:
    assert " 0" not in lines(TEN, TEN + "x\n")
    assert " 0" in lines(TEN, TEN + "x\n", whole=True)


def test_no_line_drives_the_terminal_or_is_cut() -> None:
    long = "x" * 5000

    assert lines("", f"\x1b[2J{long}")[3:] == [f"+\\x1b[2J{long}"]


def test_it_is_written_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "f"
    FileChange(file, "", "a").write()
    file.chmod(0o600)
    FileChange(file, "a", "b").write()

    assert (file.read_text(), file.stat().st_mode & 0o777) == ("b", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["f"]


def test_neither_a_link_nor_another_text_is_replaced(tmp_path: Path) -> None:
    file, other = tmp_path / "f", tmp_path / "o"
    other.write_text("mine")
    file.symlink_to(other)
    with pytest.raises(SwarmError, match="is a link"):
        FileChange(file, "", "a").write()
    with pytest.raises(SwarmError, match="changed meanwhile"):
        FileChange(other, "", "a").write()

    assert other.read_text() == "mine"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xff")
    with pytest.raises(SwarmError, match="cannot be read"):
        current(tmp_path / "f")
    with pytest.raises(SwarmError, match="cannot be written"):
        FileChange(tmp_path / "none" / "f", "", "a").write()
