"""A worktree is put back to what it was, whatever an agent made of it since."""

import contextlib
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.adapters.git.checkpoint import refs, restore
from swarm.adapters.git.checkpoint.restore import Restored
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.snapshot.take import Caps
from swarm.adapters.git.task_git import TaskGit


def back(task: TaskGit, number: int = 1) -> Restored:
    """To a checkpoint, as the keeper does it."""
    present = take.take(task).tree
    return restore.restore(task, present, refs.tree_of(task, number))


def held(root: Path) -> dict[str, str]:
    """Every file and link below, and what it holds."""
    found = {}
    for folder, names, files in os.walk(root):
        for name in [*names, *files]:
            path = Path(folder, name)
            if path.is_symlink():
                found[str(path.relative_to(root))] = f"→ {path.readlink()}"
            elif path.is_file():
                found[str(path.relative_to(root))] = path.read_text()
    return found


def test_a_ruined_worktree_is_what_it_was(task: TaskGit) -> None:
    """All that was there is removed; all of it comes back, and nothing else."""
    before = held(task.worktree)
    for entry in task.worktree.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    (task.worktree / "new").mkdir()
    (task.worktree / "new" / "file").write_text("x")

    done = back(task)

    assert held(task.worktree) == before
    assert (done.wrote, done.removed, done.aside) == (len(before) - 1, 1, ())
    assert not (task.worktree / "new").exists()


def test_where_it_began_is_a_checkpoint_too(task: TaskGit) -> None:
    (task.worktree / "src" / "a.py").write_text("other\n")

    back(task, 0)

    assert take.take(task).changes == ()


def test_modes_and_links_come_back(task: TaskGit) -> None:
    run, link = task.worktree / "run", task.worktree / "link"
    run.write_text("#!/bin/sh\n")
    run.chmod(0o755)
    link.symlink_to("src/a.py")
    refs.add_ref(task, 2, take.take(task).tree)
    run.chmod(0o644)
    link.unlink()
    link.write_text("a file now")

    back(task, 2)

    assert os.access(run, os.X_OK)
    assert link.readlink() == Path("src/a.py")


def linked(task: TaskGit, outside: Path) -> None:
    """A directory of the checkpoint's is a link that leads out."""
    shutil.rmtree(task.worktree / "notes")
    (task.worktree / "notes").symlink_to(outside)


def linked_file(task: TaskGit, outside: Path) -> None:
    """A file of the checkpoint's is a link to one of the human's."""
    (task.worktree / "notes" / "todo").unlink()
    (task.worktree / "notes" / "todo").symlink_to(outside / "keys")


def linked_new(task: TaskGit, outside: Path) -> None:
    """What is to be removed is behind a link."""
    (task.worktree / "more").mkdir()
    (task.worktree / "more" / "keys").write_text("x")
    take.take(task)
    shutil.rmtree(task.worktree / "more")
    (task.worktree / "more").symlink_to(outside)


@pytest.mark.parametrize("trap", [linked, linked_file, linked_new])
def test_nothing_outside_is_written_or_removed(
    task: TaskGit, tmp_path: Path, trap: Callable[[TaskGit, Path], None]
) -> None:
    """Promise: going back touches the worktree alone.

    Why: it is the human's own process that writes, with the human's own power.
    """
    outside = tmp_path / "human"
    outside.mkdir()
    (outside / "keys").write_text("secret")
    (outside / "todo").write_text("mine")
    trap(task, outside)

    back(task)

    assert held(outside) == {"keys": "secret", "todo": "mine"}
    assert (task.worktree / "notes" / "todo").read_text() == "all of it\n"
    assert not (task.worktree / "notes").is_symlink()


def test_a_link_that_appears_after_the_look_leads_nowhere(
    task: TaskGit, tmp_path: Path
) -> None:
    """Also where the worktree is no more what was seen of it."""
    outside = tmp_path / "human"
    outside.mkdir()
    (outside / "todo").write_text("mine")
    (task.worktree / "notes" / "todo").write_text("changed")
    (task.worktree / "notes" / "more").write_text("new")
    present = take.take(task).tree
    shutil.rmtree(task.worktree / "notes")
    (task.worktree / "notes").symlink_to(outside)

    done = restore.restore(task, present, refs.tree_of(task, 1))

    assert held(outside) == {"todo": "mine"}
    assert (task.worktree / "notes" / "todo").read_text() == "all of it\n"
    assert len(done.aside) == 1


def ignored(task: TaskGit) -> None:
    (task.worktree / ".gitignore").write_text("notes\n")
    (task.worktree / "notes" / "todo").write_text("not to be lost")


def over_directory(task: TaskGit) -> None:
    shutil.rmtree(task.worktree / "notes")
    (task.worktree / ".gitignore").write_text("todo/\n")
    (task.worktree / "notes" / "todo" / "below").mkdir(parents=True)
    (task.worktree / "notes" / "todo" / "below" / "x").write_text("not to be lost")


def piped(task: TaskGit) -> None:
    (task.worktree / "notes" / "todo").unlink()
    os.mkfifo(task.worktree / "notes" / "todo")


def listening(task: TaskGit) -> None:
    shutil.rmtree(task.worktree / "notes")
    with contextlib.chdir(task.worktree), socket.socket(socket.AF_UNIX) as server:
        server.bind("notes")  # a socket's path has a limit, 108 bytes


@pytest.mark.parametrize("trap", [ignored, over_directory, piped, listening])
def test_what_no_checkpoint_holds_is_set_aside(
    task: TaskGit, trap: Callable[[TaskGit], None]
) -> None:
    """What is in the way is renamed, and not one byte of it is lost."""
    trap(task)
    precious = "not to be lost" in held(task.worktree).values()

    done = back(task)

    assert (task.worktree / "notes" / "todo").read_text() == "all of it\n"
    assert len(done.aside) == 1
    assert os.path.lexists(task.worktree / done.aside[0])
    assert ("not to be lost" in held(task.worktree).values()) == precious


def test_the_other_ignored_files_stay_where_they_are(task: TaskGit) -> None:
    (task.worktree / ".gitignore").write_text("*.log\n")
    (task.worktree / "notes" / "run.log").write_text("log")
    (task.worktree / "logs").mkdir()
    (task.worktree / "logs" / "a.log").write_text("log")
    (task.worktree / "logs" / "b").write_text("not ignored")

    back(task)

    assert (task.worktree / "notes" / "run.log").exists()
    assert held(task.worktree / "logs") == {"a.log": "log"}


def test_what_is_too_large_to_keep_is_set_aside(task: TaskGit) -> None:
    (task.worktree / "notes" / "todo").write_text("x" * 4000)
    present = take.take(task, Caps(file=1000)).tree

    done = restore.restore(task, present, refs.tree_of(task, 1))

    assert [len((task.worktree / path).read_text()) for path in done.aside] == [4000]


NAMES = st.sampled_from(
    ["a", "b", "src", "src/a.py", "a/b", "a/b/c", "b/é", "b/\udcff"]
)
STEPS = st.lists(
    st.tuples(st.sampled_from("wxlrm"), NAMES, st.integers(0, 3)), max_size=8
)


def mess(root: Path, steps: list[tuple[str, str, int]]) -> None:
    """Whatever of it is possible."""
    for verb, name, number in steps:
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            match verb:
                case "w" | "x":
                    path.write_text(f"{number}\n" * number)
                    path.chmod(0o755 if verb == "x" else 0o644)
                case "l":
                    path.symlink_to(f"../{number}")
                case "r":
                    path.unlink()
                case _:
                    shutil.rmtree(path)
        except OSError:
            continue


@given(first=STEPS, second=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mess_is_undone_and_the_undoing_too(
    task: TaskGit, first: list[tuple[str, str, int]], second: list[tuple[str, str, int]]
) -> None:
    """Take, mess up, go back, and go back from there: the trees are the same."""
    mess(task.worktree, first)
    then = take.take(task)
    mess(task.worktree, second)
    now = take.take(task)

    restore.restore(task, now.tree, then.tree)
    after = take.take(task)
    restore.restore(task, after.tree, now.tree)

    assert after.tree == then.tree
    assert take.take(task).tree == now.tree
