"""A file is put into a home from inside a box, over whatever is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from swarm.plan import hardening, home_file
from swarm.plan.specs import AGENT_HOME, SandboxSpec

SANDBOX = SandboxSpec(
    "box",
    "i",
    ("true",),
    "1000:1000",
    {"swarm.home": "h"},
    seccomp="{}",
    tmpfs=dict.fromkeys(hardening.REQUIRED_TMPFS, "rw,noexec,nosuid,nodev"),
)


def put(home: Path, path: str, text: str) -> int:
    """As the box does, in a home at another place; its exit code."""
    given = home.with_name("given")
    given.write_text(text)
    spec = home_file.writer(SANDBOX, "v", "gate", path, str(given))
    words = [
        {"/given": str(given), AGENT_HOME: str(home)}.get(word, word)
        for word in spec.argv
    ]
    argv = [sys.executable, *words[1:]]
    return subprocess.run(argv, capture_output=True, check=False).returncode


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


def test_it_is_private_and_whole(home: Path) -> None:
    assert put(home, "a/b/login.json", "one") == 0
    assert put(home, "a/b/login.json", "two") == 0

    file = home / "a/b/login.json"
    assert file.read_text() == "two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["login.json"]


def test_a_link_in_its_place_is_replaced_and_not_followed(home: Path) -> None:
    (home / "other").write_text("mine")
    for name in ("login.json", "login.json.new"):
        (home / name).symlink_to(home / "other")

    assert put(home, "login.json", "token") == 0
    assert (home / "other").read_text() == "mine"
    assert not (home / "login.json").is_symlink()


@pytest.mark.parametrize(
    "lay",
    [
        "mkdir -p a/login.json/x",
        "mkdir -p a/login.json.new/x",
        "echo mine > a",
        "ln -s nowhere a",
        "ln -s /tmp a",
        "ln -s a a",
        "mkdir a && mkfifo a/login.json",
        "mkdir a && chmod 500 a",
    ],
)
def test_what_an_agent_lays_in_the_way_is_moved_aside(home: Path, lay: str) -> None:
    subprocess.run(["sh", "-c", lay], cwd=home, check=True)

    assert put(home, "a/login.json", "token") == 0

    assert (home / "a/login.json").read_text() == "token"
    assert (home / "a/login.json").resolve().is_relative_to(home.resolve())
    assert not list((home / "a").glob("*.new-*"))


def test_a_link_to_a_folder_of_the_home_is_gone_through(home: Path) -> None:
    (home / "kept").mkdir()
    (home / "a").symlink_to("kept")

    assert put(home, "a/login.json", "token") == 0
    assert (home / "kept/login.json").read_text() == "token"


def test_a_failure_leaves_no_draft(home: Path) -> None:
    assert put(home, "a/" + "x" * 250, "token") != 0
    assert list((home / "a").iterdir()) == []


def test_the_box_has_the_home_the_file_and_no_network() -> None:
    spec = home_file.writer(SANDBOX, "v", "gate", "x", "/host/file")

    hardening.refuse(spec)
    assert spec.network == "none"
    assert spec.user == SANDBOX.user
    assert [mount.read_only for mount in spec.mounts] == [False, True]


def test_the_box_that_reads_has_the_home_read_only() -> None:
    spec = home_file.reader(SANDBOX, "v", "gate", "x", 9)

    hardening.refuse(spec)
    assert spec.network == "none"
    assert spec.user == SANDBOX.user
    assert [mount.read_only for mount in spec.mounts] == [True]
