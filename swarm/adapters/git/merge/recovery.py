"""Finishes or takes back the landings that a death cut short."""

import os
from pathlib import Path

from swarm.adapters.git.merge import fast_forward, folding, index_lock, record
from swarm.adapters.git.merge.checkout import Checkout, all_checkouts, holds
from swarm.adapters.git.repository import Repository
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.errors import Refused
from swarm.model.safe_text import safe_line


def recover(repository: Repository) -> tuple[str, ...]:
    """Bring every checkout out of a landing that was cut short; one sentence each.

    A landing that the checkout's HEAD holds is finished, any other is taken back: the
    files that the merge had written go, the old ones return, and what the user did
    since then stays. A landing whose swarm lives is left alone. SwarmError if the disk
    or a git of the user's is in the way; call it again then.
    """
    with disk_errors_as("merge"):
        sentences = (
            _recover(repository, checkout) for checkout in all_checkouts(repository)
        )
        return tuple(sentence for sentence in sentences if sentence)


def is_needed(root: Path) -> bool:
    """True if a landing was cut short in a repository; asks no git."""
    git_dir = _target(root / ".git", "gitdir: ")
    common_dir = _target(git_dir / "commondir", "", git_dir)
    directories = [git_dir, common_dir, *common_dir.glob("worktrees/*")]
    directories += [root, *root.glob("worktrees/*")]
    return any(
        (each / "swarm-landing").exists() or index_lock.is_marked(each / "index.lock")
        for each in directories
    )


def _target(file: Path, prefix: str, otherwise: Path | None = None) -> Path:
    """The directory that a file of git's names; the file itself if it is no such one.

    A linked worktree has such a `.git`, and so have a submodule and a repository whose
    git directory was given a place of its own.
    """
    try:
        words = os.fsdecode(file.read_bytes()).rstrip("\n")
    except OSError:
        return otherwise or file
    return file.parent / words.removeprefix(prefix)


def _recover(repository: Repository, checkout: Checkout) -> str:
    index_lock.remove_drafts(checkout)
    folding.remove_probes(checkout.git_dir)
    try:
        lock = index_lock.adopt(checkout)
    except Refused:
        return ""
    if lock is None:
        left = (checkout.landing, checkout.draft)
        if not any(path.exists() for path in left):
            return ""
        record.read(checkout.landing)  # no new lock for what nobody can settle
        lock = index_lock.take(checkout, repository.other_owner)
    try:
        sentence = _settle(repository, checkout)
    except BaseException:
        lock.close()
        raise
    lock.release()
    return sentence


def _settle(repository: Repository, checkout: Checkout) -> str:
    owner = repository.other_owner
    landing = record.read(checkout.landing)
    place = safe_line(str(checkout.work_tree))
    if landing is None:
        fast_forward.undo(checkout, owner)
        return ""
    name = f"the merge of task {landing.task} to {safe_line(landing.target)}"
    if holds(checkout, landing.new):
        fast_forward.finish(checkout, landing)
        return f"{name} had been cut short in {place}; it is finished now"
    fast_forward.take_back(checkout, landing, owner)
    if not landing.moves:
        return ""
    return f"{name} had been cut short in {place}; it is taken back"
