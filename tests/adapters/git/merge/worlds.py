"""Made-up worlds for a merge: two trees, and whatever else a user's checkout holds."""

import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hypothesis import strategies as some

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Git
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.settings import read_settings
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import PreparedMerge
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import sh_git

Entry = tuple[str, str]
"""`file`, `program` or `link`; its content, or where it leads."""
Tree = dict[str, Entry]
Act = Literal["file", "link", "directory", "delete", "append", "touch", "program"]

NAMES = some.sampled_from(["a", "b", "c", "d\n", "é", ".env"])
PATHS = some.lists(NAMES, min_size=1, max_size=3).map("/".join)
TARGETS = some.sampled_from(["a", "b/c", "..", ".", "../outside", "/nowhere"])
CONTENTS = some.sampled_from(["", "one\n", "two\n", "one\ntwo\n"])
FILES = some.tuples(some.sampled_from(["file", "program"]), CONTENTS)
LINKS = some.tuples(some.just("link"), TARGETS)
ENTRIES = some.one_of(FILES, FILES, LINKS)


def _as_tree(pairs: list[tuple[str, Entry]]) -> Tree:
    tree: Tree = {}
    for path, entry in pairs:
        above = [path[:end] for end, char in enumerate(path) if char == "/"]
        if not any(each in tree for each in above):
            tree = {p: e for p, e in tree.items() if not p.startswith(f"{path}/")}
            tree[path] = entry
    return tree


TREES = some.lists(some.tuples(PATHS, ENTRIES), max_size=8).map(_as_tree)
ACTS = some.sampled_from(
    ["file", "file", "link", "directory", "delete", "append", "touch", "program"]
)


@dataclass(frozen=True)
class World:
    """What is there when a merge begins."""

    old: Tree
    new: Tree
    acts: list[tuple[Act, str, str]]
    """What the user did since the checkout, where, and a link's target."""
    ignored: set[str]
    """Names that git ignores."""
    staged: set[str]
    """Paths that the user gave to `git add`."""
    marked: dict[str, str]
    """Paths that git was told to overlook, and how."""


MARKS = some.sampled_from(["--assume-unchanged", "--skip-worktree"])


@some.composite
def worlds(draw: some.DrawFn) -> World:
    """The new tree is mostly the old one, changed at some paths."""
    old = draw(TREES)
    kept = {path: entry for path, entry in old.items() if draw(some.booleans())}
    new = _as_tree([*kept.items(), *draw(TREES).items()])
    paths = some.one_of(PATHS, some.sampled_from(sorted({*old, *new, "a"})))
    return World(
        old,
        new,
        draw(some.lists(some.tuples(ACTS, paths, TARGETS), max_size=5)),
        draw(some.sets(NAMES, max_size=3)),
        draw(some.sets(paths, max_size=1)),
        draw(some.dictionaries(paths, MARKS, max_size=1)),
    )


def lay(world: World, template: Path, home: Path) -> tuple[TaskGit, PreparedMerge]:
    """Copy the template, commit both trees, check one out and let the user act."""
    repo = home / "repo"
    shutil.copytree(template, repo)
    outside = home / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept\n")
    stream = _commit("main", 1, world.old, "") + _commit("new", 2, world.new, ":1")
    sh_git(repo, "fast-import", "--quiet", stdin=stream)
    sh_git(repo, "reset", "-q", "--hard", "main")
    ids = sh_git(repo, "rev-parse", "main", "new").split()
    rules = "".join(f"{name.strip()}*\n" for name in sorted(world.ignored))
    (repo / ".git" / "info" / "exclude").write_text(rules)
    for act, path, target in world.acts:
        with suppress(OSError):
            ACTIONS[act](repo / path, target)
    for path in sorted(world.staged):
        sh_git(repo, "add", "-f", "--", path, check=False)
    for path, mark in world.marked.items():
        sh_git(repo, "update-index", mark, "--", path, check=False)
    task = TaskGit(_repository(repo), HomePaths(home / "home"), 1, "swarm/1", ids[0])
    task.review_git.parent.mkdir(parents=True)
    # Both trees are here already; no sandbox has to send anything.
    task.review_git.symlink_to(repo / ".git")
    return task, PreparedMerge(ids[0], ids[1], "main", "squash", ids[1])


def _repository(repo: Path) -> Repository:
    git_dir = repo / ".git"
    settings = read_settings(Git(GitDir(git_dir)))
    head = sh_git(repo, "rev-parse", "HEAD")
    return Repository(
        git_dir, git_dir, repo, "sha1", "main", head, (0, 0), settings=settings
    )


MODES = {"file": "100644", "program": "100755", "link": "120000"}


def _commit(branch: str, number: int, tree: Tree, parent: str) -> bytes:
    lines = [
        f"commit refs/heads/{branch}".encode(),
        f"mark :{number}".encode(),
        b"committer Ann <ann@example.org> 1700000000 +0000",
        b"data 1\nx",
    ]
    if parent:
        lines += [f"from {parent}".encode(), b"deleteall"]
    for path, (kind, content) in sorted(tree.items()):
        name = path.replace("\n", "\\n")
        body = content.encode()
        lines.append(f'M {MODES[kind]} inline "{name}"'.encode())
        lines.append(b"data %d\n%s" % (len(body), body))
    return b"\n".join(lines) + b"\n"


def _make_above(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)


def _file(path: Path, _target: str) -> None:
    _make_above(path)
    if path.is_symlink():
        path.unlink()
    path.write_text("the user's\n")


def _link(path: Path, target: str) -> None:
    _make_above(path)
    _delete(path, target)
    path.symlink_to(target)


def _directory(path: Path, _target: str) -> None:
    path.mkdir(parents=True)


def _delete(path: Path, _target: str) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _append(path: Path, _target: str) -> None:
    if path.is_file() and not path.is_symlink():
        path.write_text(path.read_text() + "more\n")


def _touch(path: Path, _target: str) -> None:
    if path.is_file() and not path.is_symlink():
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def _program(path: Path, _target: str) -> None:
    if path.is_file() and not path.is_symlink():
        path.chmod(0o755)


ACTIONS: dict[str, Callable[[Path, str], None]] = {
    "file": _file,
    "link": _link,
    "directory": _directory,
    "delete": _delete,
    "append": _append,
    "touch": _touch,
    "program": _program,
}


def new_template(path: Path) -> Path:
    """A repository without commits, cheap to copy."""
    words = ["git", "init", "-q", "-b", "main", "--template=", str(path)]
    subprocess.run(words, check=True)
    sh_git(path, "config", "user.name", "Ann")
    sh_git(path, "config", "user.email", "ann@example.org")
    (path / ".git" / "info").mkdir(exist_ok=True)
    return path
