"""A box reads a cache in its place, or has a copy of its own; nothing is writable."""

import shutil
import subprocess
from pathlib import Path

import pytest

from swarm.model.package_cache import PLACE
from swarm.model.user_network import Registry, UserNetwork
from swarm.plan import own_caches
from swarm.plan.own_caches import LentFolder

FOLDERS = (
    LentFolder("maven", "", "/h/.m2/repository"),
    LentFolder("pip", "http-v2", "/h/.cache/pip/http-v2"),
    LentFolder("cargo", "registry/index", "/h/.cargo/registry/index"),
)
SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]


def test_every_mount_is_read_only() -> None:
    mounts = own_caches.mounts(FOLDERS)

    assert all(mount.read_only for mount in mounts)
    assert all(own_caches.is_one(mount) for mount in mounts)
    assert [mount.target for mount in mounts] == [
        f"{PLACE}/{name}" for name in ("maven", "pip/http-v2", "cargo/registry/index")
    ]


def test_tools_that_can_read_another_cache_are_told() -> None:
    variables = own_caches.environment(FOLDERS, UserNetwork(()))

    assert [*variables] == ["MAVEN_ARGS"]
    assert f"repo.local.tail={PLACE}/maven " in variables["MAVEN_ARGS"]
    given = {"MAVEN_ARGS": "-T4"}
    assert own_caches.environment(FOLDERS, UserNetwork(()), given) == {}


def test_go_asks_the_cache_first_if_it_is_known_whom_it_asks_then() -> None:
    folders = (LentFolder("go", "cache/download", "/h"),)
    known = UserNetwork((Registry("go", "https://proxy.test"),))

    assert own_caches.environment(folders, UserNetwork(())) == {}
    assert own_caches.environment(folders, known) == {
        "GOPROXY": f"file://{PLACE}/go/cache/download,https://proxy.test"
    }
    assert own_caches.environment(FOLDERS, known).keys() == {"MAVEN_ARGS"}


def test_nothing_is_copied_where_nothing_must_be() -> None:
    assert own_caches.copying(own_caches.mounts(FOLDERS[:1])) == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_home_without_one_gets_a_copy(tmp_path: Path, shell: str) -> None:
    """One that a tool can write to; what is there stays, what is cut short goes."""
    source, home = tmp_path / "caches", tmp_path / "home of it"
    (source / "pip/http-v2/a").mkdir(parents=True)
    (source / "pip/http-v2/a/b").write_text("b")
    (source / "pip/http-v2/a/b").chmod(0o444)
    (source / "pip/http-v2/a").chmod(0o555)
    (source / "cargo/registry/index").mkdir(parents=True)
    (home / ".cargo/registry/index").mkdir(parents=True)
    (home / ".cargo/registry/index/mine").write_text("mine")
    (home / ".cache/pip/http-v2.lent").mkdir(parents=True)
    (home / ".cache/pip/http-v2.lent/half").write_text("x")
    script = own_caches.copying(own_caches.mounts(FOLDERS))

    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    done = subprocess.run(
        [*words, "-c", f"set -u; {script.replace(PLACE, str(source))}echo end"],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    (source / "pip/http-v2/a").chmod(0o755)
    assert (done.stdout, done.stderr) == ("end\n", "")
    assert (home / ".cache/pip/http-v2/a/b").read_text() == "b"
    assert (home / ".cache/pip/http-v2/a/b").stat().st_mode & 0o200
    assert not (home / ".cache/pip/http-v2.lent").exists()
    assert not (home / ".cache/pip/http-v2/half").exists()
    assert (home / ".cargo/registry/index/mine").read_text() == "mine"
