"""Which system it is, and what follows from it, is told from two words of `uname`."""

import os
from pathlib import Path

import pytest

from swarm.adapters.system import System, container, here


@pytest.mark.parametrize(
    ("name", "release", "title", "is_tried"),
    [
        ("Linux", "6.1.0-18-amd64", "Linux (6.1.0-18-amd64)", True),
        ("Darwin", "23.4.0", "macOS (23.4.0)", False),
        ("Linux", "4.4.0-19041-Microsoft", "WSL 1 (4.4.0-19041-Microsoft)", False),
        (
            "Linux",
            "5.15.146.1-microsoft-standard-WSL2",
            "WSL 2 (5.15.146.1-microsoft-standard-WSL2)",
            False,
        ),
        ("FreeBSD", "14.0", "FreeBSD (14.0)", False),
    ],
)
def test_a_system_has_a_name_and_was_tried_or_not(
    name: str, release: str, title: str, is_tried: bool
) -> None:
    system = System(name, release)

    assert (system.title, system.is_tried) == (title, is_tried)


def test_a_package_is_installed_by_what_the_system_has() -> None:
    assert System("Darwin", "23").install("tmux") == "`brew install tmux`"
    assert System("Linux", "6").install("tmux") == "`apt-get install tmux`"


@pytest.mark.parametrize(
    ("path", "is_windows"),
    [
        ("/mnt/c", True),
        ("/mnt/c/Users/a", True),
        ("/mnt/data", False),
        ("/mnt", False),
        ("/home/a", False),
    ],
)
def test_windows_own_disks_are_known_by_their_place_in_wsl_alone(
    path: str, is_windows: bool
) -> None:
    wsl = System("Linux", "5.15.146.1-microsoft-standard-WSL2")

    assert wsl.is_on_windows_disk(Path(path)) is is_windows
    assert not System("Linux", "6.1.0").is_on_windows_disk(Path(path))


def test_this_system_is_named_as_the_kernel_names_it() -> None:
    named = os.uname()

    assert here() == System(named.sysname, named.release)


def test_a_container_is_known_by_the_file_that_its_engine_puts_there(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".containerenv"

    assert container((file,)) == ""
    file.touch()
    assert container((tmp_path / "none", file)) == str(file)
