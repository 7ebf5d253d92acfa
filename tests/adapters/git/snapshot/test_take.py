"""The tree is what the bytes are; what it cannot hold is said."""

import os
import socket
from pathlib import Path
from shutil import rmtree

import pytest

from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.snapshot.take import Caps
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError, ToolError
from swarm.model.review import Change, Hidden, Level, Snapshot
from tests.adapters.git.git_helpers import (
    agent_commit,
    agent_git,
    commit_all,
    new_repository,
    sh_git,
    task_with_worktree,
)


def change(of: Snapshot, path: str) -> Change:
    return next(each for each in of.changes if each.path == path)


def why(of: Snapshot, path: str) -> str:
    return next((each.reason for each in of.hidden if each.path == path), "")


def listed(task: TaskGit, tree: str) -> str:
    """The tree as any git lists it."""
    return sh_git(task.review_git, "ls-tree", "-r", "--name-only", tree)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_tree_is_the_one_that_git_would_make(
    tmp_path: Path, object_format: str
) -> None:
    """Added, changed, deleted, linked and executable: the agent's own commit agrees."""
    task = task_with_worktree(new_repository(tmp_path / "repo", object_format))
    (task.worktree / "src" / "a.py").write_text("one\n2\nthree\n")
    (task.worktree / "README.md").unlink()
    (task.worktree / "run").write_text("#!/bin/sh\n")
    (task.worktree / "run").chmod(0o755)
    (task.worktree / "link").symlink_to("src/a.py")
    agent_commit(task)

    snapshot = take.take(task)

    assert snapshot.tree == agent_git(task, "rev-parse", "HEAD^{tree}")
    assert (
        change(snapshot, "src/a.py").added == change(snapshot, "src/a.py").deleted == 1
    )
    assert change(snapshot, "README.md").kind == "deleted"
    assert change(snapshot, "run").new_mode == 0o100755


def test_an_untouched_worktree_is_the_base(repo: Path) -> None:
    """No change, and nothing hidden."""
    snapshot = take.take(task_with_worktree(repo))

    assert (snapshot.tree, snapshot.changes, snapshot.hidden) == (
        snapshot.base_tree,
        (),
        (),
    )


def test_a_file_over_a_directory_and_a_directory_over_a_file(repo: Path) -> None:
    """What was a directory may be a file now, and the other way round."""
    task = task_with_worktree(repo)
    for name in ("a.py", "b.py"):
        (task.worktree / "src" / name).unlink()
    (task.worktree / "src").rmdir()
    (task.worktree / "src").write_text("file\n")
    (task.worktree / "README.md").unlink()
    (task.worktree / "README.md").mkdir()
    (task.worktree / "README.md" / "x").write_text("x\n")

    snapshot = take.take(task)

    assert set(listed(task, snapshot.tree).split()) == {
        ".gitignore",
        "README.md/x",
        "src",
    }


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_flags_of_the_agents_index_hide_nothing(repo: Path, flag: str) -> None:
    """`git status` believes them; the bytes do not."""
    task = task_with_worktree(repo)
    agent_git(task, "update-index", flag, "src/a.py")
    (task.worktree / "src" / "a.py").write_text("evil\n")
    assert agent_git(task, "status", "--porcelain") == ""

    snapshot = take.take(task)

    assert change(snapshot, "src/a.py").added == 1


def test_attributes_hide_no_lines(repo: Path) -> None:
    """`-diff` makes `git diff` say "binary"; the numbers here are of the bytes."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text("* -diff binary\n")
    (task.worktree / "src" / "a.py").write_text("evil\n")

    snapshot = take.take(task)

    assert not change(snapshot, "src/a.py").binary
    assert change(snapshot, "src/a.py").added == 1
    assert change(snapshot, ".gitattributes").flags[0].level is Level.X0


def test_line_ends_are_bytes(repo: Path) -> None:
    """No attribute turns CRLF into LF on the way into the tree."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitattributes").write_text("* text=auto eol=lf\n")
    (task.worktree / "dos").write_bytes(b"a\r\n")

    snapshot = take.take(task)

    assert change(snapshot, "dos").new == blob_id(b"a\r\n", "sha1")


def test_ignored_files_are_hidden_and_tracked_ones_are_not(repo: Path) -> None:
    """An ignore rule hides a new file from the tree, never a tracked one."""
    task = task_with_worktree(repo)
    (task.worktree / "x.log").write_text("x")
    (task.worktree / "build").mkdir()
    (task.worktree / "build" / "out").write_text("x")
    (task.worktree / ".gitignore").write_text("*.log\nbuild/\nsecret\nsrc/\n")
    (task.worktree / "secret").write_text("x")
    (task.worktree / "src" / "a.py").write_text("x\n")
    (task.worktree / "src" / "c.py").write_text("x\n")

    snapshot = take.take(task)

    assert why(snapshot, "x.log") == why(snapshot, "build/out") == "ignored"
    assert why(snapshot, "secret") == "ignored by a rule that the agent added"
    assert why(snapshot, "src/c.py") == "ignored by a rule that the agent added"
    assert change(snapshot, "src/a.py").kind == "modified"


def test_pipes_sockets_and_links_in_place_of_gitignore_hold_nothing_up(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe named `.gitignore` would hold a git that opens it for ever."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitignore").unlink()
    os.mkfifo(task.worktree / ".gitignore")
    os.mkfifo(task.worktree / "pipe")
    (task.worktree / "src" / ".gitignore").symlink_to("/etc/passwd")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(task.worktree)
        server.bind("sock")
        (task.worktree / "new").write_text("x")

        snapshot = take.take(task)

    assert why(snapshot, "pipe") == why(snapshot, ".gitignore") == "a named pipe"
    assert why(snapshot, "sock") == "a socket"
    assert change(snapshot, "new").kind == "added"
    assert change(snapshot, "src/.gitignore").flags[0].level is Level.X0


GIT_NAMES = [
    ".GIT",
    ".Git",
    "git~1",
    "GIT~1",
    ".git.",
    ".git ",
    ".gi\u200ct",
    ".git::$x",
]


@pytest.mark.parametrize("name", GIT_NAMES)
def test_names_that_some_system_takes_for_git_are_hidden(repo: Path, name: str) -> None:
    """Git refuses such a tree, and a file system that folds names obeys it."""
    task = task_with_worktree(repo)
    (task.worktree / "src" / name).mkdir()
    (task.worktree / "src" / name / "config").write_text("[core]\n")
    (task.worktree / name).write_text("gitdir: /evil\n")

    snapshot = take.take(task)

    assert snapshot.changes == ()
    assert why(snapshot, f"src/{name}/config") == "a git directory"
    assert why(snapshot, name) == "a name that some systems take for .git"


def test_a_symlink_called_gitmodules_is_hidden(repo: Path) -> None:
    """No git takes such a tree."""
    task = task_with_worktree(repo)
    (task.worktree / ".gitmodules").symlink_to("README.md")
    (task.worktree / "src" / ".GitModules").symlink_to("a.py")

    snapshot = take.take(task)

    assert len(snapshot.hidden) == 2
    assert snapshot.tree == snapshot.base_tree


HOSTILE = [
    b"new\nline",
    b'quo"te',
    b"\x1b[31mred",
    "\u202ertl".encode(),
    b"\xff\xfe",
    b":(top)src",
    b":!x",
    b"-z",
    b"*",
    b"tab\tname",
    b" lead",
    b"back\\slash",
    b"%s",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(repo: Path, name: bytes) -> None:
    """Newlines, quotes, escapes, bidi, magic and bytes that are no text."""
    task = task_with_worktree(repo)
    (task.worktree / os.fsdecode(name)).write_text("x\n")
    (task.worktree / os.fsdecode(name + b".log")).write_text("x\n")

    snapshot = take.take(task)

    assert [os.fsencode(each.path) for each in snapshot.changes] == [name]
    assert [os.fsencode(each.path) for each in snapshot.hidden] == [name + b".log"]


def test_a_large_file_is_hidden_and_blocks(repo: Path) -> None:
    """A tree without it would not be the agent's work, so it is not merged."""
    task = task_with_worktree(repo)
    (task.worktree / "big").write_bytes(b"x" * 1001)
    (task.worktree / "fits").write_bytes(b"x" * 1000)

    snapshot = take.take(task, Caps(file=1000))

    assert [entry.path for entry in snapshot.blocking] == ["big"]
    assert change(snapshot, "fits").kind == "added"


def test_many_hidden_files_are_one_entry(repo: Path) -> None:
    """A dependency directory is one line with a count."""
    task = task_with_worktree(repo)
    for part in range(5):
        (task.worktree / "build" / str(part)).mkdir(parents=True)
        for number in range(100):
            (task.worktree / "build" / str(part) / f"{number}").write_text("x")

    snapshot = take.take(task)

    assert snapshot.hidden == (Hidden("build/", "ignored", size=500, count=500),)


def test_submodules_stay_as_they_are_and_their_content_is_hidden(
    repo: Path, tmp_path: Path
) -> None:
    """A gitlink of the base is kept; files in its place are shown, not taken."""
    inner = new_repository(tmp_path / "inner")
    words = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    sh_git(repo, *words, str(inner), "vendor")
    commit_all(repo, "submodule")
    task = task_with_worktree(repo)
    assert take.take(task).changes == ()
    (task.worktree / "vendor" / "planted").write_text("x")

    snapshot = take.take(task)

    assert snapshot.changes == ()
    assert why(snapshot, "vendor/planted") == "content in a submodule"
    rmtree(task.worktree / "vendor")
    assert change(take.take(task), "vendor").flags[0].level is Level.X0


def test_a_gitlink_that_the_agent_committed_is_not_in_the_tree(repo: Path) -> None:
    """What is merged is bytes; a repository in the repository is none."""
    task = task_with_worktree(repo)
    nested = task.worktree / "vendor"
    nested.mkdir()
    sh_git(nested, "init", "-q")
    (nested / "x").write_text("x\n")
    commit_all(nested, "nested")
    agent_commit(task)

    snapshot = take.take(task)

    assert snapshot.tree == snapshot.base_tree
    assert why(snapshot, "vendor/x") == "in a nested repository"


def test_an_untouched_file_is_not_read_again(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the look trusts no stamp."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x")
    read: list[str] = []
    content = SafeReader.content

    def noted(self: SafeReader, path: str, mode: int, limit: int) -> bytes | None:
        read.append(path)
        return content(self, path, mode, limit)

    monkeypatch.setattr(SafeReader, "content", noted)
    take.take(task)
    all_paths, read[:] = list(read), []

    take.take(task)
    assert "new" in read
    assert "src/a.py" not in read
    read.clear()
    take.take(task, trust_stamps=False)
    assert read == all_paths


def test_contents_of_the_base_do_not_count_against_the_total(repo: Path) -> None:
    """All of them are read by a look that trusts no stamp."""
    (repo / "big").write_bytes(b"x" * 5000)
    commit_all(repo, "big")
    task = task_with_worktree(repo)
    (task.worktree / "new").write_bytes(b"y" * 999)
    (task.worktree / "other").write_bytes(b"z" * 2)

    snapshot = take.take(task, Caps(total=1000), trust_stamps=False)

    assert [entry.path for entry in snapshot.blocking] == ["other"]
    assert [each.path for each in snapshot.changes] == ["new"]


def test_a_look_that_takes_too_long_is_given_up_with_a_sentence(repo: Path) -> None:
    """The whole of it, so that many slow steps do not add up."""
    task = task_with_worktree(repo)

    with pytest.raises(ToolError, match="the look at the worktree of task 1 took long"):
        take.take(task, Caps(seconds=0.001))


REFUSED_NAMES = [b"a\\.git", b".git\xff", b"x\\git~1 ", b".git\xef\xbf\xbf"]


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_a_name_that_git_refuses_without_a_word_is_hidden(
    repo: Path, name: bytes
) -> None:
    """A directory of them too, with the right count."""
    task = task_with_worktree(repo)
    directory = task.worktree / os.fsdecode(name)
    directory.mkdir()
    for number in range(301):
        (directory / f"{number}").write_text("x")
    (task.worktree / "src" / os.fsdecode(name)).write_text("x")

    snapshot = take.take(task)

    assert snapshot.changes == ()
    assert sum(entry.count for entry in snapshot.hidden) == 302


@pytest.mark.parametrize(
    "name", ["a\\.gitmodules", "a\\GITMOD~1", ".gitmodules::$DATA", ".gitmodules "]
)
def test_a_link_whose_name_git_refuses_blocks(repo: Path, name: str) -> None:
    """A file of that name is fine; the link may be the agent's work, and is lost."""
    task = task_with_worktree(repo)
    (task.worktree / name).symlink_to("README.md")
    (task.worktree / "src" / name).write_text("x")

    snapshot = take.take(task)

    assert [entry.path for entry in snapshot.blocking] == [name]
    assert len(snapshot.changes) == 1


def test_a_worktree_that_is_gone_is_said(repo: Path) -> None:
    """No empty tree in its place."""
    task = task_with_worktree(repo)
    task.worktree.rename(task.worktree.with_name("gone"))

    with pytest.raises(SwarmError, match="is not there"):
        take.take(task)


def test_a_disk_that_fails_is_said(repo: Path) -> None:
    """No bare OSError leaves the adapter."""
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x")
    (task.review_git / "objects").rename(task.review_git / "away")

    with pytest.raises(ToolError, match="git "):
        take.take(task)
