"""What tools made is one entry each, lands in no tree, and hides nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.git.snapshot import take
from swarm.adapters.git.snapshot.left_out import entries, left_out
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Hidden, Snapshot
from tests.adapters.git.git_helpers import commit_all, task_with_worktree

STATUS = os.stat_result((0o100644, 0, 0, 0, 0, 0, 3, 0, 0, 0))
NAMES = ["node_modules", "build", "src", "a.pyc", "pyvenv.cfg", "CACHEDIR.TAG", "x"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


def write(task: TaskGit, *paths: str) -> None:
    for path in paths:
        file = task.worktree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}\n")


def optional(snapshot: Snapshot) -> dict[str, tuple[str, int]]:
    hidden = [entry for entry in snapshot.hidden if entry.optional]
    return {entry.path: (entry.reason, entry.count) for entry in hidden}


def changed(snapshot: Snapshot) -> set[str]:
    return {change.path for change in snapshot.changes}


def test_a_package_store_is_one_line(repo: Path) -> None:
    """R30: dozens of package.json are no work of the agent's."""
    task = task_with_worktree(repo)
    stores = [f"node_modules/p{n}/package.json" for n in range(25)]
    write(task, "package.json", *stores, "web/node_modules/q/index.js")

    snapshot = take.take(task)

    assert changed(snapshot) == {"package.json"}
    assert optional(snapshot) == {
        "node_modules/": ("package store", 25),
        "web/node_modules/": ("package store", 1),
    }
    assert snapshot.hidden[0].size == 25 * 3


@pytest.mark.parametrize(
    ("paths", "entry", "reason"),
    [
        (["my-env/pyvenv.cfg", "my-env/lib/x.py"], "my-env/", "package store"),
        (["deps/.package-lock.json", "deps/a.js"], "deps/", "package store"),
        (["cached/CACHEDIR.TAG", "cached/x"], "cached/", "a tool's cache"),
        (["o/CMakeCache.txt", "o/x.o"], "o/", "build output"),
        (["target/debug/x", "target/CACHEDIR.TAG"], "target/", "build output"),
        (["dist/app.js"], "dist/", "build output"),
        (["vendor/m/x.go"], "vendor/", "package store"),
        (["web/package.json", "web/dist/x.js"], "web/dist/", "build output"),
        (["src/__pycache__/a.pyc"], "src/__pycache__/", "a tool's cache"),
        ([".pytest_cache/v/x"], ".pytest_cache/", "a tool's cache"),
        ([".DS_Store"], ".DS_Store", "a tool's cache"),
        (["lib/a.pyc"], "lib/a.pyc", "a tool's cache"),
    ],
)
def test_names_and_contents(
    repo: Path, paths: list[str], entry: str, reason: str
) -> None:
    """A store of any name is known by the file that its tool leaves in it."""
    task = task_with_worktree(repo)
    write(task, *paths)

    snapshot = take.take(task)

    assert optional(snapshot)[entry][0] == reason
    assert not any(path.startswith(entry) for path in changed(snapshot))


def test_a_cache_that_ignores_itself_is_one_line_too(repo: Path) -> None:
    """Its own rule, which a tool wrote, makes no line of each file."""
    task = task_with_worktree(repo)
    write(task, ".pytest_cache/a", ".pytest_cache/v/b")
    (task.worktree / ".pytest_cache" / ".gitignore").write_text("*\n")

    assert optional(take.take(task)) == {".pytest_cache/": ("a tool's cache", 3)}


def test_what_the_base_ignores_stays_ignored(repo: Path) -> None:
    """The user knows that; no one has to include or leave out anything."""
    task = task_with_worktree(repo)
    write(task, "build/a", "build/b")

    assert [entry.reason for entry in take.take(task).hidden] == ["ignored"] * 2


def test_what_is_tracked_in_the_base_is_never_left_out(repo: Path) -> None:
    """Also if the agent emptied the directory before it filled it again."""
    for path in ("vendor/kept.go", "dist/old.js", "node_modules"):
        (repo / path).parent.mkdir(exist_ok=True)
        (repo / path).write_text("x\n")
    commit_all(repo, "vendored")
    task = task_with_worktree(repo)
    for path in ("dist/old.js", "node_modules"):
        (task.worktree / path).unlink()
    write(task, "vendor/new.go", "dist/new.js", "node_modules/evil.js")

    snapshot = take.take(task)

    assert not optional(snapshot)
    assert {"vendor/new.go", "dist/new.js", "node_modules/evil.js"} <= changed(snapshot)


def test_a_marker_at_the_top_hides_no_worktree(repo: Path) -> None:
    """An agent cannot declare all of its work to be a cache."""
    task = task_with_worktree(repo)
    write(task, "CACHEDIR.TAG", "pyvenv.cfg", "work.py")

    assert changed(take.take(task)) == {"CACHEDIR.TAG", "pyvenv.cfg", "work.py"}


def test_a_human_includes_a_path_or_one_above_it(repo: Path) -> None:
    """Then it is part of the tree, with every flag it earns."""
    task = task_with_worktree(repo)
    write(task, "node_modules/p/package.json", "web/node_modules/x", "dist/a/b")

    snapshot = take.take(task, included=("node_modules/", "web", "dist/a/b"))

    assert not optional(snapshot)
    assert len(snapshot.changes) == 3
    by_path = {change.path: change for change in snapshot.changes}
    assert by_path["node_modules/p/package.json"].gating


def test_a_package_of_the_agents_own_is_no_output(repo: Path) -> None:
    """`src/target` is a name for a module."""
    task = task_with_worktree(repo)
    write(task, "src/target/__init__.py", "lib/dist/x.py")

    assert changed(take.take(task)) == {"src/target/__init__.py", "lib/dist/x.py"}


@given(st.sets(PATHS, max_size=30), st.sets(PATHS, max_size=10))
def test_nothing_is_lost_and_nothing_tracked_is_left_out(
    walked: set[str], base: set[str]
) -> None:
    """Walked = kept + left out; no entry stands above a path of the base."""
    files = dict.fromkeys(walked, STATUS)
    candidates = sorted(walked - base)

    left = left_out(files, candidates, base, ())
    hidden = entries(left, files)

    assert set(left) <= set(candidates)
    assert sum(entry.count for entry in hidden) == len(left)
    assert sum(entry.size for entry in hidden) == 3 * len(left)
    for entry in hidden:
        assert entry.optional
        assert not entry.blocks
        top = entry.path.rstrip("/")
        assert top
        assert not any(path == top or path.startswith(f"{top}/") for path in base)
    assert not left_out(files, candidates, base, [entry.path for entry in hidden])


@given(st.sets(PATHS, max_size=20), st.sets(PATHS, max_size=3))
def test_what_is_included_is_never_left_out(
    walked: set[str], included: set[str]
) -> None:
    """Including takes in what was named and nothing else."""
    files = dict.fromkeys(walked, STATUS)

    left = left_out(files, walked, (), included)

    for path in left:
        assert not any(path == p or path.startswith(f"{p}/") for p in included)
    assert set(left) <= set(left_out(files, walked, (), ()))


def test_an_optional_entry_is_no_reason_to_refuse_a_merge() -> None:
    """It blocks nothing."""
    assert not Hidden("x", "package store", optional=True).blocks
