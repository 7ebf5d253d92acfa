"""All that a walk meets is in the tree or in the list of what is hidden."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.snapshot import take, tree
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError
from swarm.model.review import Change
from tests.adapters.git.git_helpers import new_repository, task_with_worktree

EXAMPLES = int(os.environ.get("SWARM_EXAMPLES", "60"))
"""Examples of each run; `make test-long` tries 2,000."""

HOSTILE = [
    b".git",
    b".GIT",
    b"git~1",
    b".git ",
    b".git.",
    b".git\xff",
    b".git\xef\xbf\xbf",
    b".gi\xe2\x80\x8ct",
    b".git\xe2\x80\x8c\xff",
    b".git::$INDEX_ALLOCATION",
    b"a\\.git",
    b"a\\git~1",
    b"a\\.gitmodules",
    b".gitmodules",
    b".gitmodules\xff",
    b".gitmodules ",
    b"GITMOD~1",
    b"gi7eba~1",
    b".gitignore",
    b".gitattributes",
    b"...",
    b" ",
    b"\\",
    b"\\..\\x",
    b"C:\\x",
    b"con",
    b"a:b",
    b"-",
    b"*",
    b"\n",
    b"\t\r",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"src",
    b"a.py",
    b"x.log",
    b"build",
    b"x" * 255,
]
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.binary(min_size=1, max_size=12).filter(
        lambda name: not {0, 47} & set(name) and name not in (b".", b"..")
    ),
    st.builds(
        lambda start, end: (start + end)[:255],
        st.sampled_from(HOSTILE),
        st.sampled_from([b"\xff", b" ", b".", b"::", b"\\x", b"\xe2\x80\x8c", b"~1"]),
    ),
)
KINDS = st.sampled_from(["file", "file", "rules", "link", "pipe", "empty", "gone"])
TREES = st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=4), KINDS), max_size=15)


@pytest.fixture(scope="module")
def task() -> TaskGit:
    """One for all examples, which clear what they planted."""
    home = Path(tempfile.mkdtemp(prefix="swarm-trees-"))
    return task_with_worktree(new_repository(home / "repo"))


def plant(top: Path, names: list[bytes], kind: str) -> None:
    """Make one entry, unless another one is in its way."""
    target = top.joinpath(*map(os.fsdecode, names))
    try:
        (target if kind == "empty" else target.parent).mkdir(
            parents=True, exist_ok=True
        )
        match kind:
            case "file":
                target.write_text("x\n")
            case "rules":
                target.write_text("*.log\n/build\n!x\n")
            case "link":
                target.symlink_to("../" * len(names) + target.name)
            case "pipe":
                os.mkfifo(target)
            case "gone":
                target.unlink()
    except OSError:
        return


def entries_below(top: Path) -> set[str]:
    """All that is no directory, but for the worktree's own `.git`, by plain listing."""
    found: set[str] = set()
    for directory, names, files in os.walk(top):
        paths = [Path(directory, name) for name in names]
        paths = [path for path in paths if path.is_symlink()]
        paths += [Path(directory, name) for name in files]
        found |= {str(path.relative_to(top)) for path in paths}
    return found - {".git"}


@settings(max_examples=EXAMPLES)
@given(TREES)
def test_walked_is_the_tree_and_what_is_hidden(
    task: TaskGit, planted: list[tuple[list[bytes], str]]
) -> None:
    """Counted by a listing of our own; git's listing is what is in the tree."""
    require_all_found(task, planted)


@pytest.mark.long
@settings(max_examples=2000)
@given(TREES)
def test_walked_is_the_tree_and_what_is_hidden_two_thousand_times(
    task: TaskGit, planted: list[tuple[list[bytes], str]]
) -> None:
    """The same, with more patience."""
    require_all_found(task, planted)


def require_all_found(task: TaskGit, planted: list[tuple[list[bytes], str]]) -> None:
    """Plant the entries, take a snapshot, and look for each in it."""
    top = task.worktree
    for path, kind in planted:
        if path[0] != b".git":
            plant(top, path, kind)
    try:
        present = entries_below(top)

        snapshot = take.take(task)

        words = ("-r", "-z", "--name-only", snapshot.tree)
        listing = task.review.git.ls_tree(*words, stdout_as_string=False)
        in_tree = {os.fsdecode(name) for name in listing.split(b"\0") if name}
        hidden = {entry.path for entry in snapshot.hidden}
        assert in_tree.isdisjoint(hidden)
        assert in_tree | hidden == present
        assert sum(entry.count for entry in snapshot.hidden) == len(hidden)
    finally:
        clear(task.worktree)


def clear(worktree: Path) -> None:
    """Put the worktree back to the base."""
    for entry in worktree.iterdir():
        if entry.name != ".git":
            erase(entry)
    (worktree / "src").mkdir()
    (worktree / "README.md").write_text("hello\n")
    (worktree / "src" / "a.py").write_text("one\ntwo\nthree\n")
    (worktree / "src" / "b.py").write_text("b\n")
    (worktree / ".gitignore").write_text("*.log\nbuild/\n")


FILE = 0o100644
BASE = {"kept": ("100644", "1"), "gone": ("100644", "2"), "both": ("100644", "3")}


def change(path: str, new: str, mode: int = FILE, old_path: str = "") -> Change:
    kind = "renamed" if old_path else "modified"
    return Change(path, kind, FILE, mode, "0", new, old_path=old_path)  # type: ignore[arg-type]  # one of the kinds


def test_an_entry_that_git_left_out_is_named() -> None:
    entries = {"kept": ("100644", "1"), "new": ("100644", "4"), "odd": ("100644", "5")}
    changes = [change("new", "4", old_path="gone"), change("both", "0", mode=0)]

    assert tree.missing_entries(BASE, entries, [], changes) == ["odd"]


@pytest.mark.parametrize(
    "changes",
    [
        [change("gone", "0", mode=0), change("both", "9")],
        [change("gone", "0", mode=0), change("other", "7")],
        [change("gone", "0", mode=0), change("kept", "0", mode=0)],
        [],
        [change("gone", "0", mode=0), change("both", "8", mode=0o100755)],
    ],
    ids=["another content", "a strange path", "one lost", "one kept", "another mode"],
)
def test_a_tree_that_differs_in_any_other_way_is_refused(changes: list[Change]) -> None:
    """`gone` was removed and `both` changed."""
    entries = {"kept": ("100644", "1"), "both": ("100644", "8")}

    with pytest.raises(SwarmError, match="git's tree is not what the worktree holds"):
        tree.missing_entries(BASE, entries, [], changes)
