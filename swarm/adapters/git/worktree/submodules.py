"""Fills a task's submodules from the user's local git directories.

Nothing of a submodule's configuration runs and nothing is fetched: git works on a
directory of ours that borrows the objects, and writes the files as they are stored.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, Git, Repo
from swarm.adapters.git.repository import alternates_of
from swarm.adapters.git.safe_fs.files import erase, write_new
from swarm.adapters.git.snapshot.objects import blob_id
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.adapters.git.worktree import submodule_stores as stores
from swarm.adapters.git.worktree.private_git import private_config
from swarm.adapters.git.worktree.private_refs import read_refs, write_refs
from swarm.adapters.git.worktree.pruned import pack_history
from swarm.adapters.git.worktree.skeleton import (
    config_value,
    copy_shallow,
    write_alternates,
    write_skeleton,
)
from swarm.adapters.git.worktree.submodule_stores import Places, Submodule
from swarm.errors import SwarmError
from swarm.model.box_contents import BoxContents, Missing
from swarm.plan.specs import WORKSPACE

LIMIT = 500
"""Submodules that are filled at most, nested ones too."""
DEPTH = 8
"""A submodule in more submodules than this is not filled."""
HISTORY = 256 << 20
"""Bytes of a submodule's objects up to which its whole history comes too."""
_SLOW = Bounds(seconds=900)

Baseline = dict[str, tuple[str, str]]
"""Path to git's mode and id, of every file that was put into submodules."""


@dataclass(slots=True)
class Filling:
    """The state of filling all submodules of one task."""

    task: TaskGit
    filled: list[str] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    baseline: Baseline = field(default_factory=dict)
    private_dirs: set[Path] = field(default_factory=set)
    """The agent's git directories that were made."""


def fill_submodules(
    task: TaskGit, listing: list[bytes], contents: BoxContents
) -> tuple[BoxContents, Baseline]:
    """Fill the submodules that `listing`, records of the base's `ls-tree`, names.

    Each gets a git directory below the agent's own one. What cannot be filled is
    missing from the contents, with the reason, and its directory stays empty.
    """
    filling = Filling(task)
    submodules = list(_submodules(task.review, listing, "", 0))
    _fill_all(filling, submodules, stores.places_of(task.repo), task.private_git)
    filled = replace(
        contents,
        submodules=tuple(filling.filled),
        shortened=tuple(filling.shortened),
    )
    return filled.with_missing(*filling.missing), filling.baseline


def scratch(task: TaskGit) -> Path:
    """The directory of the git directories that exist only while filling."""
    return task.places.task(task.task) / "submodules"


def _submodules(
    repo: Repo, listing: list[bytes], prefix: str, depth: int
) -> Iterator[Submodule]:
    links = [record for record in listing if record.startswith(b"160000 ")]
    if not links:
        return
    names: dict[str, str] = {}
    for record in listing:
        head, _, path = record.partition(b"\t")
        if path == b".gitmodules" and head.startswith(b"100"):
            names = stores.names_by_path(repo, head.split()[2].decode())
    for record in links:
        link, _, name = os.fsdecode(record).partition("\t")
        yield Submodule(prefix + name, link.split()[2], names.get(name, ""), depth)


def _fill_all(
    filling: Filling, submodules: list[Submodule], places: Places, parent_git: Path
) -> None:
    for submodule in submodules:
        reason = stores.fault(submodule) or _fault(filling, submodule, parent_git)
        if not reason:
            reason = _fill(filling, submodule, places, parent_git)
        if reason:
            filling.missing.append(Missing("submodule", submodule.path, reason))


def _fault(filling: Filling, submodule: Submodule, parent_git: Path) -> str:
    if len(filling.filled) >= LIMIT or submodule.depth >= DEPTH:
        return "there are too many submodules"
    own = parent_git / "modules" / submodule.name
    around = {parent_git, *parent_git.parents}
    clashes = any(
        own == other
        or own in other.parents
        or (other in own.parents and other not in around)
        for other in filling.private_dirs
    )
    return "its name in `.gitmodules` leads into another one's" if clashes else ""


def _fill(
    filling: Filling, submodule: Submodule, places: Places, parent_git: Path
) -> str:
    """Fill one submodule and those in it; the reason if that is impossible."""
    reason = (
        "it is not in the local repository; `git submodule update --init` in the "
        "checkout gets it"
    )
    for store in stores.stores(submodule, places):
        with ExitStack() as cleanup:
            git_dir = scratch(filling.task) / str(len(filling.baseline))
            cleanup.callback(erase, git_dir)
            work_tree = filling.task.worktree / submodule.path
            try:
                repo = _borrowing(filling.task, git_dir, work_tree, store)
                if not _has(repo, submodule.commit):
                    reason = (
                        f"its commit {submodule.commit[:12]} is not in the local "
                        "repository; `git submodule update` in the checkout gets it"
                    )
                    continue
                nested = _write(filling, submodule, repo, store, parent_git)
            except SwarmError as error:
                reason = error.message
                _empty(work_tree)
                erase(parent_git / "modules" / submodule.name)
                continue
            private = parent_git / "modules" / submodule.name
            below = stores.places_below(places, store)
            _fill_all(filling, nested, below, private)
            return ""
    return reason


def _borrowing(task: TaskGit, git_dir: Path, work_tree: Path, store: Path) -> Repo:
    """A git directory of ours with the objects of a store; SwarmError if it cannot."""
    objects = store / "objects"
    lent = [str(objects.resolve()), *map(str, alternates_of(objects))]
    if any("\n" in path or path.startswith('"') for path in lent):
        raise SwarmError("the path of its git directory holds a newline or a quote")
    write_skeleton(task, git_dir, "\tbare = false\n\tbigFileThreshold = 32m\n")
    copy_shallow(store, git_dir)
    write_alternates(git_dir, lent)
    write_new(git_dir / "HEAD", "ref: refs/heads/none\n")
    return Repo(GitDir(git_dir, work_tree=work_tree))


def _has(repo: Repo, commit: str) -> bool:
    words = ("--verify", "--quiet", f"{commit}^{{commit}}")
    return bool(repo.git.accepting(1, 128).rev_parse(*words))


def _write(
    filling: Filling,
    submodule: Submodule,
    repo: Repo,
    store: Path,
    parent_git: Path,
) -> list[Submodule]:
    """Write the files and the git directory of one submodule; those in it."""
    git, git_dir = repo.git.within(_SLOW), Path(repo.git_dir)
    filling_words = ("--reset", "-u", "--no-recurse-submodules", submodule.commit)
    git.read_tree(*filling_words, env={"GIT_INDEX_FILE": str(git_dir / "index")})
    answer: bytes = git.ls_tree("-r", "-z", "--full-tree", submodule.commit, **RAW)
    listing = answer.split(b"\0")[:-1]
    is_short = _size(store / "objects") > HISTORY
    private = parent_git / "modules" / submodule.name
    _write_private(filling.task, submodule, repo, store, private, is_short)
    with (parent_git / "config").open("ab") as file:
        name = config_value(submodule.name)
        file.write(os.fsencode(f"[submodule {name}]\n\tactive = true\n"))
    inside = private.relative_to(filling.task.private_git)
    link = f"{PRIVATE}/{inside}"
    (filling.task.worktree / submodule.path / ".git").symlink_to(link)
    filling.private_dirs.add(private)
    filling.filled.append(submodule.path)
    if is_short:
        filling.shortened.append(submodule.path)
    link_id = blob_id(os.fsencode(link), filling.task.repo.object_format)
    filling.baseline[f"{submodule.path}/.git"] = ("120000", link_id)
    filling.baseline.update(_files(listing, f"{submodule.path}/"))
    prefix, depth = f"{submodule.path}/", submodule.depth + 1
    return list(_submodules(repo, listing, prefix, depth))


def _files(listing: list[bytes], prefix: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for record in listing:
        head, _, path = record.partition(b"\t")
        mode, kind, oid = head.decode().split(" ")
        if kind == "blob":
            yield prefix + os.fsdecode(path), (mode, oid)


def _write_private(
    task: TaskGit,
    submodule: Submodule,
    repo: Repo,
    store: Path,
    private: Path,
    is_short: bool,
) -> None:
    """The agent's git directory of a submodule, with the commit's history and tags."""
    if is_short:
        (Path(repo.git_dir) / "shallow").write_text(f"{submodule.commit}\n")
    erase(private)
    config = private_config(f"{WORKSPACE}/{submodule.path}")
    write_skeleton(task, private, config)
    copy_shallow(Path(repo.git_dir), private)
    write_new(private / "HEAD", f"{submodule.commit}\n")
    write_new(private / "index", (Path(repo.git_dir) / "index").read_bytes())
    listed = read_refs(_git_of(store), repo.git).refs
    objects = private / "objects"
    refs = pack_history(repo.git, submodule.commit, objects, listed)
    write_refs(private, refs, "")


def _git_of(store: Path) -> Git:
    """Git on the user's own directory, with nobody's configuration, to list refs."""
    return Git(GitDir(store))


def _size(objects: Path) -> int:
    """Bytes of the files of an object directory."""
    return sum(
        entry.stat().st_size
        for directory, _, _ in os.walk(objects)
        for entry in os.scandir(directory)
        if entry.is_file(follow_symlinks=False)
    )


def _empty(work_tree: Path) -> None:
    """Take back what was written into a submodule's directory."""
    mode = stat.S_IMODE(work_tree.stat().st_mode)
    erase(work_tree)
    work_tree.mkdir(mode=mode)
