"""A merge lands whole, or not at all, or goes on after a crash."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
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
from tests.adapters.git.merge.cases import (
    CASES,
    IDS,
    Case,
    both,
    file,
    gone,
    lay_base,
    link,
    merge_of,
    picture,
)

STAGES = ("objects", "locked", "written", "files", "target", "done")


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
        and not [path for path in (repo / ".git").iterdir() if "swarm" in path.name]
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


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_thing_of_the_users_in_the_way_is_named(repo: Path, case: Case) -> None:
    """Refused before anything is written: bytes, modes, links and inodes stay."""
    lay_base(repo)
    task = task_with_worktree(repo)
    case.agent(task.worktree)
    prepared = merge_of(task)
    case.user(repo)
    outside = repo.parent / "outside"
    before, index = picture(repo), sh_git(repo, "ls-files", "-s")

    with pytest.raises(Refused, match=re.escape(case.named)):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)
    assert picture(repo) == before
    assert [path.name for path in outside.glob("*")] in ([], ["kept"])
    assert sh_git(repo, "ls-files", "-s") == index


def test_a_staged_change_is_a_change(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Also if the file is as it was."""
    (repo / "src" / "a.py").write_text("mine\n")
    sh_git(repo, "add", "src/a.py")
    (repo / "src" / "a.py").write_text("one\ntwo\nthree\n")

    with pytest.raises(Refused, match=r"src/a\.py"):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)


def test_a_staged_file_that_is_gone_stands_in_the_way_of_a_directory(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Only the index knows it."""
    (repo / "deep").write_text("mine\n")
    sh_git(repo, "add", "deep")
    (repo / "deep").unlink()

    with pytest.raises(Refused, match="deep"):
        apply.apply(task, prepared)

    assert sh_git(repo, "status", "--porcelain") == "AD deep"


SHAPES = {
    "directory to file": both(gone("lib"), file("lib")),
    "directory to link": both(gone("lib"), link("lib", "src")),
    "nested directory to file": both(gone("lib/deep"), file("lib/deep")),
    "file to directory": both(gone("README.md"), file("README.md/x/y")),
    "file to link": both(gone("README.md"), link("README.md", "lib/a.txt")),
    "link to directory": both(gone("to-lib"), file("to-lib/x")),
    "link to file": both(gone("to-lib"), file("to-lib")),
    "directory to another": both(gone("lib"), file("lib/a.txt/x"), file("lib/deep")),
    "all at once": both(
        gone("lib"), link("lib", "to-lib"), gone("to-lib"), file("to-lib/lib/x")
    ),
}


@pytest.mark.parametrize(
    ("shape", "crash"),
    [*((shape, None) for shape in SHAPES)]
    + [("all at once", stage) for stage in range(len(STAGES))],
)
def test_a_path_of_another_kind_merges(
    repo: Path, shape: str, crash: int | None
) -> None:
    """In a clean checkout, and after a crash at any stage."""
    lay_base(repo)
    task = task_with_worktree(repo)
    SHAPES[shape](task.worktree)
    prepared = merge_of(task)
    if crash is not None:
        list(islice(apply.stages(task, prepared), crash + 1))

    apply.apply(reopened(task), prepared)

    assert is_landed(repo, prepared)
    assert sh_git(repo, "diff-index", "HEAD") == ""


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


@pytest.mark.parametrize("reached", range(STAGES.index("target")))
def test_a_target_that_moved_after_a_crash_is_taken_back(
    repo: Path, task: TaskGit, prepared: PreparedMerge, reached: int
) -> None:
    """A push moves a branch without the index; no file and no lock may stay."""
    before = sh_git(repo, "ls-files", "-s")
    list(islice(apply.stages(task, prepared), reached + 1))
    tree = sh_git(repo, "rev-parse", "HEAD^{tree}")
    head = sh_git(repo, "commit-tree", "-m", "pushed", "-p", "HEAD", tree)
    sh_git(repo, "update-ref", "refs/heads/main", head)

    with pytest.raises(Refused, match="has moved"):
        apply.apply(reopened(task), prepared)

    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""
    assert sh_git(repo, "ls-files", "-s") == before
    assert not (repo / ".git" / "index.lock").exists()


def switch(repo: Path) -> None:
    """The user goes to another branch, as far as git lets them."""
    sh_git(repo, "switch", "-q", "-c", "other", check=False)


def point_head(repo: Path) -> None:
    """A script does so without a look at the index."""
    sh_git(repo, "branch", "other", "HEAD")
    sh_git(repo, "symbolic-ref", "HEAD", "refs/heads/other")


def add_worktree(repo: Path) -> None:
    """One more checkout of the target."""
    words = ("worktree", "add", "-q", "--force", str(repo.parent / "linked"), "main")
    sh_git(repo, *words)


def begin_rebase(repo: Path) -> None:
    """Of the target, in the middle of which HEAD is on no branch."""
    (repo / ".git" / "rebase-merge").mkdir()
    (repo / ".git" / "rebase-merge" / "head-name").write_text("refs/heads/main\n")


def commit_elsewhere(repo: Path) -> None:
    """A push, which knows no index."""
    tree = sh_git(repo, "rev-parse", "main^{tree}")
    head = sh_git(repo, "commit-tree", "-m", "pushed", "-p", "main", tree)
    sh_git(repo, "update-ref", "refs/heads/main", head)


def remove_lock(repo: Path) -> None:
    """Git's own advice."""
    (repo / ".git" / "index.lock").unlink(missing_ok=True)


MEANWHILE = [
    switch,
    point_head,
    add_worktree,
    begin_rebase,
    commit_elsewhere,
    remove_lock,
]


@pytest.mark.parametrize("stage", STAGES[:-1])
@pytest.mark.parametrize("doing", MEANWHILE, ids=lambda doing: doing.__name__)
def test_the_user_does_something_at_any_instant(
    repo: Path,
    task: TaskGit,
    prepared: PreparedMerge,
    stage: str,
    doing: Callable[[Path], None],
) -> None:
    """The merge lands on its target alone, or not at all; each checkout is clean."""
    refused = False
    try:
        for reached in apply.stages(task, prepared):
            if reached == stage:
                doing(repo)
    except Refused:
        refused = True

    shutil.rmtree(repo / ".git" / "rebase-merge", ignore_errors=True)
    holds_merge = sh_git(repo, "ls-tree", "--name-only", "main", "run") == "run"
    assert holds_merge is not refused
    assert not (repo / ".git" / "index.lock").exists()
    assert [path for path in (repo / ".git").iterdir() if "swarm" in path.name] == []
    for checkout in (repo, repo.parent / "linked"):
        if checkout.exists():
            assert sh_git(checkout, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize("stage", STAGES[:4])
def test_what_no_branch_names_is_removed_meanwhile(
    repo: Path, task: TaskGit, prepared: PreparedMerge, stage: str
) -> None:
    """By `git gc --prune=now`: a sentence, and the second time it lands."""
    stages = apply.stages(task, prepared)
    next(reached for reached in stages if reached == stage)
    sh_git(repo, "gc", "-q", "--prune=now")
    with pytest.raises(Refused, match="objects are gone") as error:
        list(stages)

    assert error.value.hint.endswith("merge again")
    assert is_untouched(repo, prepared)
    apply.apply(reopened(task), prepared)
    assert is_landed(repo, prepared)


def test_a_busy_user_never_meets_half_a_merge(repo: Path, task: TaskGit) -> None:
    """They commit without a pause; a merge lands between two commits, or is refused."""
    (task.worktree / "many").mkdir()
    for number in range(300):
        (task.worktree / "many" / str(number)).write_text(f"{number}\n")
    loop = "for n in $(seq 30); do git commit -q --allow-empty -m $n; done; true"
    with subprocess.Popen(
        ["sh", "-c", loop], cwd=repo, stderr=subprocess.DEVNULL
    ) as user:
        landed = False
        while not landed:
            busy = user.poll() is None
            prepared = merge_of(task)
            with suppress(Refused):
                apply.apply(task, prepared)
                landed = True
            assert landed or busy

    assert sh_git(repo, "ls-tree", "--name-only", "main", "many") == "many"
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""
    assert not (repo / ".git" / "index.lock").exists()


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_a_checkout_is_removed_at_any_instant(
    repo: Path, task: TaskGit, prepared: PreparedMerge, stage: str
) -> None:
    """With its entry, or only its directory; the error is a sentence."""
    sh_git(repo, "switch", "-q", "-c", "other")
    linked = repo.parent / "linked"
    sh_git(repo, "worktree", "add", "-q", str(linked), "main")
    with suppress(SwarmError, OSError):
        for reached in apply.stages(task, prepared):
            if reached == stage:
                shutil.rmtree(linked)

    sh_git(repo, "worktree", "prune")
    sh_git(repo, "worktree", "add", "-q", "-f", str(linked), "main")
    assert sh_git(linked, "status", "--porcelain", "--ignored") == ""
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""


def test_two_checkouts_of_the_target_land_together_or_not_at_all(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Forced by the user; something in the way in one keeps both as they are."""
    add_worktree(repo)
    linked = repo.parent / "linked"
    (linked / "run").write_text("mine\n")

    with pytest.raises(Refused, match="linked has files of yours"):
        apply.apply(task, prepared)
    assert is_untouched(repo, prepared)
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""

    (linked / "run").unlink()
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)
    assert sh_git(linked, "status", "--porcelain", "--ignored") == ""


def test_a_sparse_checkout_stays_sparse(repo: Path) -> None:
    """What it leaves out is merged in the index alone."""
    lay_base(repo)
    sh_git(repo, "sparse-checkout", "set", "src")
    task = task_with_worktree(repo)
    both(file("lib/a.txt"), file("lib/new"), file("src/new"), gone("lib/deep"))(
        task.worktree
    )
    prepared = merge_of(task)

    apply.apply(task, prepared)

    assert is_landed(repo, prepared)
    assert (repo / "src" / "new").exists()
    assert not (repo / "lib").exists()


def test_a_repository_with_sha256_merges(tmp_path: Path) -> None:
    """Ids are longer there, in git's index too."""
    repo = tmp_path / "long"
    sh_git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", str(repo))
    sh_git(repo, "config", "user.name", "Ann")
    sh_git(repo, "config", "user.email", "ann@example.org")
    lay_base(repo)
    task = task_with_worktree(repo)
    SHAPES["all at once"](task.worktree)
    prepared = merge_of(task)
    list(islice(apply.stages(task, prepared), 4))

    apply.apply(reopened(task), prepared)

    assert is_landed(repo, prepared)
    assert sh_git(repo, "diff-files") == ""


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


def test_what_the_user_wrote_after_a_crash_is_not_overwritten(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """Over a file of the merge, and where an old one went aside."""
    list(islice(apply.stages(task, prepared), STAGES.index("files") + 1))
    (repo / "src" / "a.py").write_text("mine\n")
    (repo / "README.md").write_text("mine too\n")

    with pytest.raises(Refused, match=r"README\.md, src/a\.py"):
        apply.apply(reopened(task), prepared)

    assert is_untouched(repo, prepared)
    assert (repo / "src" / "a.py").read_text() == "mine\n"
    assert (repo / "README.md").read_text() == "mine too\n"
    sh_git(repo, "checkout", "--", ".")
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


def test_a_crash_between_the_index_and_its_lock_is_completed(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """All is done but the lock."""
    list(islice(apply.stages(task, prepared), STAGES.index("target") + 1))
    (repo / ".git" / "index.swarm").replace(repo / ".git" / "index")

    apply.apply(task, prepared)

    assert is_landed(repo, prepared)


def test_the_users_git_waits_while_a_landing_was_cut_short(
    repo: Path, task: TaskGit, prepared: PreparedMerge
) -> None:
    """A commit of a half written work tree would mix both."""
    list(islice(apply.stages(task, prepared), STAGES.index("files") + 1))
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

    apply.apply(task, prepared)

    assert (repo / "x.up").read_text() == "ABC\n" * 100
    assert is_landed(repo, prepared)


@pytest.mark.parametrize("smudge", ["/bin/false", "kill -9 $PPID; #"])
def test_a_filter_that_fails_or_kills_its_git_changes_nothing(
    repo: Path, smudge: str
) -> None:
    """The files are written beside the checkout first."""
    (repo / ".gitattributes").write_text("*.zz filter=broken\n")
    commit_all(repo, "attributes")
    sh_git(repo, "config", "filter.broken.smudge", smudge)
    sh_git(repo, "config", "filter.broken.clean", "/bin/cat")
    sh_git(repo, "config", "filter.broken.required", "true")
    task = task_with_worktree(repo)
    (task.worktree / "README.md").write_text("changed\n")
    (task.worktree / "a.new").write_text("x\n")
    (task.worktree / "b.zz").write_text("x\n")
    order = MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")
    prepared = prepare.prepare(task, order)

    with pytest.raises(ToolError):
        apply.apply(task, prepared)

    assert is_untouched(repo, prepared)
    assert sh_git(repo, "status", "--porcelain", "--ignored") == ""
    sh_git(repo, "config", "filter.broken.smudge", "/bin/cat")
    apply.apply(task, prepared)
    assert is_landed(repo, prepared)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can work for another user")
def test_root_leaves_nothing_of_its_own_in_another_users_repository(
    tmp_path: Path,
) -> None:
    """Every file of the repository and its checkout stays its owner's."""
    for folder in (tmp_path, *tmp_path.parents):
        # The tests' own alone: where they lie is the machine's, and others' too.
        if not folder.stat().st_mode & 0o001:
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


@pytest.mark.parametrize("stage", ["locked", "written", "files", "target"])
def test_a_checkout_that_is_moved_meanwhile_is_no_mixture(
    repo: Path, stage: str
) -> None:
    """It has the old files and the old commit, or the new ones of both."""
    linked, moved = repo.parent / "linked", repo.parent / "moved"
    sh_git(repo, "checkout", "-q", "--detach")
    sh_git(repo, "worktree", "add", "-q", str(linked), "main")
    task = task_with_worktree(repo)
    both(file("README.md"), file("new"), gone("src"))(task.worktree)
    prepared = merge_of(task)

    with suppress(SwarmError):
        for done in apply.stages(task, prepared):
            if done == stage:
                sh_git(repo, "worktree", "move", str(linked), str(moved))

    assert sh_git(moved, "status", "--porcelain", "--ignored") == ""
    landed = sh_git(moved, "rev-parse", "HEAD") == prepared.new
    assert landed is (stage == "target")
    assert (moved / "new").exists() is landed
