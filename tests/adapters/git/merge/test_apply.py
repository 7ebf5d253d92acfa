"""A merge lands whole, or not at all, or goes on after a crash."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, prepare
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, SwarmError, ToolError
from swarm.model.review import MergeOrder, PreparedMerge
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    reopened,
    sh_git,
    task_with_worktree,
)

STAGES = ("objects", "locked", "files", "target", "done")


def prepared_on(task: TaskGit) -> PreparedMerge:
    """A merge that adds, changes, deletes, links and makes executable."""
    (task.worktree / "src" / "a.py").write_text("one\nchanged\nthree\n")
    (task.worktree / "README.md").unlink()
    (task.worktree / "deep" / "er").mkdir(parents=True)
    (task.worktree / "deep" / "er" / "new.txt").write_text("new\n" * 100)
    (task.worktree / "run").write_text("#!/bin/sh\n")
    (task.worktree / "run").chmod(0o755)
    (task.worktree / "link").symlink_to("run")
    tree = take.take(task).tree
    order = MergeOrder("main", "squash", tree, "Do it", "claude")
    return prepare.prepare(task, order)


@pytest.fixture
def task(repo: Path) -> TaskGit:
    return task_with_worktree(repo)


@pytest.fixture
def prepared(task: TaskGit) -> PreparedMerge:
    return prepared_on(task)


def is_landed(repo: Path, prepared: PreparedMerge) -> bool:
    """The branch, the index and every file; nothing of ours left behind."""
    left = [path.name for path in (repo / ".git").iterdir() if "swarm" in path.name]
    return (
        sh_git(repo, "rev-parse", "main") == prepared.new
        and sh_git(repo, "status", "--porcelain", "--ignored") == ""
        and not (repo / ".git" / "index.lock").exists()
        and not (repo / ".git" / "MERGE_HEAD").exists()
        and left == []
    )


def is_untouched(repo: Path, prepared: PreparedMerge) -> bool:
    """As it was, also for what was dirty: only the branch and the lock are asked."""
    return (
        sh_git(repo, "rev-parse", "main") == prepared.old
        and not (repo / ".git" / "index.lock").exists()
        and not (repo / ".git" / "index.swarm").exists()
    )


def test_the_checkout_comes_along(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Branch, index and files; a second time does nothing."""
    apply.apply(task, prepared)

    assert is_landed(repo, prepared)
    assert (repo / "run").stat().st_mode & 0o100
    assert sh_git(repo, "fsck", "--strict") == ""
    assert "swarm: merge task 1" in sh_git(repo, "reflog", "-1", "main")
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


def test_changes_of_the_user_elsewhere_stay(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Dirty, staged and untracked paths that the merge does not touch."""
    (repo / "src" / "b.py").write_text("mine\n")
    (repo / "staged").write_text("mine\n")
    sh_git(repo, "add", "staged")
    (repo / "untracked").write_text("mine\n")

    apply.apply(task, prepared)

    status = set(sh_git(repo, "status", "--porcelain").splitlines())
    assert {line.strip() for line in status} == {
        "M src/b.py",
        "A  staged",
        "?? untracked",
    }
    assert sh_git(repo, "rev-parse", "main") == prepared.new


def dirty(repo: Path) -> str:
    (repo / "src" / "a.py").write_text("mine\n")
    return "src/a.py"


def staged(repo: Path) -> str:
    (repo / "src" / "a.py").write_text("mine\n")
    sh_git(repo, "add", "src/a.py")
    (repo / "src" / "a.py").write_text("one\ntwo\nthree\n")
    return "src/a.py"


def untracked(repo: Path) -> str:
    (repo / "run").write_text("mine\n")
    return "run"


def ignored(repo: Path) -> str:
    (repo / ".git" / "info" / "exclude").write_text("run\n")
    (repo / "run").write_text("mine\n")
    return "run"


def deleted_differently(repo: Path) -> str:
    (repo / "README.md").write_text("mine\n")
    return "README.md"


WAYS = [dirty, staged, untracked, ignored, deleted_differently]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_path_of_the_users_in_the_way_is_named(
    repo: Path, task: TaskGit, prepared: PreparedMerge, way: Callable[[Path], str]
) -> None:
    """Refused before anything is written."""
    path = way(repo)
    before = sh_git(repo, "status", "--porcelain", "--ignored")

    with pytest.raises(Refused, match=path):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)
    assert sh_git(repo, "status", "--porcelain", "--ignored") == before


def test_an_untracked_file_where_a_directory_must_be(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Git itself sees this one, before it writes."""
    (repo / "deep").write_text("mine\n")

    with pytest.raises(SwarmError):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)
    assert (repo / "deep").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge/x"])
def test_a_merge_or_rebase_under_way_is_refused(
    repo: Path, task: TaskGit, prepared: PreparedMerge, name: str
) -> None:
    """The user is in the middle of something."""
    (repo / ".git" / name).parent.mkdir(exist_ok=True)
    (repo / ".git" / name).write_text(prepared.old)

    with pytest.raises(Refused, match="under way"):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)


def test_a_rebase_that_began_on_the_target_is_refused(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """HEAD is detached then, but the rebase will move the branch at its end."""
    sh_git(repo, "checkout", "-q", "--detach")
    (repo / ".git" / "rebase-merge").mkdir()
    (repo / ".git" / "rebase-merge" / "head-name").write_text("refs/heads/main\n")

    with pytest.raises(Refused, match="a rebase is under way"):
        apply.apply(task, prepared)


def test_a_lock_of_the_users_git_is_respected(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """It stays where it is."""
    (repo / ".git" / "index.lock").write_text("")

    with pytest.raises(Refused, match="locked"):
        apply.apply(task, prepared)

    assert (repo / ".git" / "index.lock").read_text() == ""
    assert sh_git(repo, "rev-parse", "main") == prepared.old


def test_a_target_that_moved_is_refused(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """What was computed no longer fits."""
    (repo / "x").write_text("x")
    head = commit_all(repo, "moved")

    with pytest.raises(Refused, match="has moved"):
        apply.apply(task, prepared)

    assert sh_git(repo, "rev-parse", "main") == head


def test_a_target_that_moved_after_a_crash_gives_the_index_back(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """A push moves a branch without the index; the lock must not stay for ever."""
    list(islice(apply.stages(task, prepared), 2))
    tree = sh_git(repo, "rev-parse", "HEAD^{tree}")
    head = sh_git(repo, "commit-tree", "-m", "pushed", "-p", "HEAD", tree)
    sh_git(repo, "update-ref", "refs/heads/main", head)

    with pytest.raises(Refused, match="has moved") as refused:
        apply.apply(task, prepared)

    assert "git status" in refused.value.hint
    assert sh_git(repo, "status", "--porcelain") == ""
    assert not (repo / ".git" / "index.lock").exists()


def test_a_target_that_is_checked_out_nowhere_just_moves(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """The user's checkout of another branch is as before, dirty or not."""
    sh_git(repo, "checkout", "-q", "-b", "other")
    (repo / "src" / "a.py").write_text("mine\n")

    apply.apply(task, prepared)

    assert sh_git(repo, "rev-parse", "main") == prepared.new
    assert (repo / "src" / "a.py").read_text() == "mine\n"


def test_a_linked_worktree_of_the_user_comes_along(
    repo: Path, task: TaskGit, prepared: PreparedMerge, tmp_path: Path
) -> None:
    """Wherever the target is checked out."""
    sh_git(repo, "checkout", "-q", "-b", "other")
    sh_git(repo, "worktree", "add", "-q", str(tmp_path / "linked"), "main")

    apply.apply(task, prepared)

    assert sh_git(tmp_path / "linked", "status", "--porcelain") == ""
    assert (tmp_path / "linked" / "run").exists()
    assert not (repo / "run").exists()


def test_a_bare_repository_just_moves(repo: Path, tmp_path: Path) -> None:
    """There is no checkout to bring along."""
    bare = tmp_path / "bare.git"
    sh_git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    sh_git(bare, "config", "user.name", "Ann")
    sh_git(bare, "config", "user.email", "ann@example.org")
    task = task_with_worktree(bare)
    prepared = prepared_on(task)

    apply.apply(task, prepared)

    assert sh_git(bare, "rev-parse", "main") == prepared.new


@pytest.mark.parametrize("reached", range(len(STAGES)))
def test_a_crash_after_any_stage_is_completed(
    repo: Path, task: TaskGit, prepared: PreparedMerge, reached: int
) -> None:
    """Killed with -9 in a process of its own, then called again."""
    child = os.fork()
    if child == 0:
        for _ in islice(apply.stages(task, prepared), reached + 1):
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL

    apply.apply(reopened(task), prepared)

    assert is_landed(repo, prepared)


def torn(repo: Path, prepared: PreparedMerge, task: TaskGit) -> None:
    """What a git leaves that is killed while it writes files."""
    names = iter(apply.stages(task, prepared))
    assert list(islice(names, 2))[-1] == "locked"
    (repo / "README.md").unlink()
    (repo / "src" / "a.py").unlink()
    (repo / "src" / "a.py").write_text("one\nchan")
    (repo / "deep" / "er").mkdir(parents=True)
    (repo / "deep" / "er" / "new.txt").write_text("new\n" * 40)
    (repo / "link").symlink_to("run")
    (repo / ".git" / "index.swarm.lock").write_text("half")


def test_a_crash_while_files_are_written_is_completed(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Some files are done, some missing, some cut in the middle."""
    torn(repo, prepared, task)

    apply.apply(reopened(task), prepared)

    assert is_landed(repo, prepared)


def test_what_the_user_wrote_after_a_crash_is_not_overwritten(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Neither old, nor new, nor the beginning of new: it is the user's."""
    torn(repo, prepared, task)
    (repo / "src" / "a.py").write_text("mine\n")

    with pytest.raises(Refused, match=r"src/a\.py"):
        apply.apply(task, prepared)

    assert (repo / "src" / "a.py").read_text() == "mine\n"
    (repo / "src" / "a.py").write_text("one\ntwo\nthree\n")
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


def test_a_crash_between_the_index_and_its_lock_is_completed(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """All is done but the lock."""
    list(islice(apply.stages(task, prepared), 4))
    (repo / ".git" / "index.swarm").replace(repo / ".git" / "index")

    apply.apply(task, prepared)

    assert is_landed(repo, prepared)


def test_the_users_git_waits_while_a_landing_was_cut_short(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """A commit of a half written work tree would mix both."""
    list(islice(apply.stages(task, prepared), 3))
    words = ("commit", "-a", "-m", "mine")

    assert "index.lock" in _stderr(repo, *words)
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


def test_the_users_filters_are_in_force(repo: Path, tmp_path: Path) -> None:
    """LFS and the like: an absolute driver of the user's own writes the files."""
    (repo / ".gitattributes").write_text("*.up filter=upper\n")
    commit_all(repo, "attributes")
    upper, lower = tmp_path / "upper", tmp_path / "lower"
    for program, words in ((upper, "a-z A-Z"), (lower, "A-Z a-z")):
        program.write_text(f"#!/bin/sh\ntr {words}\n")
        program.chmod(0o755)
    sh_git(repo, "config", "filter.upper.smudge", str(upper))
    sh_git(repo, "config", "filter.upper.clean", str(lower))
    task = task_with_worktree(repo)
    (task.worktree / "x.up").write_text("abc\n" * 100)
    order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")
    prepared = prepare.prepare(task, order)
    list(islice(apply.stages(task, prepared), 2))
    (repo / "x.up").write_text("ABC\n" * 3)

    apply.apply(task, prepared)

    assert (repo / "x.up").read_text() == "ABC\n" * 100
    assert is_landed(repo, prepared)


def test_a_filter_that_fails_leaves_a_merge_that_can_go_on(repo: Path) -> None:
    """Files are half written then; the lock says so, and the error how to go on."""
    (repo / ".gitattributes").write_text("*.zz filter=broken\n")
    commit_all(repo, "attributes")
    sh_git(repo, "config", "filter.broken.smudge", "/bin/false")
    sh_git(repo, "config", "filter.broken.clean", "/bin/cat")
    sh_git(repo, "config", "filter.broken.required", "true")
    task = task_with_worktree(repo)
    (task.worktree / "a.new").write_text("x\n")
    (task.worktree / "b.zz").write_text("x\n")
    order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")
    prepared = prepare.prepare(task, order)

    with pytest.raises(ToolError) as failed:
        apply.apply(task, prepared)

    assert "merge again" in failed.value.hint
    sh_git(repo, "config", "filter.broken.smudge", "/bin/cat")
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can work for another user")
def test_root_leaves_nothing_of_its_own_in_another_users_repository(
    tmp_path: Path,
) -> None:
    """Every file of the repository and its checkout stays its owner's."""
    shared = Path(tempfile.gettempdir()).resolve()
    for folder in (tmp_path, *tmp_path.parents):
        if folder == shared:
            break
        folder.chmod(0o755)
    repo = new_repository(tmp_path / "theirs")
    subprocess.run(["chown", "-R", "1234:1234", str(repo)], check=True)
    task = task_with_worktree(repo)

    apply.apply(task, prepared_on(task))

    foreign = [path for path in repo.rglob("*") if path.lstat().st_uid != 1234]
    assert foreign == []


def _stderr(at: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=at, capture_output=True, text=True, check=False
    )
    return done.stderr
