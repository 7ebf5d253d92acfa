"""A file that was renamed is as git noted it, but for one time."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.merge import index_times
from tests.adapters.git.git_helpers import commit_all, sh_git


def renamed(repo: Path, name: str) -> os.stat_result:
    """Rename a file away and back, so that only its change time is another."""
    path = repo / name
    path.rename(repo / "elsewhere")
    (repo / "elsewhere").rename(path)
    return path.lstat()


def counting_filter(repo: Path) -> Path:
    """A clean filter that leaves a trace of each run."""
    trace = repo.parent / "trace"
    sh_git(repo, "config", "filter.count.clean", f"echo x >> {trace}; cat")
    (repo / ".git" / "info" / "attributes").write_text("* filter=count\n")
    return trace


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("name", ["README.md", "src/a.py", "long" * 40 + "/x"])
def test_git_does_not_read_the_file_again(repo: Path, version: str, name: str) -> None:
    """No filter of the user's runs for a file that only moved."""
    (repo / name).parent.mkdir(exist_ok=True)
    if not (repo / name).exists():
        (repo / name).write_text("x\n")
    (repo / "intent").write_text("x\n")
    commit_all(repo, "more")
    if version == "3":
        sh_git(repo, "update-index", "--skip-worktree", "intent")
    else:
        sh_git(repo, "update-index", "--index-version", version)
    index = repo / ".git" / "index"
    os.utime(index, ns=(0, index.stat().st_mtime_ns + 10**9))
    trace = counting_filter(repo)
    status = renamed(repo, name)
    before = index.stat()

    index_times.enter(index, {os.fsencode(name): status}, 20)

    assert sh_git(repo, "diff-files") == ""
    assert not trace.exists()
    assert sh_git(repo, "fsck") == ""
    assert index.stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_that_is_another_is_left_to_git(repo: Path) -> None:
    """Its size or its time differs: git must look."""
    (repo / "README.md").write_text("something else\n")
    index = repo / ".git" / "index"
    before = index.read_bytes()

    index_times.enter(index, {b"README.md": (repo / "README.md").lstat()}, 20)

    assert index.read_bytes() == before


def test_an_index_of_an_unknown_kind_is_left_alone(tmp_path: Path) -> None:
    index = tmp_path / "index"
    for content in (b"", b"DIRC" + b"\0" * 60, b"x" * 100):
        index.write_bytes(content)
        index_times.enter(index, {}, 20)
        assert index.read_bytes() == content
