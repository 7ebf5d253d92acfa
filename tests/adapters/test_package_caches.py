"""A cache is a folder of packages and nothing else, or no box reads it."""

import os
import socket
from pathlib import Path

import pytest

from swarm.adapters import package_caches
from swarm.adapters.package_caches import PackageCache, look, still_stands

SWARM = Path("/nonexistent/swarm")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "users" / "ann"
    (home / ".m2/repository/org").mkdir(parents=True)
    (home / ".m2/repository/org/a.jar").write_bytes(b"x" * 9000)
    (home / ".m2/settings.xml").write_text("<password>")
    return home


def maven(home: Path) -> PackageCache:
    return look("maven", {}, home, SWARM)


def test_its_folder_alone_is_lent(home: Path) -> None:
    found = maven(home)

    real = os.path.realpath(home / ".m2/repository")
    assert (found.folders, found.fault) == ((("", real),), "")
    assert 9000 <= found.bytes < 100_000


@pytest.mark.parametrize(
    ("kind", "variables", "parts"),
    [
        ("cargo", {}, (".cargo/registry/index", ".cargo/registry/cache")),
        ("cargo", {"CARGO_HOME": "c"}, ("c/registry/cache",)),
        ("go", {}, ("go/pkg/mod/cache/download",)),
        ("go", {"GOPATH": "g"}, ("g/pkg/mod/cache/download",)),
        ("go", {"GOMODCACHE": "m"}, ("m/cache/download",)),
        ("gradle", {}, (".gradle/caches/modules-2",)),
        ("gradle", {"GRADLE_USER_HOME": "g"}, ("g/caches/modules-2",)),
        ("npm", {}, (".npm/_cacache",)),
        ("npm", {"npm_config_cache": "n"}, ("n/_cacache",)),
        ("pip", {}, (".cache/pip/http-v2", ".cache/pip/wheels")),
        ("pip", {"XDG_CACHE_HOME": "x"}, ("x/pip/http-v2",)),
        ("pip", {"PIP_CACHE_DIR": "p"}, ("p/wheels",)),
    ],
)
def test_it_is_where_the_tools_own_variables_say(
    home: Path, kind: str, variables: dict[str, str], parts: tuple[str, ...]
) -> None:
    for part in parts:
        (home / part).mkdir(parents=True)
    (home / ".cargo").mkdir(exist_ok=True)
    (home / ".cargo/credentials.toml").write_text("token")

    found = look(kind, variables, home, SWARM)

    assert [at for _, at in found.folders] == [
        os.path.realpath(home / part) for part in parts
    ]


def test_one_that_is_not_there_is_told(home: Path) -> None:
    assert look("cargo", {}, home, SWARM).fault == "it is not there"
    assert look("pip", {}, Path("/nonexistent"), SWARM).fault == "it is not there"


@pytest.mark.parametrize("place", [".", "..", "/", "/etc", "/proc/self/root"])
def test_a_place_that_is_no_cache_is_refused(home: Path, place: str) -> None:
    """The whole home, or the system, would be lent."""
    (home / ".m2/repository").rename(home / "r")
    (home / ".m2/repository").symlink_to(home / place)

    assert maven(home).fault in ("it holds your home", "it is a folder of the system's")


def test_a_variable_that_is_no_path_is_refused(home: Path) -> None:
    assert look("pip", {"PIP_CACHE_DIR": "a\0b"}, home, SWARM).fault


def test_a_link_into_a_place_of_keys_is_refused(home: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".m2/repository").rename(home / "away")
    (home / ".m2/repository").symlink_to(home / ".ssh")

    assert "where keys are kept" in maven(home).fault


def test_a_link_to_another_disk_is_where_it_leads(home: Path, tmp_path: Path) -> None:
    (home / ".m2/repository").rename(tmp_path / "disk")
    (home / ".m2/repository").symlink_to(tmp_path / "disk")

    assert maven(home).folders == (("", os.path.realpath(tmp_path / "disk")),)


@pytest.mark.parametrize("name", ["settings.xml", "credentials.toml", ".netrc", ".ssh"])
def test_one_that_holds_keys_is_refused(home: Path, name: str) -> None:
    (home / ".m2/repository" / name).write_text("x")

    assert "is for keys or settings" in maven(home).fault


def test_an_artifact_may_have_any_name_below(home: Path) -> None:
    (home / ".m2/repository/org/credentials").mkdir()
    (home / ".m2/repository/org/settings.xml").write_text("x")

    assert not maven(home).fault


def test_a_login_that_is_noted_later_is_seen_at_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_caches, "FRESH_SECONDS", 0.0)
    (home / ".npm/_cacache/index-v5").mkdir(parents=True)
    ((_, folder),) = look("npm", {}, home, SWARM).folders
    assert still_stands(folder)

    (home / ".npm/_cacache/index-v5/a").write_text(
        '{"reqHeaders":{"authorization":"Bearer npm_abc"}}'
    )

    assert not still_stands(folder)


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_one_with_a_way_to_a_program_is_refused(
    home: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program can write to a pipe of a read-only mount, and call a socket there."""
    monkeypatch.chdir(home / ".m2/repository/org")
    if kind == "pipe":
        os.mkfifo("a\nb")
        assert maven(home).fault == "a⏎b in it is a socket, pipe or device"
        return
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert "is a socket, pipe or device" in maven(home).fault


def test_what_others_may_not_read_is_counted(home: Path) -> None:
    (home / ".m2/repository/org/b").mkdir(mode=0o700)
    (home / ".m2/repository/org/a.jar").chmod(0o600)

    assert maven(home).unreadable == 2


def test_links_in_it_are_not_followed(home: Path) -> None:
    (home / ".m2/repository/loop").symlink_to(".")
    (home / ".m2/repository/out").symlink_to("/")

    assert maven(home).bytes < 100_000


def test_too_much_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".npm/_cacache").mkdir(parents=True)
    (home / ".npm/_cacache/x").write_bytes(b"x" * 9000)
    monkeypatch.setattr(package_caches, "LARGEST_COPY", 5000)

    assert "each box would copy it" in look("npm", {}, home, SWARM).fault
    assert not maven(home).fault
    monkeypatch.setattr(package_caches, "MOST_ENTRIES", 1)
    assert maven(home).fault == "it has too many files to look at"


@pytest.mark.parametrize("place", [".m2/repository/x", ".m2/repository", ".m2"])
def test_what_agents_write_is_not_lent(home: Path, place: str) -> None:
    found = look("maven", {}, home, home / place)

    assert found.fault == "it is swarm's own folder, or holds it"


def test_it_is_looked_at_again_after_a_while(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that goes on after days is lent what is there then."""
    ((_, at),) = maven(home).folders
    os.mkfifo(home / ".m2/repository/org/pipe")

    assert still_stands(at)
    monkeypatch.setattr(package_caches, "FRESH_SECONDS", 0.0)
    assert not still_stands(at)


def test_a_folder_that_is_replaced_stands_no_more(home: Path, tmp_path: Path) -> None:
    ((_, at),) = maven(home).folders
    assert still_stands(at)

    Path(at).rename(tmp_path / "away")
    assert not still_stands(at)
    Path(at).symlink_to("/etc")
    assert not still_stands(at)
