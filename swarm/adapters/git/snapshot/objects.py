"""Turns a worktree's bytes into git's objects, in a directory that only we write."""

import hashlib
import os
import secrets
import stat
import zlib
from pathlib import Path
from types import TracebackType

from swarm.adapters.git.safe_fs.walk import DIRECTORY, read


class SafeReader:
    """Reads files below a directory, whatever links are swapped in on the way.

    Keeps the directories of the last path open, so that sorted paths cost one `open`
    each.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, DIRECTORY)
        self._open: list[tuple[str, int]] = []

    def __enter__(self) -> "SafeReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_from(0)
        os.close(self._root)

    def content(self, path: str, mode: int, limit: int) -> bytes | None:
        """A file's bytes, or where a symlink leads; up to one byte over the limit.

        None where it is not what `mode` says any more.
        """
        *parents, name = path.split("/")
        try:
            parent = self._parent(parents)
            if stat.S_ISLNK(mode):
                return os.fsencode(os.readlink(name, dir_fd=parent))
        except OSError:
            return None
        return read(parent, name, limit)

    def _parent(self, parents: list[str]) -> int:
        same = 0
        for (name, _), wanted in zip(self._open, parents, strict=False):
            if name != wanted:
                break
            same += 1
        self._close_from(same)
        fd = self._open[-1][1] if self._open else self._root
        for name in parents[same:]:
            fd = os.open(name, DIRECTORY, dir_fd=fd)
            self._open.append((name, fd))
        return fd

    def _close_from(self, start: int) -> None:
        for _, fd in self._open[start:]:
            os.close(fd)
        del self._open[start:]


def blob_id(content: bytes, object_format: str) -> str:
    """The id that git gives these bytes."""
    whole = hashlib.new(object_format, usedforsecurity=False)
    whole.update(b"blob %d\0" % len(content))
    whole.update(content)
    return whole.hexdigest()


def store(objects: Path, oid: str, content: bytes) -> None:
    """Write a blob as a loose object; fine where it is there.

    Complete under another name first, so a crash leaves no half object.
    """
    path = objects / oid[:2] / oid[2:]
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f"tmp_obj_{secrets.token_hex(6)}")
    draft.write_bytes(zlib.compress(b"blob %d\0" % len(content) + content, 1))
    draft.chmod(0o444)
    draft.rename(path)
