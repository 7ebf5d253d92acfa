"""A checkout of the user's that a merge must bring forward, under its own lock."""

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import Git, Repo
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree.registration import linked_worktrees
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

_UNDERWAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
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
        """Git's own lock on the index: the user's `git commit` waits outside."""
        return self.git_dir / "index.lock"

    @property
    def draft(self) -> Path:
        """The next index, until it takes the old one's place."""
        return self.git_dir / "index.swarm"

    @property
    def git(self) -> Git:
        """Git as the user has it, on the draft in the index's place."""
        return Git(self.user_git_dir, env={"GIT_INDEX_FILE": str(self.draft)})

    def start_draft(self) -> None:
        """Copy the index anew, and check its stat information against the files."""
        Path(f"{self.draft}.lock").unlink(missing_ok=True)
        # With its time: git doubts entries that are as young as their index.
        shutil.copy2(self.index, self.draft)
        self.refresh()

    def refresh(self) -> None:
        """Note in the draft which files are as it says; the other entries stay."""
        self.git.accepting(1).update_index("-q", "--refresh")

    def take_lock(self, mark: str, owner: tuple[int, int] | None) -> bool:
        """Lock the index; True if the lock is ours, left by an attempt cut short.

        Refused if somebody else holds it. The lock appears with its mark in it, so that
        a crash leaves no lock whose owner is unknown.
        """
        marked_file = self.git_dir / f"swarm-{secrets.token_hex(6)}"
        marked_file.write_text(mark)
        if owner:
            os.chown(marked_file, *owner)
        try:
            os.link(marked_file, self.lock)
        except FileExistsError as error:
            if self.is_locked_with(mark):
                return True
            raise Refused(
                f"git is at work in {safe_line(str(self.work_tree))}: "
                "its index is locked",
                hint="wait for it; if no git runs there, remove .git/index.lock",
            ) from error
        finally:
            marked_file.unlink()
        return False

    def is_locked_with(self, mark: str) -> bool:
        """True if the lock is there and holds our mark."""
        try:
            with self.lock.open("rb") as file:
                return file.read(len(mark) + 1) == mark.encode()
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give the index back to the user; the draft goes."""
        self.draft.unlink(missing_ok=True)
        Path(f"{self.draft}.lock").unlink(missing_ok=True)
        self.lock.unlink(missing_ok=True)

    def finish(self) -> None:
        """The draft becomes the index, and the lock goes."""
        self.draft.replace(self.index)
        self.release()


def checkouts(repository: Repository, branch: str) -> tuple[Checkout, ...]:
    """The checkouts of a branch; Refused if git is in the middle of something there.

    A rebase that began on the branch counts too: it would end by moving it.
    """
    matching = []
    ref = f"refs/heads/{branch}"
    for git_dir, work_tree in _all_work_trees(repository):
        for name in ("rebase-merge", "rebase-apply"):
            head = git_dir / name / "head-name"
            if head.is_file() and head.read_text(errors="replace").strip() == ref:
                raise _underway("a rebase", work_tree)
        impersonal = replace(repository.common_git_dir(), path=git_dir)
        if _head_ref(Repo(impersonal)) == ref:
            _refuse_underway(git_dir, work_tree)
            personal = replace(impersonal, work_tree=work_tree, personal=True)
            matching.append(Checkout(git_dir, work_tree, personal))
    return tuple(matching)


def _head_ref(repo: Repo) -> str:
    """The branch that HEAD is on; empty if it is detached."""
    try:
        return repo.active_branch.path
    except TypeError:
        return ""


def _all_work_trees(repository: Repository) -> Iterator[tuple[Path, Path]]:
    """Every git directory that has a work tree, and the work tree."""
    main = _main_work_tree(repository)
    if main:
        yield repository.common_dir, main
    for admin_dir, work_tree in linked_worktrees(repository):
        if (work_tree / ".git").exists():
            yield admin_dir, work_tree


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


def _refuse_underway(git_dir: Path, work_tree: Path) -> None:
    for name, operation in _UNDERWAY.items():
        if (git_dir / name).exists():
            raise _underway(operation, work_tree)


def _underway(operation: str, work_tree: Path) -> Refused:
    return Refused(
        f"{operation} is under way in {safe_line(str(work_tree))}",
        hint="finish or abort it, then merge again",
    )
