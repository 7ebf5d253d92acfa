"""Fills a task's LFS files from the user's local LFS objects.

The worktree's pointers are replaced by copies of the content. No filter runs and
nothing is fetched; an object is taken only if it has the size and the digest of its
pointer.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git import blobs
from swarm.adapters.git.snapshot.filled import LfsFile
from swarm.adapters.git.snapshot.lfs_paths import lfs_paths
from swarm.adapters.git.task_git import TaskGit
from swarm.model.box_contents import BoxContents, Missing

FILE = 2 << 30
"""Bytes of one file that are copied at most."""
TOTAL = 8 << 30
"""Bytes of all files together."""
ROOM = 1 << 30
"""Bytes that stay free on the worktree's disk."""
ABSENT = (
    "its content is not in the local LFS store; `git lfs pull` in the checkout gets it"
)
_POINTER_SIZE = 1024
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]+\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n"
)
_ATTRIBUTES_SIZE = 1 << 20
_FICLONE = 0x40049409
_PIECE = 1 << 20
_EARLIER_NS = 3_000_000_000
"""A file as young as the index would be read again by git, and found changed."""


@dataclass(slots=True)
class _Budget:
    """The bytes that may still be copied."""

    left: int = TOTAL

    def refusal(self, size: int, directory: Path) -> str:
        """The reason for which a file is not copied; empty if there is none."""
        if size > FILE:
            return f"it is larger than {FILE >> 30} GiB"
        if size > self.left:
            return f"all LFS files together are more than {TOTAL >> 30} GiB"
        if shutil.disk_usage(directory).free - size < ROOM:
            return "the disk has no room for its content"
        return ""


def fill_lfs(
    task: TaskGit, listing: list[bytes], contents: BoxContents
) -> tuple[BoxContents, dict[str, LfsFile]]:
    """Fill the LFS files among `listing`, records of the base's `ls-tree`.

    What cannot be filled is missing from the contents, with the reason, and stays a
    pointer. Blocks for as long as copying takes.
    """
    if not _uses_lfs(task, listing):
        return contents, {}
    budget, filled = _Budget(), dict[str, LfsFile]()
    missing: list[Missing] = []
    for path, file in _pointers(task, listing):
        reason = budget.refusal(file.size, task.worktree)
        if not reason:
            reason = _fill(task, path, file)
        if reason:
            missing.append(Missing("LFS file", path, reason))
        else:
            budget.left -= file.size
            filled[path] = file
    done = replace(contents, lfs_files=len(filled))
    return done.with_missing(*missing), filled


def _uses_lfs(task: TaskGit, listing: list[bytes]) -> bool:
    """True if any attributes of the base or of the repository name the filter."""
    own = task.repo.common_dir / "info" / "attributes"
    with suppress(OSError):
        if b"filter=lfs" in own.read_bytes():
            return True
    files = [
        record.split(b"\t", 1)[0].split()[2].decode()
        for record in listing
        if record.endswith(b".gitattributes") and record.startswith(b"100")
    ]
    git = task.review.git
    sizes = blobs.sizes(git, set(files))
    small = {oid: size for oid, size in sizes.items() if size <= _ATTRIBUTES_SIZE}
    return any(b"filter=lfs" in content for _, content in blobs.contents(git, small))


def _pointers(task: TaskGit, listing: list[bytes]) -> Iterator[tuple[str, LfsFile]]:
    """Files of the worktree that are pointers and whose attributes make them so."""
    small: dict[str, str] = {}
    for record in listing:
        head, _, name = os.fsdecode(record).partition("\t")
        if head.startswith("100"):
            with suppress(FileNotFoundError):  # names that a file system takes for one
                if (task.worktree / name).lstat().st_size <= _POINTER_SIZE:
                    small[name] = head.split()[2]
    for path in lfs_paths(task, small):
        match = _POINTER.fullmatch((task.worktree / path).read_bytes())
        if match:
            yield path, LfsFile(small[path], match[1].decode(), int(match[2]))


def local_object(task: TaskGit, file: LfsFile) -> Path | None:
    """The local LFS object of a file, if it is there with the right size."""
    repo = task.repo
    named = repo.settings.last("lfs.storage")
    own = repo.common_dir / "lfs"
    if named:
        tilde = named.startswith("~/")
        own = repo.owner_home / named[2:] if tilde else repo.common_dir / named
    name = Path("objects", file.digest[:2], file.digest[2:4], file.digest)
    for store in (own, *(objects.parent / "lfs" for objects in repo.alternates)):
        with suppress(OSError):
            status = (store / name).lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size == file.size:
                return store / name
    return None


def content(task: TaskGit, file: LfsFile, limit: int = 512 << 20) -> bytes | None:
    """An LFS file's content from the local store; None if that has it not."""
    source = local_object(task, file) if file.size <= limit else None
    if source is None:
        return None
    data = source.read_bytes()
    return data if hashlib.sha256(data).hexdigest() == file.digest else None


def _fill(task: TaskGit, path: str, file: LfsFile) -> str:
    """Put the content in the pointer's place; the reason if that is impossible."""
    source = local_object(task, file)
    if source is None:
        return ABSENT
    target = task.worktree / path
    draft = target.with_name(f".swarm-{secrets.token_hex(8)}")
    try:
        if _copy(source, draft) != file.digest:
            return "its local LFS object is damaged; `git lfs fsck` mends it"
        before = target.lstat()
        draft.chmod(stat.S_IMODE(before.st_mode))
        earlier = before.st_mtime_ns - _EARLIER_NS
        os.utime(draft, ns=(earlier, earlier))
        draft.rename(target)
    except OSError as error:
        return f"it cannot be copied: {error.strerror}"
    finally:
        draft.unlink(missing_ok=True)
    return ""


def _copy(source: Path, draft: Path) -> str:
    """Copy a file, by reference if the file system can; its digest."""
    digest = hashlib.sha256()
    with source.open("rb", buffering=0) as read, draft.open("xb", buffering=0) as write:
        is_clone = False
        with suppress(OSError):
            fcntl.ioctl(write.fileno(), _FICLONE, read.fileno())
            is_clone = True
        while piece := read.read(_PIECE):
            digest.update(piece)
            if not is_clone:
                view = memoryview(piece)
                while view:
                    view = view[write.write(view) :]
    return digest.hexdigest()
