"""One settings file is read within bounds, and never blocks."""

import os
from pathlib import Path

import pytest

from swarm.adapters.user_network import bounded_file
from swarm.adapters.user_network.bounded_file import BadSettings


def refused(text: str) -> str:
    raise BadSettings(f"is refused with {len(text)} characters")


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert bounded_file.parsed(tmp_path / "absent", str) is None
    assert bounded_file.parsed(tmp_path / "file" / "below", str) is None
    assert bounded_file.parsed(Path("/dev/null"), str) is None


def large(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(50 << 20)


def locked(file: Path) -> None:
    file.write_text("x")
    file.chmod(0)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (large, "is larger than 1 MiB, and is not read"),
        (Path.mkdir, "is not a regular file"),
        (os.mkfifo, "is not a regular file"),
        (lambda file: file.write_bytes(b"a\0b"), "holds binary data, and is not read"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "is not UTF-8 text"),
        (lambda file: file.symlink_to(file), "cannot be opened: Too many levels"),
    ],
)  # fmt: skip
def test_what_is_no_settings_file_is_refused(
    tmp_path: Path, make: object, reason: str
) -> None:
    assert callable(make)
    make(tmp_path / "file")

    with pytest.raises(BadSettings, match=reason):
        bounded_file.parsed(tmp_path / "file", str)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_somebody_else_s_is_told(tmp_path: Path) -> None:
    locked(tmp_path / "file")

    with pytest.raises(BadSettings, match="Permission denied"):
        bounded_file.parsed(tmp_path / "file", str)


def test_a_name_that_is_no_path_is_refused() -> None:
    with pytest.raises(BadSettings, match="its name is no path"):
        bounded_file.parsed(Path("a\0b"), str)


def test_an_unchanged_file_is_parsed_once_and_a_changed_one_again(
    tmp_path: Path,
) -> None:
    calls = []

    def parse(text: str) -> str:
        calls.append(text)
        return text

    file = tmp_path / "file"
    file.write_text("one")
    assert [bounded_file.parsed(file, parse) for _ in range(3)] == ["one"] * 3
    file.write_text("three")
    assert bounded_file.parsed(file, parse) == "three"
    assert calls == ["one", "three"]


def test_a_refusal_is_kept_as_well(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    for _ in range(2):
        with pytest.raises(BadSettings, match="refused with 1 characters"):
            bounded_file.parsed(tmp_path / "file", refused)
