"""A home is listed by a pattern, from inside a box, and no link is followed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.plan import hardening, home_listing
from swarm.plan.specs import AGENT_HOME, SandboxSpec

SANDBOX = SandboxSpec(
    "box", "i", ("true",), "1000:1000", {"swarm.home": "h"}, seccomp="{}"
)


def listed(home: Path, pattern: str) -> list[str]:
    """What the program prints of a home at another place."""
    argv = home_listing.lister(SANDBOX, "v", "gate", pattern).argv
    words = [str(home) if word == AGENT_HOME else word for word in argv]
    done = subprocess.run([sys.executable, *words[1:]], capture_output=True, check=True)
    return home_listing.listed(done.stdout)


def touch(file: Path, at: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    os.utime(file, (at, at))


def test_what_fits_is_told_the_newest_first(tmp_path: Path) -> None:
    touch(tmp_path / "s/2026/a.json", 2)
    touch(tmp_path / "s/2025/b.json", 3)
    touch(tmp_path / "s/2025/b.txt", 9)
    touch(tmp_path / "s/2025/deep/c.json", 9)
    (tmp_path / "d/session_1").mkdir(parents=True)
    assert listed(tmp_path, "s/*/*.json") == ["s/2025/b.json", "s/2026/a.json"]
    assert listed(tmp_path, "d/session_*") == ["d/session_1"]
    assert listed(tmp_path, "none/*") == []


def test_no_link_is_followed_and_none_is_told(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    touch(outside / "2026/a.json", 1)
    home.mkdir()
    (home / "s").symlink_to(outside)
    (home / "t").mkdir()
    (home / "t/2026").symlink_to(outside / "2026")
    (home / "u/2026").mkdir(parents=True)
    (home / "u/2026/a.json").symlink_to(outside / "2026/a.json")
    for folder in ("s", "t", "u"):
        assert listed(home, f"{folder}/*/*.json") == []


def test_a_name_that_moves_the_cursor_and_a_fifo_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path / "s/\x1b[2J.json", 1)
    os.mkfifo(tmp_path / "s/pipe.json")
    touch(tmp_path / "s/a.json", 1)
    assert listed(tmp_path, "s/*.json") == ["s/a.json"]


def test_the_box_keeps_the_floor_and_only_reads(tmp_path: Path) -> None:
    spec = home_listing.lister(SANDBOX, "v", "gate", "s/*")
    assert spec.network == "none"
    assert spec.user == SANDBOX.user
    assert [mount.read_only for mount in spec.mounts] == [True]
    assert spec.read_only
    assert spec.cap_drop == ("ALL",)
    assert hardening.REQUIRED_TMPFS


@pytest.mark.parametrize(
    "answer", [b"", b"x", b"{}", b"[" * 99_999, b'[1, "/etc/x", "../x", "a/../b"]']
)
def test_an_answer_that_lies_has_no_paths(answer: bytes) -> None:
    assert home_listing.listed(answer) == []


@given(st.binary())
def test_any_answer_is_read(answer: bytes) -> None:
    assert isinstance(home_listing.listed(answer), list)
