"""A base is any name that git takes, and whole, or refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.git.base import (
    Base,
    is_branch,
    require_commit,
    require_objects,
    resolve_base,
)
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.worktree import create
from swarm.errors import SwarmError
from tests.adapters.git.git_helpers import (
    canary,
    commit_all,
    new_repository,
    sh_git,
    task_on,
    task_with_worktree,
)


def opened(path: Path) -> Repository:
    return Repository.open(path, path.parent / "swarm-home")


@pytest.fixture
def named(repo: Path) -> Path:
    """Two commits on `main`, one more on `next`, which was checked out before."""
    (repo / "x").write_text("x")
    sh_git(repo, "tag", "-a", "-m", "one", "v1")
    commit_all(repo, "fix the wobbly widget")
    sh_git(repo, "checkout", "-q", "-b", "next")
    (repo / "y").write_text("y")
    commit_all(repo, "next")
    sh_git(repo, "update-ref", "refs/remotes/origin/main", "main~1")
    sh_git(repo, "branch", "both", "main")
    sh_git(repo, "tag", "both", "v1^{commit}")
    sh_git(repo, "config", "branch.next.remote", ".")
    sh_git(repo, "config", "branch.next.merge", "refs/heads/both")
    sh_git(repo, "checkout", "-q", "main")
    return repo


@pytest.mark.parametrize(
    ("name", "commit", "ref", "target"),
    [
        ("", "main", "main", "main"),
        ("HEAD", "main", "main", "main"),
        ("@", "main", "main", "main"),
        ("next", "next", "next", "next"),
        ("refs/heads/next", "next", "next", "next"),
        ("heads/next", "next", "next", "next"),
        ("@{-1}", "next", "next", "next"),
        ("next@{upstream}", "refs/heads/both", "both", "both"),
        ("HEAD~1", "main~1", "HEAD~1", "main"),
        ("HEAD^", "main~1", "HEAD^", "main"),
        ("HEAD@{0}", "main", "HEAD@{0}", "main"),
        ("main@{0}", "main", "main@{0}", "main"),
        ("main@{yesterday}", "main~1", "main@{yesterday}", "main"),
        ("next~1", "main", "next~1", "next"),
        ("next@{0}", "next", "next@{0}", "next"),
        ("refs/heads/next^", "main", "refs/heads/next^", "next"),
        ("v1", "v1^{commit}", "v1", "main"),
        ("refs/tags/v1", "v1^{commit}", "refs/tags/v1", "main"),
        ("tags/v1", "v1^{commit}", "tags/v1", "main"),
        ("v1^{}", "v1^{commit}", "v1^{}", "main"),
        ("origin/main", "main~1", "origin/main", "main"),
        (":/wobbly", "main", ":/wobbly", "main"),
        ("both", "refs/heads/both", "both", "both"),
        ("refs/tags/both", "refs/tags/both", "refs/tags/both", "main"),
    ],
)
def test_every_form_of_a_name_is_understood(
    named: Path, name: str, commit: str, ref: str, target: str
) -> None:
    """The branch that is named is the target, with steps from it too."""
    expected = sh_git(named, "rev-parse", "--verify", f"{commit}^{{commit}}")

    assert resolve_base(opened(named), name) == Base(expected, ref, target)


def test_a_commit_is_itself_whatever_a_branch_is_called(named: Path) -> None:
    """Full, short, and with a branch of the same name."""
    commit = sh_git(named, "rev-parse", "main~1")
    sh_git(named, "update-ref", f"refs/heads/{commit}", "next")
    repository = opened(named)

    assert resolve_base(repository, commit) == Base(commit, commit, "main")
    assert resolve_base(repository, commit[:9]).commit == commit


def test_names_mean_the_checkout_that_was_named(named: Path, tmp_path: Path) -> None:
    """A linked worktree's HEAD and reflog, not the main one's."""
    linked = tmp_path / "linked"
    sh_git(named, "worktree", "add", "-q", "-b", "other", str(linked), "next")
    sh_git(linked, "checkout", "-q", "--detach", "next~1")
    repository = opened(linked)
    next_, before = (sh_git(named, "rev-parse", name) for name in ("next", "next~1"))

    assert resolve_base(repository) == Base(before, before, "")
    assert resolve_base(repository, "HEAD@{1}") == Base(next_, "HEAD@{1}", "")
    assert resolve_base(repository, "@{-1}") == Base(next_, "other", "other")
    assert resolve_base(repository, "HEAD~1").commit != before


@pytest.mark.parametrize("bare", [False, True])
def test_a_bare_repository_and_its_worktree(
    named: Path, tmp_path: Path, bare: bool
) -> None:
    """Named by its own directory, and by a worktree of it."""
    at = tmp_path / "bare.git"
    sh_git(tmp_path, "clone", "-q", "--bare", str(named), str(at))
    sh_git(at, "worktree", "add", "-q", str(tmp_path / "tree"), "next")

    base = resolve_base(opened(at if bare else tmp_path / "tree"))

    assert base.target == ("main" if bare else "next")


@pytest.mark.parametrize(
    "name", ["nowhere", "--all", "HEAD:README.md", "-", "main\n", "x\0y", "main..next"]
)
def test_what_is_no_commit_is_refused(named: Path, name: str) -> None:
    """Options are no names, files and ranges are no commits."""
    with pytest.raises(SwarmError, match="is no commit"):
        resolve_base(opened(named), name)


def test_a_branch_without_a_commit_is_no_base(repo: Path) -> None:
    """But another branch of the same repository is."""
    sh_git(repo, "checkout", "-q", "--orphan", "unborn")

    with pytest.raises(SwarmError, match="no commit to start from") as refusal:
        resolve_base(opened(repo))

    assert "--base" in refusal.value.hint
    assert resolve_base(opened(repo), "main").target == "main"


def test_only_branches_move_on(named: Path) -> None:
    """A task that waited for others starts from its branch as it is then."""
    repository = opened(named)

    moving = ["main", "next", "origin/main", "v1", "HEAD~1", repository.head]
    assert [is_branch(repository, name) for name in moving] == [True] * 3 + [False] * 3


def test_an_empty_base_is_a_base(tmp_path: Path) -> None:
    """A worktree without a file, and what is made in it is seen."""
    repo = tmp_path / "empty"
    sh_git(tmp_path, "init", "-q", "-b", "main", str(repo))
    sh_git(repo, "commit", "-q", "--allow-empty", "-m", "nothing")
    require_objects(opened(repo), opened(repo).head)

    task = task_with_worktree(repo)
    (task.worktree / "first").write_text("x")

    assert [change.path for change in take.take(task).changes] == ["first"]
    create.remove_worktree(task)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A repository with history, which serves partial clones."""
    repo = new_repository(tmp_path / "server")
    sh_git(repo, "config", "uploadpack.allowFilter", "true")
    sh_git(repo, "config", "uploadpack.allowAnySHA1InWant", "true")
    (repo / "src" / "a.py").write_text("other\n")
    commit_all(repo, "second")
    return repo


def clone(server: Path, *words: str) -> Path:
    at = server.with_name("clone")
    sh_git(server.parent, "clone", "-q", *words, f"file://{server}", str(at))
    return at


FILTERS = ["blob:none", "tree:0", "blob:limit=1"]


@pytest.mark.parametrize("kind", FILTERS)
def test_a_partial_clone_that_holds_the_base_works(server: Path, kind: str) -> None:
    """What is checked out is there; what only the history holds may be missing."""
    repo = clone(server, f"--filter={kind}")

    require_objects(opened(repo), opened(repo).head)
    task = task_with_worktree(repo)

    assert (task.worktree / "src" / "a.py").read_text() == "other\n"
    assert take.take(task).changes == ()


@pytest.mark.parametrize("kind", FILTERS)
def test_a_base_with_missing_objects_is_refused(server: Path, kind: str) -> None:
    """With a path, nothing fetched, and a way out that works."""
    repo = clone(server, f"--filter={kind}", "--no-checkout")
    packs = sorted((repo / ".git" / "objects" / "pack").iterdir())
    repository = opened(repo)

    with pytest.raises(SwarmError, match=r"lacks at least \d+ object") as refusal:
        require_objects(repository, repository.head)

    assert ("whole tree" if kind == "tree:0" else "README") in (
        refusal.value.message.replace(".gitignore", "README")
    )
    assert sorted((repo / ".git" / "objects" / "pack").iterdir()) == packs
    hint = refusal.value.hint.split("`")[1].split()
    sh_git(repo, *hint[1:])
    require_objects(opened(repo), repository.head)


def test_the_promisor_in_a_config_alone_is_no_reason(repo: Path) -> None:
    """Nothing is missing."""
    sh_git(repo, "config", "remote.origin.promisor", "true")
    sh_git(repo, "config", "remote.origin.partialCloneFilter", "blob:none")

    require_objects(opened(repo), opened(repo).head)
    task_with_worktree(repo)


def test_the_check_runs_no_program_of_the_configuration(
    server: Path, tmp_path: Path
) -> None:
    """Neither the remote's helper nor the ssh command that a fetch would start."""
    bird = canary(tmp_path / "bird")
    repo = clone(server, "--filter=blob:none", "--no-checkout")
    sh_git(repo, "config", "remote.origin.url", "ssh://nobody@127.0.0.1/x")
    sh_git(repo, "config", "core.sshCommand", str(bird.program))
    sh_git(repo, "config", "remote.origin.uploadpack", str(bird.program))
    repository = opened(repo)

    with pytest.raises(SwarmError, match="lacks at least"):
        require_objects(repository, repository.head)

    assert not bird.ran


def lose(repo: Path, name: str) -> None:
    oid = sh_git(repo, "rev-parse", name)
    (repo / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


@pytest.mark.parametrize("name", ["HEAD:src/a.py", "HEAD:src", "HEAD^{tree}"])
def test_a_damaged_store_is_told_before_anything_is_made(repo: Path, name: str) -> None:
    """Without a promisor: a file, a directory, all."""
    task = task_on(repo)
    lose(repo, name)

    with pytest.raises(SwarmError, match="lacks at least 1 object of") as refusal:
        require_objects(opened(repo), task.base)

    assert "fsck" in refusal.value.hint


def gone(repo: Path) -> str:
    """A commit that git collected."""
    sh_git(repo, "commit", "-q", "--allow-empty", "-m", "soon gone")
    commit = sh_git(repo, "rev-parse", "HEAD")
    sh_git(repo, "reset", "-q", "--hard", "HEAD~1")
    sh_git(repo, "reflog", "expire", "--expire=now", "--all")
    sh_git(repo, "gc", "-q", "--prune=now")
    return commit


@pytest.mark.parametrize("check", [require_commit, require_objects])
def test_a_base_that_git_collected_is_refused(
    repo: Path, check: Callable[[Repository, str], None]
) -> None:
    """By its whole id, which a queued task holds; a name says the same."""
    commit = gone(repo)

    with pytest.raises(SwarmError, match="git has collected it"):
        check(opened(repo), commit)
    with pytest.raises(SwarmError, match="is no commit") as refusal:
        resolve_base(opened(repo), commit)
    assert "collected" in refusal.value.hint


def test_a_shallow_and_a_sparse_clone_are_whole(server: Path) -> None:
    """Neither lacks an object of the base."""
    repo = clone(server, "--depth=1", "--sparse")

    require_objects(opened(repo), opened(repo).head)
    task = task_with_worktree(repo)

    assert (task.worktree / "src" / "b.py").exists()
