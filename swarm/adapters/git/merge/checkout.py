"""The checkouts of the user's that a merge must bring forward."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Git, Repo
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs import temporary
from swarm.adapters.git.worktree.registration import linked_worktrees
from swarm.errors import Refused, ToolError
from swarm.model.safe_text import safe_line

_UNDERWAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree and the git directory that holds its index."""

    git_dir: Path
    work_tree: Path
    user_git_dir: GitDir
    """With the user's configuration: their line ends and their LFS are in force."""

    @property
    def index(self) -> Path:
        """The user's index."""
        return self.git_dir / "index"

    @property
    def lock(self) -> Path:
        """Git's own lock on the index."""
        return self.git_dir / "index.lock"

    @property
    def draft(self) -> Path:
        """The next index, until it takes the old one's place."""
        return self.git_dir / "index.swarm"

    @property
    def landing(self) -> Path:
        """The directory of a landing that is at work, or was cut short."""
        return self.git_dir / "swarm-landing"

    def git_on(self, index: Path, work_tree: Path | None = None) -> Git:
        """Git as the user has it, on another index and maybe another work tree."""
        git_dir = self.user_git_dir
        if work_tree:
            git_dir = replace(git_dir, work_tree=work_tree)
        return Git(git_dir, env={"GIT_INDEX_FILE": str(index)})

    def copy_index(self, to: Path) -> None:
        """Copy the index, and note in the copy which files are as it says.

        ToolError if it was cut short or written over: git does not check, and would
        take whatever comes after its end for entries.
        """
        Path(f"{to}.lock").unlink(missing_ok=True)
        # With its time: git doubts entries that are as young as their index.
        if self.index.exists():
            shutil.copy2(self.index, to)
            if not _has_its_checksum(to.read_bytes()):
                raise ToolError(f"git: {self.index} is damaged: its checksum is wrong")
        self.git_on(to).accepting(1).update_index("-q", "--refresh")

    def where_it_is(self) -> "Checkout":
        """The checkout, by its new place if `git worktree move` gave it one."""
        if self.work_tree.is_dir():
            return self
        try:
            gitfile = os.fsdecode((self.git_dir / "gitdir").read_bytes()).rstrip("\n")
        except OSError:
            return self
        place = Path(os.path.normpath(self.git_dir / gitfile)).parent
        user = replace(self.user_git_dir, work_tree=place)
        return replace(self, work_tree=place, user_git_dir=user)

    @contextmanager
    def scratch_index(self) -> Iterator[Path]:
        """A place for an index that nobody will need."""
        with temporary.directory("index") as folder:
            if self.user_git_dir.user:
                os.chown(folder, *self.user_git_dir.user)
            yield folder / "index"


def _has_its_checksum(index: bytes) -> bool:
    """True too for one that ends with zeros, as `index.skipHash` writes it."""
    for digest in (hashlib.sha1, hashlib.sha256):
        size = digest().digest_size
        body, end = index[:-size], index[-size:]
        if end == bytes(size) or end == digest(body).digest():
            return True
    return False


def checkouts(repository: Repository, branch: str) -> tuple[Checkout, ...]:
    """The checkouts of a branch; Refused if git is in the middle of something there.

    A rebase that began on the branch counts too: it would end by moving it.
    """
    matching = []
    ref = f"refs/heads/{branch}"
    for checkout in all_checkouts(repository):
        if not (checkout.work_tree / ".git").exists() and _is_linked(checkout):
            continue
        for name in ("rebase-merge", "rebase-apply"):
            head = checkout.git_dir / name / "head-name"
            if head.is_file() and head.read_text(errors="replace").strip() == ref:
                raise _underway("a rebase", checkout.work_tree)
        if head_ref(checkout) == ref:
            _refuse_underway(checkout)
            matching.append(checkout)
    return tuple(matching)


def all_checkouts(repository: Repository) -> Iterator[Checkout]:
    """Every git directory that has a work tree; a linked one's may be gone."""
    main = _main_work_tree(repository)
    pairs = [(repository.common_dir, main)] if main else []
    for git_dir, work_tree in (*pairs, *linked_worktrees(repository)):
        personal = repository.common_git_dir(personal=True)
        yield Checkout(
            git_dir, work_tree, replace(personal, path=git_dir, work_tree=work_tree)
        )


def first_checkout(repository: Repository, branch: str) -> Checkout | None:
    """The first checkout of a branch that is there; None if there is none."""
    ref = f"refs/heads/{branch}"
    return next(
        (
            checkout
            for checkout in all_checkouts(repository)
            if checkout.work_tree.is_dir() and head_ref(checkout) == ref
        ),
        None,
    )


def head_ref(checkout: Checkout) -> str:
    """The branch that HEAD is on; empty if it is detached, or the checkout is gone."""
    head = checkout.git_dir / "HEAD"
    if not head.exists():
        return ""
    impersonal = replace(checkout.user_git_dir, personal=False, work_tree=None)
    try:
        return Repo(impersonal).active_branch.path
    except TypeError:
        return ""


def holds(checkout: Checkout, commit: str) -> bool:
    """True if the commit is in the history of what is checked out; needs no branch."""
    if not (checkout.git_dir / "HEAD").exists():
        return False
    git = Git(replace(checkout.user_git_dir, personal=False, work_tree=None))
    words = ("--is-ancestor", commit, "HEAD")
    answer = git.accepting(1, 128).merge_base(*words, with_extended_output=True)
    return bool(answer[0] == 0)


def _is_linked(checkout: Checkout) -> bool:
    return (checkout.git_dir / "commondir").exists()


def _main_work_tree(repository: Repository) -> Path | None:
    if repository.git_dir == repository.common_dir:
        return repository.work_tree
    if repository.settings.last("core.bare") == "true":
        return None
    configured = repository.settings.last("core.worktree")
    if configured:
        return (repository.common_dir / configured).resolve()
    common_dir = repository.common_dir
    return common_dir.parent if common_dir.name == ".git" else None


def _refuse_underway(checkout: Checkout) -> None:
    for name, operation in _UNDERWAY.items():
        if (checkout.git_dir / name).exists():
            raise _underway(operation, checkout.work_tree)


def _underway(operation: str, work_tree: Path) -> Refused:
    return Refused(
        f"{operation} is under way in {safe_line(str(work_tree))}",
        hint="finish or abort it, then merge again",
    )
