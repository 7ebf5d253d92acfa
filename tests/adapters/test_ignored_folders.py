"""A folder of a worktree is measured and removed, and never what a link leads to."""

from pathlib import Path

import pytest

from swarm.adapters import ignored_folders
from swarm.errors import ToolError


def test_a_folder_is_measured_and_goes(tmp_path: Path) -> None:
    deep = tmp_path / "app/node_modules/a/b"
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"x" * 100_000)
    (tmp_path / "app/kept").write_text("kept")

    assert ignored_folders.taken(tmp_path, "app/node_modules").bytes >= 100_000
    ignored_folders.remove(tmp_path, "app/node_modules")

    assert [each.name for each in (tmp_path / "app").iterdir()] == ["kept"]
    assert ignored_folders.taken(tmp_path, "app/node_modules").bytes == 0
    with pytest.raises(ToolError):
        ignored_folders.remove(tmp_path, "app/node_modules")


@pytest.mark.parametrize("path", ["node_modules", "app/node_modules"])
def test_a_link_is_never_followed(tmp_path: Path, path: str) -> None:
    """In the folder's own place, on the way to it, or in it."""
    mine, tree = tmp_path / "mine", tmp_path / "tree"
    (mine / "node_modules").mkdir(parents=True)
    (mine / "node_modules/precious").write_text("mine")
    tree.mkdir()
    (tree / path.partition("/")[0]).symlink_to(
        mine / "node_modules" if "/" not in path else mine
    )

    assert ignored_folders.taken(tree, path).bytes == 0
    with pytest.raises(ToolError):
        ignored_folders.remove(tree, path)
    (tree / "dist").mkdir()
    (tree / "dist/link").symlink_to(mine)
    ignored_folders.remove(tree, "dist")

    assert (mine / "node_modules/precious").read_text() == "mine"
