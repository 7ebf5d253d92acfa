"""What a set-up left is found and moved; no link that it put there is followed."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.worktree import untracked

TRACKED = frozenset({"README", "src/", "src/a.py", "module"})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "src").mkdir(parents=True)
    (tree / "module").mkdir()
    (tree / "README").write_text("readme")
    (tree / "src" / "a.py").write_text("a")
    (tree / ".git").write_text("gitdir: /nowhere")
    return tree


def test_only_the_topmost_is_named(tree: Path) -> None:
    (tree / "node_modules" / "a").mkdir(parents=True)
    (tree / "src" / "b.so").write_text("b")
    (tree / "src" / "out").symlink_to("/etc")
    (tree / "module" / "inside").write_text("a submodule's own")

    found = untracked.look(tree, TRACKED)

    assert found.untracked == {
        "node_modules": True,
        "src/b.so": False,
        "src/out": False,
    }
    assert found.stamps.keys() == {"README", "src/a.py", "module"}


def test_a_change_of_a_tracked_file_shows(tree: Path) -> None:
    before = untracked.look(tree, TRACKED).stamps
    (tree / "README").write_text("other text")
    (tree / "src" / "a.py").unlink()
    (tree / "src" / "a.py").symlink_to("/etc/passwd")

    after = untracked.look(tree, TRACKED).stamps

    assert {path for path in before if before[path] != after.get(path)} == {
        "README",
        "src/a.py",
    }


def test_a_folder_in_place_of_a_tracked_one_is_not_entered(
    tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("mine")
    (tree / "src" / "a.py").unlink()
    (tree / "src").rmdir()
    (tree / "src").symlink_to(tmp_path / "elsewhere")

    assert untracked.look(tree, TRACKED).untracked == {"src": False}
    with pytest.raises(OSError, match="src"):
        untracked.move_out(tree, "src/mine", tmp_path / "taken")
    assert not untracked.make_folder(tree, "src/new", (0, 0), 0o755)
    assert not untracked.fits(tree, ["src/new"])
    assert not (tmp_path / "elsewhere" / "new").exists()


def test_a_folder_is_moved_and_an_empty_one_stands_there(
    tree: Path, tmp_path: Path
) -> None:
    (tree / "src" / "lib").mkdir(mode=0o750)
    (tree / "src" / "lib" / "file").write_text("it")

    untracked.move_out(tree, "src/lib", tmp_path / "place")

    assert (tmp_path / "place" / "file").read_text() == "it"
    assert not any((tree / "src" / "lib").iterdir())
    assert (tree / "src" / "lib").stat().st_mode & 0o777 == 0o750
    untracked.move_back(tree, "src/lib", tmp_path / "place")
    assert (tree / "src" / "lib" / "file").read_text() == "it"


@pytest.mark.parametrize(
    ("paths", "fits"),
    [
        (["node_modules", "src/lib"], True),
        (["src"], False),
        (["README"], False),
        (["gone/node_modules"], False),
        (["node_modules/node_modules"], False),
        (["README/below"], False),
        ([], True),
    ],
)
def test_what_fits_into_a_fresh_worktree(
    tree: Path, paths: list[str], fits: bool
) -> None:
    assert untracked.fits(tree, paths) is fits


def test_a_folder_stands_there_or_it_is_told(tree: Path) -> None:
    owner = (os.getuid(), os.getgid())

    assert untracked.make_folder(tree, "src/lib", owner, 0o755)
    assert untracked.make_folder(tree, "src/lib", owner, 0o755)
    assert not untracked.make_folder(tree, "README", owner, 0o755)


@pytest.mark.parametrize(("many", "has"), [(3, True), (4, True), (5, False)])
def test_entries_are_counted_no_further_than_need_be(
    tree: Path, many: int, has: bool
) -> None:
    (tree / "lib" / "deep").mkdir(parents=True)
    for name in ("a", "b", "deep/c"):
        (tree / "lib" / name).touch()

    assert untracked.has_entries(tree, "lib", many) is has
