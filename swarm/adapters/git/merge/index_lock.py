"""Git's own lock on an index, held with a mark of ours in it.

The holder keeps the file locked by `flock` too: the kernel lets go of that at its
death, so a lock that was left behind is told from one whose owner lives.
"""

import io
import os
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from swarm.adapters.git.merge.checkout import Checkout
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

MARK = b"swarm landing "
WAIT_SECONDS = 3.0
"""For as long a git of the user's that holds the lock is waited for."""
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class IndexLock:
    """The lock on a checkout's index: the user's `git commit` waits outside."""

    checkout: Checkout
    file: io.FileIO
    """Open for as long as the lock is ours."""

    def release(self) -> None:
        """Remove the lock, unless somebody removed it and made another."""
        try:
            if _is_at(self.file, self.checkout.lock):
                self.checkout.lock.unlink()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the lock file, and leave it: the next attempt takes it up."""
        self.file.close()

    @property
    def holds(self) -> bool:
        """True if the lock that is there is this one."""
        return _is_at(self.file, self.checkout.lock)


def take(checkout: Checkout, owner: tuple[int, int] | None) -> IndexLock:
    """Lock the index; Refused if somebody else holds it for too long.

    Blocks up to `WAIT_SECONDS`. The lock appears with its mark in it, so that a crash
    leaves none whose owner is unknown.
    """
    marked_file = checkout.git_dir / f"swarm-lock-{secrets.token_hex(6)}"
    file = io.FileIO(marked_file, "x")
    try:
        file.write(MARK + b"\n")
        with suppress(OSError):  # a file system without such locks
            flock(file, LOCK_EX | LOCK_NB)
        if owner:
            os.fchown(file.fileno(), *owner)
        _name(marked_file, checkout)
    except BaseException:
        file.close()
        raise
    finally:
        marked_file.unlink(missing_ok=True)
    return IndexLock(checkout, file)


def adopt(checkout: Checkout) -> IndexLock | None:
    """The lock that an attempt of ours left behind; None if there is none.

    Refused if the swarm that made it is still at work.
    """
    try:
        file = io.FileIO(checkout.lock, "r")
    except OSError:
        return None
    try:
        is_ours = file.read(len(MARK)) == MARK
        if is_ours:
            flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise _is_landing(checkout) from error
    except OSError:
        pass  # a file system without such locks: nobody can be asked
    if not is_ours or not _is_at(file, checkout.lock):
        file.close()
        return None
    return IndexLock(checkout, file)


def remove_drafts(checkout: Checkout) -> None:
    """Remove lock files whose maker died before it could name them."""
    for draft in checkout.git_dir.glob("swarm-lock-*"):
        with suppress(OSError), io.FileIO(draft, "r") as file:
            flock(file, LOCK_EX | LOCK_NB)
            draft.unlink()


def _name(marked_file: Path, checkout: Checkout) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            os.link(marked_file, checkout.lock)
        except FileExistsError as error:
            if time.monotonic() > deadline:
                raise _held(checkout) from error
        else:
            return
        threading.Event().wait(_POLL_SECONDS)


def is_marked(path: Path) -> bool:
    """True if a lock is there, and one of ours."""
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def _held(checkout: Checkout) -> Refused:
    if is_marked(checkout.lock):
        return _is_landing(checkout)
    return Refused(
        f"git is at work in {safe_line(str(checkout.work_tree))}: its index is locked",
        hint="wait for it, then merge again; if no git runs there, one that was killed "
        f"left the lock behind: `rm {safe_line(str(checkout.lock))}`",
    )


def _is_landing(checkout: Checkout) -> Refused:
    return Refused(
        f"another merge of swarm is landing in {safe_line(str(checkout.work_tree))}",
        hint="wait for it, then merge again",
    )


def _is_at(file: io.FileIO, path: Path) -> bool:
    """True if the name leads to this very file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False
