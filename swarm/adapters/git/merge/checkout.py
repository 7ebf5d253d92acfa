"""A checkout of the user's that a merge must bring forward, under its own lock."""

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.process import GitDir, ask, git
from swarm.adapters.git.repository import Repository
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
    door: GitDir
    """Git as the user has it: their line ends and their LFS are in force."""

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

    def git(self, *words: str, stdin: bytes = b"") -> bytes:
        """Run git here, on the draft."""
        return git(
            self.door, *words, stdin=stdin, extra={"GIT_INDEX_FILE": str(self.draft)}
        )

    def start_draft(self) -> None:
        """A fresh copy of the index, its stat information checked anew."""
        Path(f"{self.draft}.lock").unlink(missing_ok=True)
        # With its time: git doubts entries that are as young as their index.
        shutil.copy2(self.index, self.draft)
        self.refresh()

    def refresh(self) -> None:
        """Let the draft know which files are as it says; others stay as they are."""
        extra = {"GIT_INDEX_FILE": str(self.draft)}
        ask(self.door, "update-index", "-q", "--refresh", extra=extra, ok=(0, 1))

    def take_lock(self, mark: str, owner: tuple[int, int] | None) -> bool:
        """Hold the index; whether the lock was ours from a landing that was cut short.

        Refused where somebody else holds it. The lock appears with its mark in it, so
        that a crash leaves no lock that nobody can tell.
        """
        signed = self.git_dir / f"swarm-{secrets.token_hex(6)}"
        signed.write_text(mark)
        if owner:
            os.chown(signed, *owner)
        try:
            os.link(signed, self.lock)
        except FileExistsError as error:
            if self.holds(mark):
                return True
            raise Refused(
                f"git is at work in {safe_line(str(self.work_tree))}: "
                "its index is locked",
                hint="wait for it; if no git runs there, remove .git/index.lock",
            ) from error
        finally:
            signed.unlink()
        return False

    def holds(self, mark: str) -> bool:
        """Whether the lock is there and bears our mark."""
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


def checkouts(repo: Repository, branch: str) -> tuple[Checkout, ...]:
    """Where the branch is checked out; Refused where git is in the middle of something.

    A rebase that began on the branch counts too: it would end by moving it.
    """
    found = []
    for git_dir, work_tree in _all(repo):
        ref = f"refs/heads/{branch}"
        for name in ("rebase-merge", "rebase-apply"):
            head = git_dir / name / "head-name"
            if head.is_file() and head.read_text(errors="replace").strip() == ref:
                raise _underway("a rebase", work_tree)
        door = GitDir(
            git_dir,
            work_tree=work_tree,
            home=repo.door().home,
            personal=True,
            user=repo.other_owner,
        )
        at = GitDir(git_dir, home=door.home, user=door.user)
        head_ref = ask(at, "symbolic-ref", "-q", "HEAD", ok=(0, 1)).out
        if os.fsdecode(head_ref).rstrip("\n") == ref:
            _refuse_underway(git_dir, work_tree)
            found.append(Checkout(git_dir, work_tree, door))
    return tuple(found)


def _all(repo: Repository) -> Iterator[tuple[Path, Path]]:
    """Every git directory that has a work tree, and the work tree."""
    main = _main_work_tree(repo)
    if main:
        yield repo.common_dir, main
    for entry in sorted(repo.common_dir.glob("worktrees/*/gitdir")):
        work_tree = Path(os.fsdecode(entry.read_bytes()).rstrip("\n")).parent
        if (work_tree / ".git").exists():
            yield entry.parent, work_tree


def _main_work_tree(repo: Repository) -> Path | None:
    if repo.git_dir == repo.common_dir:
        return repo.work_tree
    if repo.settings.last("core.bare") == "true":
        return None
    named = repo.settings.last("core.worktree")
    if named:
        return (repo.common_dir / named).resolve()
    return repo.common_dir.parent if repo.common_dir.name == ".git" else None


def _refuse_underway(git_dir: Path, work_tree: Path) -> None:
    for name, what in _UNDERWAY.items():
        if (git_dir / name).exists():
            raise _underway(what, work_tree)


def _underway(what: str, work_tree: Path) -> Refused:
    return Refused(
        f"{what} is under way in {safe_line(str(work_tree))}",
        hint="finish or abort it, then merge again",
    )
