"""What a user may have where an agent's work would be written."""

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.merge import prepare
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import BranchStrategy, MergeOrder, PreparedMerge
from tests.adapters.git.git_helpers import commit_all

IGNORED = ".env\nbuild\nnode_modules\n*.pyc\n"


@dataclass(frozen=True)
class Case:
    """One thing of the user's in the way, and the path that the refusal names."""

    name: str
    user: Callable[[Path], None]
    """Arranges the checkout, after the task began."""
    agent: Callable[[Path], None]
    """Works in the worktree."""
    named: str


def lay_base(repo: Path) -> None:
    """A repository with ignore rules and directories to play with."""
    (repo / ".gitignore").write_text(IGNORED)
    (repo / "lib" / "deep").mkdir(parents=True)
    (repo / "lib" / "a.txt").write_text("a\n")
    (repo / "lib" / "deep" / "b.txt").write_text("b\n")
    (repo / "to-lib").symlink_to("lib")
    commit_all(repo, "base")


def file(path: str, text: str = "the user's\n") -> Callable[[Path], None]:
    """Makes a file with all above it."""

    def make(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return make


def link(path: str, target: str) -> Callable[[Path], None]:
    """Makes a link."""

    def make(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)

    return make


def directory(path: str) -> Callable[[Path], None]:
    """Makes an empty directory."""

    def make(root: Path) -> None:
        (root / path).mkdir(parents=True)

    return make


def gone(path: str) -> Callable[[Path], None]:
    """Removes a file, a link or a whole directory."""

    def remove(root: Path) -> None:
        if (root / path).is_dir() and not (root / path).is_symlink():
            shutil.rmtree(root / path)
        else:
            (root / path).unlink()

    return remove


def both(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    """One after the other."""

    def do(root: Path) -> None:
        for step in steps:
            step(root)

    return do


def agents(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    """What an agent does that takes the ignore rules away first."""
    return both(file(".gitignore", "nothing\n"), *steps)


def fifo(path: str) -> Callable[[Path], None]:
    """Makes a pipe, on which a careless reader would hang."""

    def make(root: Path) -> None:
        os.mkfifo(root / path)

    return make


def moved_lib(root: Path) -> None:
    """The user keeps the directory elsewhere."""
    (root / "lib").rename(root.parent / "moved")


def elsewhere(root: Path) -> None:
    """A directory of the user's outside the checkout, and a link to it."""
    outside = root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "kept").write_text("kept\n")
    (root / "build").symlink_to(outside)


CASES = [
    Case("ignored file where a directory comes", file(".env"),
         agents(file(".env/readme")), ".env"),
    Case("ignored file where a file comes", file(".env"), agents(file(".env")), ".env"),
    Case("ignored file where a link comes", file(".env"), agents(link(".env", "x")),
         ".env"),
    Case("ignored file, deep directory comes", file("node_modules"),
         agents(file("node_modules/a/b/c")), "node_modules"),
    Case("untracked file where a directory comes", file("new"), file("new/x"), "new"),
    Case("ignored link where a directory comes", elsewhere, agents(file("build/x")),
         "build"),
    Case("ignored link where a file comes", elsewhere, agents(file("build")), "build"),
    Case("ignored dangling link", link("build", "/nowhere"), agents(file("build")),
         "build"),
    Case("untracked link in a tracked directory", link("lib/new", "/tmp"),
         file("lib/new/x"), "lib/new"),
    Case("link to a directory of the checkout", link("build", "lib"),
         agents(file("build/c.txt")), "build"),
    Case("directory with ignored files where a file comes", file("build/out.o"),
         agents(file("build")), "build"),
    Case("directory with untracked files where a file comes", file("new/x"),
         file("new"), "new"),
    Case("empty directory where a file comes", directory("new"), file("new"), "new"),
    Case("empty directory where a link comes", directory("new"), link("new", "lib"),
         "new"),
    Case("ignored file in a tracked directory that becomes a file",
         file("lib/x.pyc"), both(gone("lib"), file("lib")), "lib/x.pyc"),
    Case("ignored file in a tracked directory that becomes a link",
         file("lib/deep/x.pyc"), both(gone("lib"), link("lib", "src")),
         "lib/deep/x.pyc"),
    Case("untracked directory in a tracked one that becomes a file",
         file("lib/mine/x"), both(gone("lib"), file("lib")), "lib/mine"),
    Case("empty directory in a tracked one that becomes a file",
         directory("lib/mine"), both(gone("lib"), file("lib")), "lib/mine"),
    Case("tracked directory replaced by a link of the user's",
         both(moved_lib,
              link("lib", "../moved")), file("lib/new"), "lib"),
    Case("pipe where a file comes", fifo("new"), file("new"), "new"),
    Case("repository of the user's where files come",
         both(file("new/.git/HEAD"), file("new/mine")), file("new/x"), "new"),
    Case("changed file that the agent changed", file("lib/a.txt"),
         file("lib/a.txt", "agent's\n"), "lib/a.txt"),
    Case("changed file that the agent deleted", file("lib/a.txt"), gone("lib/a.txt"),
         "lib/a.txt"),
    Case("changed file under a directory that becomes a file", file("lib/a.txt"),
         both(gone("lib"), file("lib")), "lib/a.txt"),
    Case("changed link", both(gone("to-lib"), link("to-lib", "src")),
         both(gone("to-lib"), file("to-lib/x")), "to-lib"),
    Case("deleted file that the agent changed", gone("lib/a.txt"),
         file("lib/a.txt", "agent's\n"), "lib/a.txt"),
]  # fmt: skip
IDS = [case.name for case in CASES]


def merge_of(task: TaskGit, strategy: BranchStrategy = "squash") -> PreparedMerge:
    """The merge of what the worktree holds now, as a human would include it all."""
    tree = take.take(task, included=("build", "node_modules")).tree
    order = MergeOrder("main", strategy, tree, "Do it", "claude")
    return prepare.prepare(task, order)


Picture = dict[str, tuple[int, int, int, str]]


def picture(root: Path) -> Picture:
    """Mode, inode, time and content of all below a directory but its `.git`."""
    found: Picture = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name == ".git" or name.startswith(".git/"):
            continue
        status = path.lstat()
        content = ""
        if stat.S_ISLNK(status.st_mode):
            content = str(path.readlink())
        elif stat.S_ISREG(status.st_mode):
            content = path.read_bytes().hex()
        times = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
        found[name] = (status.st_mode, status.st_ino, times, content)
    return found
