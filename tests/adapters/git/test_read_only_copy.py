"""A copy of a reviewed tree that nobody changes by mistake."""

import stat
from pathlib import Path

import pytest

from swarm.adapters.git import read_only_copy
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.snapshot import take
from swarm.errors import SwarmError
from tests.adapters.git.git_helpers import task_with_worktree


def test_the_files_are_there_read_only_and_no_link_leads_out(
    repo: Path, tmp_path: Path
) -> None:
    """A link of an agent's is a file with the place that it names."""
    task = task_with_worktree(repo)
    (task.worktree / "new").mkdir()
    (task.worktree / "new" / "run.sh").write_text("#!/bin/sh\n")
    (task.worktree / "new" / "run.sh").chmod(0o755)
    (task.worktree / "out").symlink_to("/etc/hostname")
    (task.worktree / ".gitattributes").write_text("*.sh filter=evil\n")
    tree = take.take(task).tree
    place = tmp_path / "editor" / "files"

    read_only_copy.write(task, tree, place)

    assert (place / "new" / "run.sh").read_text() == "#!/bin/sh\n"
    assert not (place / "out").is_symlink()
    assert (place / "out").read_text() == "/etc/hostname"
    modes = [p.stat().st_mode for p in (place, *place.rglob("*"))]
    assert not any(stat.S_IMODE(mode) & 0o222 for mode in modes)
    assert [p.name for p in place.parent.iterdir()] == ["files"]
    assert (task.worktree / "out").is_symlink()
    erase(place)
    assert not place.exists()


def test_a_tree_that_is_not_there_leaves_nothing(repo: Path, tmp_path: Path) -> None:
    task = task_with_worktree(repo)
    place = tmp_path / "editor" / "files"

    with pytest.raises(SwarmError):
        read_only_copy.write(task, "1" * 40, place)

    assert list(place.parent.iterdir()) == []
