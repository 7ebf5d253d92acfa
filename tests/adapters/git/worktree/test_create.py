"""The worktree and the git directories: made whole, lent narrowly, removed wholly."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from swarm.adapters.git.snapshot import take
from swarm.adapters.git.worktree import create
from swarm.adapters.git.worktree.branch_name import BranchTaken
from swarm.errors import Refused, ToolError
from tests.adapters.git.git_helpers import (
    Canary,
    agent_commit,
    agent_git,
    canary,
    commit_all,
    new_repository,
    reopened,
    sh_git,
    task_on,
    task_with_worktree,
)


@pytest.fixture
def bird(tmp_path: Path) -> Canary:
    return canary(tmp_path / "bird")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_host_and_agent_both_see_a_clean_worktree(
    tmp_path: Path, object_format: str
) -> None:
    """Each with its own git directory, on the task's branch."""
    task = task_with_worktree(new_repository(tmp_path / "repo", object_format))

    assert sh_git(task.worktree, "status", "--porcelain") == ""
    assert agent_git(task, "status", "--porcelain") == ""
    assert agent_git(task, "symbolic-ref", "--short", "HEAD") == task.branch
    assert agent_git(task, "rev-parse", "HEAD") == task.base


def test_files_come_out_as_they_are_stored(repo: Path) -> None:
    """No line ends, no keywords, no filters: LFS pointers stay pointers."""
    (repo / "x").write_text("a $Id$\n")
    (repo / ".gitattributes").write_text("x eol=crlf ident filter=lfs\n")
    commit_all(repo, "attributes")

    task = task_with_worktree(repo)

    assert (task.worktree / "x").read_bytes() == b"a $Id$\n"
    assert sh_git(task.review_git, "ls-tree", "-r", "HEAD", check=False) == ""


def test_the_agent_commits_in_its_own_directory_only(repo: Path) -> None:
    """The user's repository learns nothing of it."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x")

    head = agent_commit(task)

    assert sh_git(repo, "rev-parse", task.branch) == task.base
    assert sh_git(repo, "cat-file", "-e", head, check=False) == ""
    assert not (repo / ".git" / "objects" / head[:2] / head[2:]).exists()


def test_a_shallow_repository_is_supported(repo: Path, tmp_path: Path) -> None:
    """The agent's git knows where history ends."""
    (repo / "x").write_text("x")
    commit_all(repo, "second")
    shallow = tmp_path / "shallow"
    url = f"file://{repo}"
    sh_git(tmp_path, "clone", "-q", "--depth=1", url, str(shallow))
    task = task_with_worktree(shallow)

    assert agent_git(task, "rev-list", "--count", "HEAD") == "1"
    assert agent_git(task, "fsck", "--connectivity-only") == ""


def test_a_bare_repository_is_supported(repo: Path, tmp_path: Path) -> None:
    """It has no work tree, and its tasks have one each."""
    bare = tmp_path / "bare.git"
    sh_git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))

    task = task_with_worktree(bare)

    assert (task.worktree / "README.md").read_text() == "hello\n"
    create.remove_worktree(task)
    assert "swarm" not in sh_git(bare, "worktree", "list")


def test_what_the_user_ignores_is_ignored_by_both(repo: Path) -> None:
    """`info/exclude` and the file that `core.excludesFile` names."""
    (repo / ".git" / "info" / "exclude").write_text("private/\n")
    everywhere = Path.home() / "everywhere"
    everywhere.write_text("*.swp\n")
    (Path.home() / ".gitconfig").write_text("[core]\n\texcludesFile = ~/everywhere\n")
    task = task_with_worktree(repo)
    (task.worktree / "x.swp").write_text("x")
    (task.worktree / "private").mkdir()
    (task.worktree / "private" / "x").write_text("x")

    snapshot = take.take(task)

    assert agent_git(task, "status", "--porcelain") == ""
    assert [entry.path for entry in snapshot.hidden] == ["private/x", "x.swp"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_worktree_is_given_to_the_agent_but_not_its_git_file(repo: Path) -> None:
    """And a link's owner changes, not the owner of what it names."""
    (repo / "passwd").symlink_to("/etc/passwd")
    (repo / "etc").symlink_to("/etc")
    commit_all(repo, "links")
    task = task_on(repo)

    create.create_worktree(task, owner=(1000, 1000))

    for top in (task.worktree, task.private_git):
        owners = {path: path.lstat().st_uid for path in top.rglob("*")}
        assert {p for p, uid in owners.items() if uid != 1000} <= {top / ".git"}
        assert top.stat().st_uid == 1000
    assert (task.worktree / ".git").stat().st_uid == 0
    assert Path("/etc/passwd").stat().st_uid == Path("/etc").stat().st_uid == 0


@pytest.mark.parametrize(
    ("existing", "free"),
    [
        ("swarm/1-work", "swarm/1-work-2"),
        ("swarm", "swarm-1-work"),
        ("swarm/1-work/deeper", "swarm/1-work-2"),
    ],
)
def test_a_branch_in_the_way_is_not_touched(
    repo: Path, existing: str, free: str
) -> None:
    """Nothing is made, and the name that is free makes a worktree."""
    sh_git(repo, "branch", existing)
    task = task_on(repo)

    with pytest.raises(BranchTaken, match="is in the way") as refusal:
        create.create_worktree(task)

    assert not task.worktree.exists()
    assert not task.review_git.exists()
    assert sh_git(repo, "rev-parse", existing) == task.base
    assert free in refusal.value.hint
    create.create_worktree(replace(task, branch=free))
    assert agent_git(task, "symbolic-ref", "--short", "HEAD") == free


def test_leftovers_are_refused_and_kept(repo: Path) -> None:
    """A second launch of the same task does not touch what the first one left."""
    task = task_with_worktree(repo)
    (task.worktree / "work").write_text("x")

    with pytest.raises(Refused, match="is there already"):
        create.create_worktree(task)

    assert (task.worktree / "work").exists()


def test_a_failure_in_the_middle_is_undone(repo: Path) -> None:
    """An object is missing, which only the filling notices."""
    oid = sh_git(repo, "rev-parse", "HEAD:README.md")
    (repo / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    task = task_on(repo)

    with pytest.raises(ToolError):
        create.create_worktree(task)

    assert not task.worktree.exists()
    assert not task.review_git.exists()
    assert sh_git(repo, "branch", "--list", "swarm/*") == ""
    assert "swarm-home" not in sh_git(repo, "worktree", "list")


def test_removing_takes_everything_and_may_be_repeated(repo: Path) -> None:
    """Directories, the repository's entry, and a branch on which nothing happened."""
    task = task_with_worktree(repo)

    create.remove_worktree(task)
    create.remove_worktree(task)

    assert not task.worktree.exists()
    assert list(task.places.task(1).iterdir()) == []
    assert sh_git(repo, "branch", "--list", "swarm/*") == ""
    assert len(sh_git(repo, "worktree", "list").splitlines()) == 1


def test_a_branch_with_work_stays_unless_asked(repo: Path) -> None:
    """The user may have committed on it."""
    task = task_with_worktree(repo)
    (task.worktree / "x").write_text("x")
    commit_all(task.worktree, "by hand")

    create.remove_worktree(task)
    assert "swarm/1-work" in sh_git(repo, "branch", "--list", "swarm/*")

    create.remove_worktree(reopened(task), delete_branch=True)
    assert sh_git(repo, "branch", "--list", "swarm/*") == ""


def test_other_stale_worktrees_of_the_user_stay_registered(
    repo: Path, tmp_path: Path
) -> None:
    """A `git worktree prune` would forget one whose disk is not mounted now."""
    other = tmp_path / "other"
    sh_git(repo, "worktree", "add", "-q", str(other))
    other.rename(tmp_path / "away")
    task = task_with_worktree(repo)

    create.remove_worktree(task)

    assert str(other) in sh_git(repo, "worktree", "list")


def test_removing_follows_no_link_and_minds_no_mode(repo: Path, tmp_path: Path) -> None:
    """Links out, closed directories, and directories nested beyond any path."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    task = task_with_worktree(repo)
    (task.worktree / "out").symlink_to(outside)
    (task.worktree / "closed").mkdir()
    (task.worktree / "closed" / "x").write_text("x")
    (task.worktree / "closed").chmod(0)
    fd = os.open(task.worktree, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d" * 100, dir_fd=fd)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)

    create.remove_worktree(task)

    assert not task.worktree.exists()
    assert (outside / "precious").exists()


def test_nothing_executable_is_put_into_the_git_directories(repo: Path) -> None:
    """No templates, so no hooks."""
    task = task_with_worktree(repo)

    for top in (task.private_git, task.review_git):
        files = [path for path in top.rglob("*") if path.is_file()]
        assert not any(path.stat().st_mode & stat.S_IXUSR for path in files)
        assert not (top / "hooks").exists()


def test_many_are_laid_out_and_taken_away_at_once(repo: Path) -> None:
    """Git itself fails where two `git worktree` meet, about once in a hundred."""
    tasks = [task_on(repo, number) for number in range(1, 25)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(create.create_worktree, tasks))
        list(pool.map(create.remove_worktree, tasks))
        list(pool.map(create.create_worktree, tasks))

    for task in tasks:
        assert sh_git(task.worktree, "status", "--porcelain") == ""


def test_its_progress_is_reported_in_files(repo: Path) -> None:
    """From git's own words, up to the last one."""
    reports: list[tuple[int, int]] = []

    create.create_worktree(
        task_on(repo), report=lambda done, total: reports.append((done, total))
    )

    assert reports
    assert {total for _, total in reports} == {4}
    assert reports == sorted(reports)
    assert reports[-1] == (4, 4)


def test_a_failure_is_told_without_the_progress_before_it(repo: Path) -> None:
    """Git writes both to the same place."""
    oid = sh_git(repo, "rev-parse", "HEAD:src/b.py")
    (repo / ".git" / "objects" / oid[:2] / oid[2:]).unlink()

    with pytest.raises(ToolError, match="git read-tree: ") as failure:
        create.create_worktree(task_on(repo))

    assert "Updating" not in failure.value.message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_agents_first_status_reads_no_file_again(repo: Path) -> None:
    """Although giving them away changed what git compares: the index still fits."""
    task = task_on(repo)
    create.create_worktree(task, owner=(1000, 1000))
    # What the index was written after is never read again for its age alone.
    for path in (task.private_git / "index", task.review_git / "base.index"):
        os.utime(path, (path.stat().st_mtime + 10,) * 2)
    (repo / ".git" / "objects").rename(repo / ".git" / "hidden")

    listed = agent_git(task, "diff-files", "--name-only")

    assert listed == ""


def test_a_worktree_may_have_a_place_of_its_own(repo: Path) -> None:
    """On another file system, in a directory that is not there yet; all goes again."""
    with TemporaryDirectory(dir="/dev/shm") as other:
        place = Path(other) / "trees" / "0-1"
        task = replace(task_on(repo), place=place)

        create.create_worktree(task)

        assert sh_git(place, "status", "--porcelain") == ""
        assert agent_git(task, "status", "--porcelain") == ""
        create.remove_worktree(task)
        assert not place.exists()
        assert len(sh_git(repo, "worktree", "list").splitlines()) == 1
