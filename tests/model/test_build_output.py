"""Only ignored folders that a tool makes again are build output."""

import pytest

from swarm.adapters.git.snapshot import ignore
from swarm.model import build_output
from swarm.model.build_output import IGNORED, folders
from swarm.model.review import Hidden

BASE = {".gitignore", "package.json", "app/Cargo.toml", "lib/x.py"}


def found(*paths: str, base: set[str] = BASE, kept: tuple[str, ...] = ()) -> list[str]:
    return [*folders([Hidden(path, IGNORED) for path in paths], base, kept)]


def test_the_reason_is_the_snapshot_s() -> None:
    assert build_output.IGNORED == ignore.IGNORED


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("node_modules/a/b.js", "node_modules"),
        ("node_modules/", "node_modules"),
        ("deep/down/node_modules/x", "deep/down/node_modules"),
        ("build/a.o", "build"),
        ("app/target/debug/", "app/target"),
        ("lib/__pycache__/x.pyc", "lib/__pycache__"),
        (".venv/", ".venv"),
    ],
)
def test_what_tools_make_again(path: str, folder: str) -> None:
    assert found(path) == [folder]


@pytest.mark.parametrize(
    "path",
    [".env", "data.sqlite", "notes/", "lib/target/x", "lib/build/", "secrets/key", "a"],
)
def test_what_nothing_makes_again_stays(path: str) -> None:
    """A common name counts at the top and beside a manifest alone."""
    assert found(path) == []


def test_a_folder_with_anything_else_in_it_stays() -> None:
    assert found("build/a.o", base={*BASE, "build/keep.txt"}) == []
    assert found("build/a.o", kept=("build/new.txt",)) == []
    assert found("build/a.o", kept=("build-new.txt", "build.txt")) == ["build"]
    mixed = [
        Hidden("node_modules/a", IGNORED),
        Hidden("node_modules/b/.git/", "a git directory"),
        Hidden("target/", "ignored by a rule that the agent added"),
        Hidden("dist/x", IGNORED),
    ]
    assert folders(mixed, BASE, ()) == ("dist",)


def test_installed_packages_may_be_kept() -> None:
    """Also those in a folder that is not theirs by its name."""
    paths = ("node_modules/", ".venv/x", "x.egg-info/", "build/venv/x", "dist/x")
    hidden = [Hidden(path, IGNORED) for path in paths]
    base = {*BASE, "build/setup.py"}

    assert folders(hidden, base, (), stores=False) == ("dist",)
    assert len(folders(hidden, base, ())) == 4
