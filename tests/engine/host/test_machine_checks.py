"""Each check of the machine has a value, a limit and a way out."""

from pathlib import Path

import pytest

from swarm.adapters.system import System
from swarm.engine.host import machine_checks
from swarm.engine.host.machine_checks import GIB
from swarm.engine.host.room import Room
from swarm.ports import ContainerEngineFacts

LINUX = System("Linux", "6.1.0")
FACTS = ("28.0", False, "2", "overlay2", ("runc",), True, "unix:///s")


@pytest.mark.parametrize(
    ("size", "inodes", "grade", "remedy"),
    [
        (50, 9_000_000, "ok", ""),
        (50, None, "ok", ""),
        (9, 9_000_000, "warn", "docker builder du"),
        (1, None, "fail", "docker builder du"),
        (50, 199_999, "warn", "200,000 inodes should be free"),
        (50, 0, "fail", "200,000 inodes should be free"),
        (9, 0, "fail", "docker builder du"),
    ],
)
def test_the_worse_of_bytes_and_inodes_counts(
    size: int, inodes: int | None, grade: str, remedy: str
) -> None:
    room = Room(size * GIB, 100 * GIB, inodes, inodes)
    check = machine_checks.disk(lambda _path: room, "disk of home", Path("/h"))

    assert check.grade == grade
    assert remedy in check.remedy
    assert f"{size}.0 GiB" in check.finding
    assert ("inodes" in check.finding) is (inodes is not None)


def test_a_disk_that_cannot_be_asked_is_a_warning() -> None:
    def refuse(_path: Path) -> Room:
        raise PermissionError(13, "Permission denied")

    check = machine_checks.disk(refuse, "disk of home", Path("/h"))

    assert (check.grade, check.finding) == ("warn", "/h: Permission denied")


@pytest.mark.parametrize(
    ("ahead", "grade", "words"),
    [
        (0.0, "ok", "this machine's"),
        (1.9, "ok", "this machine's"),
        (-1.9, "ok", "this machine's"),
        (3.0, "warn", "3 s ahead of"),
        (-3600.0, "warn", "3,600 s behind"),
        (None, "ok", "does not tell"),
    ],
)
def test_a_clock_is_compared_in_both_directions(
    ahead: float | None, grade: str, words: str
) -> None:
    facts = ContainerEngineFacts(*FACTS, clock_ahead=ahead)
    check = machine_checks.clock(LINUX, facts)

    assert check.grade == grade
    assert words in check.finding
    assert bool(check.remedy) is (grade == "warn")


def test_a_home_on_windows_disk_is_told_of() -> None:
    wsl = System("Linux", "5.15-microsoft-standard-WSL2")
    checks = list(machine_checks.system(wsl, Path("/mnt/c/Users/a/swarm")))

    assert [check.name for check in checks] == ["system", "place of home"]
    assert "not tried" in checks[0].finding
    assert len(list(machine_checks.system(wsl, Path("/home/a")))) == 1


def test_what_only_imitates_a_kernel_fails() -> None:
    (check,) = machine_checks.system(
        System("Linux", "4.4.0-19041-Microsoft"), Path("/h")
    )

    assert (check.grade, "wsl --set-version" in check.remedy) == ("fail", True)


def test_who_keeps_a_task_within_its_limit_is_told_with_the_reason() -> None:
    assert "the disk of home holds each task" in machine_checks.quota("").finding
    watched = machine_checks.quota("its ext4 is not mounted with `prjquota`")
    assert watched.grade == "ok"
    assert watched.finding == (
        "watched, and paused over its limit: on the disk of home its ext4 is not "
        "mounted with `prjquota`"
    )
