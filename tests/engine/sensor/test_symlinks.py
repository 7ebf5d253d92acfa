"""A path by name is known only as far as the symlinks on its way are."""

import pytest

from swarm.engine.sensor import symlinks
from swarm.engine.sensor.symlinks import UNKNOWN, Symlinks

CACHE = "/workspace/.pytest_cache"


def known(*made: tuple[str, str, str]) -> Symlinks:
    links = Symlinks()
    for op, path, other in made:
        links.see({"op": op, "from": other}, path)
    return links


SRC = ("symlink", f"{CACHE}/l", "../src")


@pytest.mark.parametrize(
    ("made", "path", "real"),
    [
        ([], f"{CACHE}/l/a.py", f"{CACHE}/l/a.py"),
        ([SRC], f"{CACHE}/l/a.py", "/workspace/src/a.py"),
        ([SRC], f"{CACHE}/lost/a.py", f"{CACHE}/lost/a.py"),
        ([("symlink", CACHE, "/gitdir")], f"{CACHE}/config", "/gitdir/config"),
        (
            [SRC, ("symlink", "/workspace/src/m", "/gitdir")],
            f"{CACHE}/l/m/config",
            "/gitdir/config",
        ),
        # Made through another one.
        (
            [
                ("symlink", f"{CACHE}/a", "b"),
                ("symlink", f"{CACHE}/a/l", "/workspace/src"),
            ],
            f"{CACHE}/b/l/a.py",
            "/workspace/src/a.py",
        ),
        # Made twice, moved, exchanged, or in a folder that was moved.
        ([SRC, ("symlink", f"{CACHE}/l", "/x")], f"{CACHE}/l/a", UNKNOWN),
        ([SRC, ("rename", f"{CACHE}/m", f"{CACHE}/l")], f"{CACHE}/m/a", UNKNOWN),
        ([SRC, ("rename", f"{CACHE}/l", f"{CACHE}/m")], f"{CACHE}/m/a", UNKNOWN),
        ([SRC, ("link", f"{CACHE}/m", f"{CACHE}/l")], f"{CACHE}/m/a", UNKNOWN),
        (
            [SRC, ("rename", "/workspace/.ruff_cache", CACHE)],
            "/workspace/.ruff_cache/l/a",
            UNKNOWN,
        ),
        (
            [SRC, ("rename", f"{CACHE}/m", f"{CACHE}/l")],
            f"{CACHE}/l/a",
            "/workspace/src/a",
        ),
        # The kernel's own, and a circle.
        ([], "/proc/self/cwd/src/a.py", UNKNOWN),
        ([], "/proc/7/task/8/root/workspace/a.py", UNKNOWN),
        ([], "/dev/fd/7/a.py", UNKNOWN),
        ([("symlink", "/tmp/l", "/proc/self/cwd")], "/tmp/l/a.py", UNKNOWN),
        ([("symlink", "/proc/self/cwd/l", "/workspace")], "/tmp/l/a.py", UNKNOWN),
        ([("symlink", "/tmp/l", "l")], "/tmp/l/a", UNKNOWN),
    ],
)
def test_a_path_leads_where_its_symlinks_do(
    made: list[tuple[str, str, str]], path: str, real: str
) -> None:
    assert known(*made).real(path, "unlink") == real


@pytest.mark.parametrize(
    ("op", "real"),
    [
        ("unlink", f"{CACHE}/l"),
        ("rename", f"{CACHE}/l"),
        ("chmod", "/workspace/src"),
        ("truncate", "/workspace/src"),
    ],
)
def test_some_calls_go_through_the_last_symlink(op: str, real: str) -> None:
    assert known(SRC).real(f"{CACHE}/l", op) == real


def test_the_path_of_an_open_file_is_the_kernel_s() -> None:
    assert known(SRC).real(f"{CACHE}/l/a.py", "create") == f"{CACHE}/l/a.py"


@pytest.mark.parametrize("at", ["/workspace/{}", "/workspace/{}/a/b/c/d/e/f/g"])
def test_with_too_many_nothing_by_name_is_known(at: str) -> None:
    links = known(*(("symlink", at.format(n), "x") for n in range(symlinks.LINKS + 1)))

    assert links.real("/workspace/a", "unlink") == UNKNOWN
    assert len(links._targets) <= symlinks.LINKS
    assert len(links._folders) <= symlinks.FOLDERS + 9
