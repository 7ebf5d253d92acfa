"""Hostile input through our door, and what GitPython as it comes makes of the same.

Where the plain library fails is the reason why that part is ours. If one of these tests
fails after an upgrade, the library has mended it: read the door's docstring again.
"""

import os
import subprocess
import sys
from pathlib import Path

import git
import pytest

from swarm.adapters.git import diff
from swarm.adapters.git.base import resolve_base
from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import RAW, Git, Repo
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.snapshot import take
from swarm.errors import SwarmError, ToolError
from tests.adapters.git.git_helpers import (
    commit_all,
    new_repository,
    sh_git,
    strangers,
    task_with_worktree,
)
from tests.process_starts import collected

HOSTILE_NAMES = [
    [b"m\xe9.txt"],
    [b"m\nn.txt"],
    [b"m.sh\n"],
    [b"m\n:100644 100644 aaaaaaa bbbbbbb M\tq.txt", b"z.sh"],
]


def write_all(directory: Path, names: list[bytes]) -> None:
    for name in [b"beside.txt", *names]:
        (directory / os.fsdecode(name)).write_text("x\n")


@pytest.mark.parametrize("names", HOSTILE_NAMES)
def test_our_review_shows_every_name(repo: Path, names: list[bytes]) -> None:
    """Not UTF-8, with newlines, or like a record of git's."""
    task = task_with_worktree(repo)
    write_all(task.worktree, names)

    changes = take.take(task).changes

    assert {os.fsencode(change.path) for change in changes} == {b"beside.txt", *names}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.usefixtures("plain_library")
@pytest.mark.parametrize("names", HOSTILE_NAMES)
def test_the_plain_library_loses_names(repo: Path, names: list[bytes]) -> None:
    """Without an error: a review would show nothing, or another name."""
    write_all(repo, names)
    commit_all(repo, "hostile")

    changes = git.Repo(repo).commit("HEAD~1").diff("HEAD")

    paths = {os.fsencode(change.b_path or "") for change in changes}
    assert paths != {b"beside.txt", *names}


def test_our_review_shows_a_rename_to_a_name_like_a_record(repo: Path) -> None:
    """`:x` is how a record begins."""
    task = task_with_worktree(repo)
    (task.worktree / "src" / "a.py").rename(task.worktree / ":x")

    (change,) = take.take(task).changes

    assert (change.kind, change.old_path, change.path) == ("renamed", "src/a.py", ":x")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_loses_such_a_rename(repo: Path) -> None:
    """Nothing has changed, it says."""
    (repo / "src" / "a.py").rename(repo / ":x")
    commit_all(repo, "rename")

    assert list(git.Repo(repo).commit("HEAD~1").diff("HEAD")) == []


def test_our_review_of_many_files_costs_three_processes(repo: Path) -> None:
    """The records, the sizes of the contents, and the names that could collide."""
    task = task_with_worktree(repo)
    for number in range(100):
        (task.worktree / f"{number}.txt").write_text(f"{number}\n")
    snapshot = take.take(task)

    with collected() as starts:
        changes = diff.changes(task, snapshot.base_tree, snapshot.tree)

    assert len(changes) == 100
    assert len(starts) == 3


def test_our_base_is_never_an_option(repo: Path, tmp_path: Path) -> None:
    """A ref may not begin with a dash."""
    target = tmp_path / "written"
    repository = Repository.open(repo, tmp_path / "home")

    with pytest.raises(SwarmError, match="is no commit"):
        resolve_base(repository, f"--output={target}")

    assert not target.exists()


@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_takes_a_ref_for_an_option(
    repo: Path, tmp_path: Path
) -> None:
    """`git.<verb>` has no guard; whoever calls it has to have one."""
    target = tmp_path / "written"

    git.Repo(repo).git.log(f"--output={target}")

    assert target.exists()


CONFIGS = ['[includeIf "onbranch:main"]\n\tpath = other\n', "[filter.e]\n\tclean = x\n"]


@pytest.mark.parametrize("config", [*CONFIGS, "[core] bare = false\n"])
def test_our_door_opens_any_configuration_that_git_reads(
    repo: Path, config: str
) -> None:
    """Git itself reads it."""
    with (repo / ".git" / "config").open("a") as file:
        file.write(config)

    assert Repository.open(repo, repo.parent / "home").branch == "main"


@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_breaks_on_a_conditional_include(repo: Path) -> None:
    """Opened by its git directory, as we open all of them."""
    with (repo / ".git" / "config").open("a") as file:
        file.write(CONFIGS[0])

    with pytest.raises(AttributeError):
        git.Repo(repo / ".git")


@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_breaks_on_an_old_section(repo: Path) -> None:
    """A section with a dot is how git once wrote subsections."""
    with (repo / ".git" / "config").open("a") as file:
        file.write(CONFIGS[1])

    reader = git.Repo(repo).config_reader("repository")
    assert not reader.has_option('filter "e"', "clean")


def test_our_door_ignores_git_variables(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swarm may be started from a hook, which has them."""
    other = new_repository(tmp_path / "other")
    monkeypatch.setenv("GIT_COMMON_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")

    repository = Repository.open(repo, tmp_path / "home")
    head = Repo(repository.common_git_dir()).git.rev_parse("HEAD")

    monkeypatch.undo()
    assert repository.head == head == sh_git(repo, "rev-parse", "HEAD")


@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_obeys_git_variables(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branches of one repository, under the name of another."""
    other = new_repository(tmp_path / "other")
    sh_git(other, "branch", "of-the-other")
    monkeypatch.setenv("GIT_COMMON_DIR", str(other / ".git"))

    names = {head.name for head in git.Repo(repo).heads}

    assert "of-the-other" in names


def test_our_door_knows_sha256(tmp_path: Path) -> None:
    """Branch, commit and ancestry, asked of git."""
    repository = new_repository(tmp_path / "sha256", "sha256")
    first = sh_git(repository, "rev-parse", "HEAD")
    (repository / "more").write_text("x")
    second = commit_all(repository, "more")
    repo = Repo(GitDir(repository / ".git"))

    assert repo.active_branch.name == "main"
    assert repo.git.rev_parse("--verify", "HEAD") == second
    assert repo.is_ancestor(first, second)
    assert not repo.is_ancestor(second, first)


@pytest.mark.usefixtures("plain_library")
def test_the_plain_library_knows_no_sha256(tmp_path: Path) -> None:
    """Its objects have names of 40 digits."""
    repository = new_repository(tmp_path / "sha256", "sha256")

    with pytest.raises(ValueError, match="Failed to parse reference"):
        _ = git.Repo(repository).head.commit


@pytest.mark.usefixtures("plain_library")
def test_a_start_by_the_plain_library_is_noticed(repo: Path) -> None:
    """The watch on all of these tests is not blind; only ours passes it."""
    with collected() as plain_starts:
        git.Repo(repo).git.rev_parse("HEAD")
    with collected() as our_starts:
        Git(GitDir(repo / ".git")).rev_parse("HEAD")

    assert len(strangers(plain_starts)) == 1
    assert (len(our_starts), strangers(our_starts)) == (1, [])


def test_nothing_runs_while_the_door_is_imported() -> None:
    """GitPython runs `git version` then; here it fails to execute /dev/null."""
    script = (
        "from tests.process_starts import collected\n"
        "with collected() as starts:\n"
        "    import swarm.adapters.git.repo\n"
        "print([start.argv for start in starts])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[\"['/dev/null', 'version']\"]\n"


REFUSED = ["index", "odb", "remotes", "submodules", "config_reader", "clone"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_leave_the_door_is_refused(repo: Path, name: str) -> None:
    """Hooks, parsers of configuration and processes of the library's own."""
    with pytest.raises(NotImplementedError):
        getattr(Repo(GitDir(repo / ".git")), name)


def test_no_process_outlives_its_call(repo: Path) -> None:
    """GitPython's objects would keep `cat-file` alive, its logs a pipe."""
    repo_behind_door = Repo(GitDir(repo / ".git"))

    with pytest.raises(ToolError, match="no process outlives its call"):
        repo_behind_door.git.log(as_process=True)
    with pytest.raises(ToolError, match="no process outlives its call"):
        repo_behind_door.git.cat_file("--batch", istream=subprocess.PIPE)


def test_a_failure_is_said_in_our_words(repo: Path) -> None:
    """One line, the verb and git's last words, and a status for GitPython."""
    with pytest.raises(ToolError, match=r"^git cat-file: .*<U\+202E>red$"):
        Git(GitDir(repo / ".git")).cat_file("blob", "\u202ered")


def test_another_status_may_be_an_answer(repo: Path) -> None:
    """For a call that says so."""
    plain_git = Git(GitDir(repo / ".git"))
    words = ("--verify", "--quiet", "nowhere")

    assert plain_git.accepting(1).rev_parse(*words) == ""
    with pytest.raises(ToolError):
        plain_git.rev_parse(*words)


def test_bytes_come_through_as_they_are(repo: Path) -> None:
    """The last newline is the content's."""
    blob = Git(GitDir(repo / ".git")).cat_file("blob", "HEAD:README.md", **RAW)

    assert blob == b"hello\n"


def test_a_detached_head_is_on_no_branch(repo: Path) -> None:
    """As GitPython says it."""
    sh_git(repo, "checkout", "-q", "--detach")

    with pytest.raises(TypeError):
        _ = Repo(GitDir(repo / ".git")).active_branch


@pytest.mark.parametrize(
    ("head", "is_asked"),
    [
        (b"ref: refs/heads/main\n", False),
        (b"ref: refs/heads/a/b-c.d@e\n", False),
        ("ref: refs/heads/\u00e9\n".encode(), False),
        (b"ref: refs/heads/m\xe9\n", False),
        (b"ref: refs/heads/.invalid\n", True),
        (b"ref: refs/heads/a..b\n", True),
        (b"ref: refs/heads/a.lock\n", True),
        (b"ref: refs/heads/a/\n", True),
        (b"ref:  refs/heads/main\n", True),
        (b"ref: refs/heads/main", True),
        (b"ref: refs/remotes/main\n", True),
        (b"ref: refs/heads/a b\n", True),
        (b"ref: refs/heads/" + b"a" * 5000 + b"\n", True),
        (b"", True),
    ],
)
def test_the_branch_of_a_head_is_what_git_says_and_git_is_seldom_asked(
    repo: Path, head: bytes, is_asked: bool
) -> None:
    """Whatever stands in the file."""
    (repo / ".git" / "HEAD").write_bytes(head)
    words = ["git", f"--git-dir={repo / '.git'}", "symbolic-ref", "--quiet", "HEAD"]
    theirs = subprocess.run(words, capture_output=True, check=False)

    with collected() as starts:
        try:
            ours = Repo(GitDir(repo / ".git")).active_branch.path
        except (TypeError, ToolError):
            ours = ""

    said = os.fsdecode(theirs.stdout.removesuffix(b"\n"))
    assert ours == (said if said.startswith("refs/heads/") else "")
    assert bool(starts) == is_asked


@pytest.mark.parametrize("kind", ["missing", "link", "directory"])
def test_a_head_that_is_no_plain_file_is_left_to_git(repo: Path, kind: str) -> None:
    head = repo / ".git" / "HEAD"
    head.unlink()
    if kind == "link":
        head.symlink_to("refs/heads/main")  # as the oldest git had it
        assert Repo(GitDir(repo / ".git")).active_branch.path == "refs/heads/main"
        return
    if kind == "directory":
        head.mkdir()

    with pytest.raises((ToolError, TypeError)):
        _ = Repo(GitDir(repo / ".git")).active_branch
