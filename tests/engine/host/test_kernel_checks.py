"""inotify has three limits and many takers; user namespaces have three locks."""

import os
from pathlib import Path

import pytest

from swarm.engine.host import kernel_checks
from swarm.engine.host.check import Check
from swarm.engine.host.kernel import Kernel
from swarm.ports import ContainerEngineFacts

ROOTFUL = ContainerEngineFacts("28", False, "2", "overlay2", ("runc",), True, "u")
ROOTLESS = ContainerEngineFacts("28", True, "2", "overlay2", ("runc",), True, "u")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path, tmp_path, tmp_path / "btf")


def set_limit(kernel: Kernel, key: str, value: str) -> None:
    file = kernel.proc / "sys" / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{value}\n")


def add_process(kernel: Kernel, pid: int, name: str, *watches: int) -> None:
    """A process with so many instances, each with so many watches."""
    process = kernel.proc / str(pid)
    (process / "fd").mkdir(parents=True)
    (process / "fdinfo").mkdir()
    (process / "comm").write_text(f"{name}\n")
    (process / "fd/0").symlink_to("/dev/null")
    for number, count in enumerate(watches, start=3):
        (process / f"fd/{number}").symlink_to("anon_inode:inotify")
        lines = "inotify wd:1 ino:2 sdev:3 mask:4\n" * count
        (process / f"fdinfo/{number}").write_text(f"pos:\t0\n{lines}")


def check(
    kernel: Kernel, name: str, facts: ContainerEngineFacts | None = ROOTFUL
) -> Check:
    checks = kernel_checks.examine(kernel, facts)
    return next(one for one in checks if one.name == name)


@pytest.mark.parametrize(
    ("name", "key", "value", "grade"),
    [
        ("inotify", "max_user_instances", 128, "warn"),
        ("inotify", "max_user_instances", 0, "warn"),
        ("inotify", "max_user_instances", 8192, "ok"),
        ("inotify watches", "max_user_watches", 8192, "warn"),
        ("inotify watches", "max_user_watches", 0, "warn"),
        ("inotify watches", "max_user_watches", 524288, "ok"),
        ("inotify events", "max_queued_events", 1024, "warn"),
        ("inotify events", "max_queued_events", 16384, "ok"),
    ],
)
def test_each_limit_is_compared_with_what_agents_need(
    kernel: Kernel, name: str, key: str, value: int, grade: str
) -> None:
    set_limit(kernel, f"fs/inotify/{key}", str(value))

    found = check(kernel, name)

    assert found.grade == grade
    assert f"{value:,}" in found.finding
    assert (f"sysctl fs.inotify.{key}=" in found.remedy) is (grade == "warn")
    assert ("few" in found.finding or "should" in found.finding) is (grade == "warn")


def test_what_is_not_known_is_no_fault(kernel: Kernel) -> None:
    set_limit(kernel, "fs/inotify/max_user_watches", "many")

    for name in ("inotify", "inotify watches", "inotify events", "user namespaces"):
        assert check(kernel, name).grade == "ok"


def test_the_process_that_took_the_watches_is_named(kernel: Kernel) -> None:
    """The limit is high enough, and another program of the user's has it."""
    set_limit(kernel, "fs/inotify/max_user_watches", "70000")
    set_limit(kernel, "fs/inotify/max_user_instances", "600")
    add_process(kernel, 41, "editor", 30_000, 29_000)
    add_process(kernel, 42, "sync", 3)

    watches, instances = check(kernel, "inotify watches"), check(kernel, "inotify")

    assert watches.grade == "warn"
    assert "59,003 of 70,000" in watches.finding
    assert "59,000 by editor (pid 41)" in watches.finding
    assert "max_user_watches=524288" in watches.remedy
    assert (instances.grade, "3 of 600" in instances.finding) == ("ok", True)


def test_the_process_that_took_the_instances_is_named(kernel: Kernel) -> None:
    set_limit(kernel, "fs/inotify/max_user_instances", "600")
    add_process(kernel, 41, "editor", *[1] * 560)

    found = check(kernel, "inotify")

    assert found.grade == "warn"
    assert "560 by editor (pid 41)" in found.finding


def test_another_user_s_processes_take_nothing(kernel: Kernel) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    set_limit(kernel, "fs/inotify/max_user_watches", "70000")
    add_process(kernel, 41, "editor", 59_000)
    os.chown(kernel.proc / "41", 12345, 12345)

    assert check(kernel, "inotify watches").grade == "ok"


@pytest.mark.parametrize(
    ("key", "closing", "remedy"),
    [
        ("user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=28633"),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "sysctl kernel.unprivileged_userns_clone=1",
        ),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ],
)
def test_user_namespaces_matter_to_an_engine_without_root(
    kernel: Kernel, key: str, closing: str, remedy: str
) -> None:
    """Also where no engine answers: it may be one that could not start."""
    set_limit(kernel, key, closing)

    for facts in (ROOTLESS, None):
        found = check(kernel, "user namespaces", facts)
        assert (found.grade, remedy in found.remedy) == ("warn", True)
        assert key.replace("/", ".") in found.finding
    assert check(kernel, "user namespaces", ROOTFUL).grade == "ok"


def test_open_user_namespaces_are_counted(kernel: Kernel) -> None:
    set_limit(kernel, "user/max_user_namespaces", "96365")
    set_limit(kernel, "kernel/unprivileged_userns_clone", "1")
    set_limit(kernel, "kernel/apparmor_restrict_unprivileged_userns", "0")

    assert "96,365" in check(kernel, "user namespaces", ROOTLESS).finding
