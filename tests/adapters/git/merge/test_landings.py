"""Over made-up trees and checkouts, nothing of a user's is ever lost."""

import stat
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as some

from swarm.adapters.git.merge import apply, obstacles
from swarm.adapters.git.merge.recovery import recover
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import Verdict
from swarm.model.review import PreparedMerge
from tests.adapters.git.git_helpers import sh_git
from tests.adapters.git.merge.cases import Picture, picture
from tests.adapters.git.merge.deaths import dies_before
from tests.adapters.git.merge.worlds import MODES, World, lay, new_template, worlds

STAGES = 6
SHORT = settings(
    max_examples=30,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
LONG = settings(SHORT, max_examples=2000)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_template(tmp_path_factory.mktemp("template") / "repo")


def index_of(repo: Path) -> str:
    return sh_git(repo, "ls-files", "-s", "-v")


def status_of(repo: Path) -> set[str]:
    words = ("-z", "--untracked-files=all", "--no-renames")
    # Two characters stand before a path; the helper has stripped the first of them.
    entries = sh_git(repo, "status", "--porcelain", *words).split("\0")
    return {entry.strip() for entry in entries if entry}


def assert_nothing_of_ours_is_left(repo: Path) -> None:
    git_dir = repo / ".git"
    assert not (git_dir / "index.lock").exists()
    left = [path.name for path in git_dir.iterdir() if "swarm" in path.name]
    # A probe may be somebody's that is at work; it goes when it is old.
    assert [name for name in left if not name.startswith("swarm-probe-")] == []
    assert list(repo.glob(".swarm*")) == []


def assert_users_paths_are_as_before(
    world: World, before: Picture, after: Picture
) -> None:
    """All but what the merge changes in the old tree; directories by their being."""
    touched = {
        path for path, entry in world.old.items() if world.new.get(path) != entry
    }
    of_tree = {
        path[:end] for path in world.old for end, char in enumerate(path) if char == "/"
    }
    for path, entry in before.items():
        if stat.S_ISDIR(entry[0]):
            if path not in of_tree:
                assert after.get(path, (0, 0))[:2] == entry[:2], path
        elif path not in touched:
            assert after.get(path) == entry, path


def assert_merged(repo: Path, world: World, after: Picture) -> None:
    """Each path that differs between the trees is the new tree's."""
    for path in world.old.keys() | world.new.keys():
        if world.old.get(path) == world.new.get(path):
            continue
        if path not in world.new:
            assert path not in after or stat.S_ISDIR(after[path][0])
            continue
        kind, content = world.new[path]
        mode, _, _, found = after[path]
        assert stat.S_ISLNK(mode) == (kind == "link")
        assert found == (content if kind == "link" else content.encode().hex())
        if kind != "link":
            assert bool(mode & 0o100) == (MODES[kind] == "100755")


def check(world: World, template: Path, home: Path, dies_after: int) -> None:
    """Merge, maybe with a death on the way, and hold what came out to the promises."""
    task, prepared = lay(world, template, home)
    repo = home / "repo"
    outside = picture(home / "outside")
    before, index, status = picture(repo), index_of(repo), status_of(repo)
    items = obstacles.items(task, "main", prepared.old, prepared.new)
    assert picture(repo) == before
    refused = any(item.verdict is Verdict.REFUSED for item in items)
    event("refused" if refused else "merged")
    if dies_after:
        _die(task, prepared, dies_after)
        if dies_after < STAGES - 1:
            recover(task.repo)
            assert_nothing_of_ours_is_left(repo)
            assert picture(repo) == before
            assert index_of(repo) == index
    if refused:
        with pytest.raises(Refused):
            apply.apply(task, prepared)
    else:
        apply.apply(task, prepared)
    after = picture(repo)
    assert_nothing_of_ours_is_left(repo)
    assert picture(home / "outside") == outside
    assert status_of(repo) == status
    if refused:
        assert after == before
        assert index_of(repo) == index
        assert sh_git(repo, "rev-parse", "main") == prepared.old
    else:
        assert sh_git(repo, "rev-parse", "main") == prepared.new
        assert_users_paths_are_as_before(world, before, after)
        assert_merged(repo, world, after)


def _die(task: TaskGit, prepared: PreparedMerge, stage: int) -> None:
    try:
        list(islice(apply.stages(task, prepared), stage))
    except Refused:
        return


def _in_a_home(world: World, template: Path, dies_after: int) -> None:
    with tempfile.TemporaryDirectory(prefix="swarm-world-", dir=MEMORY) as home:
        check(world, template, Path(home), dies_after)


WORLD = World(
    old={
        "changed": ("file", "one\n"),
        "gone/deep/x": ("file", "x\n"),
        "to-file/a": ("file", "a\n"),
        "to-file/b/c": ("link", "../a"),
        "to-directory": ("program", "p\n"),
        "to-link": ("file", "l\n"),
        "mine": ("file", "mine\n"),
    },
    new={
        "changed": ("program", "two\n"),
        "added/deep/y": ("file", "y\n"),
        "to-file": ("file", "f\n"),
        "to-directory/a": ("file", "d\n"),
        "to-link": ("link", "mine"),
        "mine": ("file", "mine\n"),
    },
    acts=[("append", "mine", ""), ("file", "untracked", ""), ("file", "gone/kept", "")],
    ignored={"gone"},
    staged=set(),
    marked={},
)
"""Every kind of change at once, beside changes of the user's."""


def nothing(_repo: Path) -> None:
    """The user waits."""


def push(repo: Path) -> None:
    """A commit comes to the branch from elsewhere, and knows no index."""
    tree = sh_git(repo, "rev-parse", "HEAD^{tree}")
    commit = sh_git(repo, "commit-tree", "-m", "pushed", "-p", "HEAD", tree)
    sh_git(repo, "update-ref", "refs/heads/main", commit)


def unlock_and_commit(repo: Path) -> None:
    """The user removes the lock that git complains of, and commits what is there."""
    (repo / ".git" / "index.lock").unlink(missing_ok=True)
    sh_git(repo, "commit", "-q", "-a", "-m", "mine", check=False)


def leave(repo: Path) -> None:
    """The user goes to another branch by hand, whatever the lock says."""
    sh_git(repo, "branch", "other", "HEAD")
    sh_git(repo, "symbolic-ref", "HEAD", "refs/heads/other")


def delete(repo: Path) -> None:
    """The branch goes."""
    leave(repo)
    sh_git(repo, "update-ref", "-d", "refs/heads/main")


def reset(repo: Path) -> None:
    """The branch goes back to where it was, or stays there."""
    sh_git(repo, "update-ref", "refs/heads/main", "main~1", check=False)


DOINGS = (nothing, push, unlock_and_commit, leave, delete, reset)
LAST_CHANGE = 125
"""More changes than a merge of WORLD makes."""


def as_merge(repo: Path, prepared: PreparedMerge) -> PreparedMerge:
    """The same files by the other strategy: a commit with two parents."""
    parents = ("-p", prepared.old, "-p", prepared.new)
    tree = sh_git(repo, "rev-parse", f"{prepared.new}^{{tree}}")
    commit = sh_git(repo, "commit-tree", "-m", "merge", *parents, tree)
    return replace(prepared, new=commit, strategy="merge")


def die_and_recover(
    template: Path, home: Path, change: int, user: Callable[[Path], None]
) -> None:
    """Kill the merge, let the user act, and see what the next keeper makes of it."""
    task, prepared = lay(WORLD, template, home)
    repo = home / "repo"
    if change % 2:
        prepared = as_merge(repo, prepared)
    before = picture(repo)
    dies_before(lambda: apply.apply(task, prepared), change)
    user(repo)
    tip = sh_git(repo, "rev-parse", "--verify", "-q", "main", check=False)
    has_moved = bool(tip) and "added/deep/y" in sh_git(repo, "ls-tree", "-r", tip)

    recover(task.repo)

    after = picture(repo)
    assert_nothing_of_ours_is_left(repo)
    assert_users_paths_are_as_before(WORLD, before, after)
    assert sh_git(repo, "rev-parse", "--verify", "-q", "main", check=False) == tip
    if user is unlock_and_commit:
        return
    if after != before:
        assert_merged(repo, WORLD, after)
    if user not in (nothing, push):
        return
    assert (after != before) == has_moved
    assert status_of(repo) == {"M mine", "?? untracked"}
    if user is nothing:
        apply.apply(task, prepared)
        assert_merged(repo, WORLD, picture(repo))


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where thousands of worlds cost no disk."""
DEATHS = some.sampled_from([0, 0, *range(1, STAGES)])


@SHORT
@given(world=worlds(), dies_after=DEATHS)
def test_nothing_of_a_users_is_lost(
    template: Path, world: World, dies_after: int
) -> None:
    """Bytes, modes, links and inodes outside the old tree; no lock; a clean status."""
    _in_a_home(world, template, dies_after)


@pytest.mark.parametrize(
    ("change", "user"),
    [(change, DOINGS[change % len(DOINGS)]) for change in range(0, LAST_CHANGE, 7)],
)
def test_a_merge_that_was_killed_leaves_nothing_half_done(
    template: Path, tmp_path: Path, change: int, user: Callable[[Path], None]
) -> None:
    """Whatever the user did between the death and the next keeper."""
    die_and_recover(template, tmp_path, change, user)


@pytest.mark.long
@pytest.mark.parametrize("user", DOINGS, ids=lambda user: user.__name__)
@pytest.mark.parametrize("change", range(LAST_CHANGE))
def test_a_merge_that_was_killed_anywhere_leaves_nothing_half_done(
    template: Path, tmp_path: Path, change: int, user: Callable[[Path], None]
) -> None:
    """At every change of the disk, one after the other."""
    die_and_recover(template, tmp_path, change, user)


@pytest.mark.long
@LONG
@given(world=worlds(), dies_after=DEATHS)
def test_nothing_of_a_users_is_lost_in_two_thousand_worlds(
    template: Path, world: World, dies_after: int
) -> None:
    """The same, with more patience."""
    _in_a_home(world, template, dies_after)
