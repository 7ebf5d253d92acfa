"""Watches one directory tree with inotify, and nothing outside of it.

The tree is full of what an agent put there. Directories are opened one name at a time
and never through a symlink, and a watch is set on what was opened, not on a path.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from swarm.adapters.git.safe_fs.reader import DIRECTORY, open_below

try:
    from asyncinotify import Event, Inotify, Mask, Watch
except (ImportError, RuntimeError):
    HAS_INOTIFY = False
else:
    HAS_INOTIFY = True

FileEvent = dict[str, Any]
"""An event as the sensor's lines have it; `path` is relative to the tree."""

SKIPPED = ".git"
BATCH = 4096
"""Events that are read at once, about."""
LOOK_SECONDS = 0.2
"""Seconds until `close` is noticed if nothing happens."""
RESCAN_SLACK = 1.0
"""Seconds before the queue was last empty, looked at again too: clocks are coarse."""


class Tree:
    """Watches one directory and all below it; for one thread, and `close` for any."""

    def __init__(self, root: Path) -> None:
        """OSError if the root cannot be opened, or the kernel has no room for it.

        ENOSYS on a system that has no inotify, such as macOS.
        """
        if not HAS_INOTIFY:
            raise OSError(errno.ENOSYS, "this system has no inotify")
        self._root = os.open(root, DIRECTORY)
        self._inotify = Inotify(cache_size=BATCH, sync_timeout=0)
        self._paths: dict[int, str] = {}
        self._watches: dict[int, Watch] = {}
        self._moved_away: dict[int, tuple[str, bool]] = {}
        self._pending: list[FileEvent] = []
        self._closing = False
        self._empty_at = time.time()
        """Time at which the queue was last empty: nothing older was dropped."""
        self._watch_tree("", is_new=False)

    def close(self) -> None:
        """End `events` within 0.2 s."""
        self._closing = True

    def events(self) -> Iterator[list[FileEvent]]:
        """The events, in batches; ends after `close`, with everything until then."""
        while True:
            closing = self._closing
            self._inotify.sync_timeout = LOOK_SECONDS
            read_at, event = time.time(), self._inotify.sync_get()
            self._inotify.sync_timeout = 0
            while event is not None and len(self._pending) < BATCH:
                self._handle(event)
                read_at, event = time.time(), self._inotify.sync_get()
            if event is None:
                self._empty_at = read_at
                self._settle()
            else:
                self._handle(event)
            events, self._pending = self._pending, []
            if events:
                yield events
            elif closing:
                break
        self._inotify.close()
        os.close(self._root)

    def _handle(self, event: "Event") -> None:
        if Mask.Q_OVERFLOW in event.mask:
            self._overflowed()
            return
        watch = event.watch
        if watch is None or Mask.IGNORED in event.mask:
            if watch is not None:
                self._forget(watch.wd)
            return
        folder = self._paths.get(watch.wd)
        if folder is None or event.name is None or str(event.name) == SKIPPED:
            return
        path = f"{folder}/{event.name}" if folder else str(event.name)
        self._report(event, path, bool(event.mask & Mask.ISDIR))

    def _report(self, event: "Event", path: str, is_folder: bool) -> None:
        mask = event.mask
        if mask & Mask.MOVED_FROM:
            self._moved_away[event.cookie] = (path, is_folder)
        elif mask & Mask.MOVED_TO:
            self._arrived(path, event.cookie, is_folder)
        elif mask & Mask.CREATE:
            self._created(path, is_folder)
        elif mask & Mask.DELETE:
            self._add_event("rmdir" if is_folder else "unlink", path)
        elif mask & Mask.CLOSE_WRITE:
            self._add_event("write", path)
        elif mask & Mask.ATTRIB and not is_folder:
            self._add_event("chmod", path, only_if_present=True)

    def _created(self, path: str, is_folder: bool) -> None:
        self._add_event("mkdir" if is_folder else "create", path)
        if is_folder:
            self._watch_tree(path, is_new=True)

    def _arrived(self, path: str, cookie: int, is_folder: bool) -> None:
        source = self._moved_away.pop(cookie, None)
        if source is None:
            self._created(path, is_folder)
            return
        self._add_event("rename", path, source=source[0])
        if is_folder:
            old = source[0]
            for wd, watched_path in self._paths.items():
                if watched_path == old or watched_path.startswith(f"{old}/"):
                    self._paths[wd] = path + watched_path[len(old) :]
            # It may have moved before it, or a directory in it, was watched.
            self._watch_missing(path, set(self._paths.values()))

    def _watch_missing(self, path: str, watched: set[str]) -> None:
        """Watch directories below a path that have no watch; report what they hold."""
        if path not in watched:
            self._watch_tree(path, is_new=True)
            return
        with self._opened(path) as folder:
            if folder is None:
                return
            with os.scandir(folder) as entries:
                names = [
                    entry.name
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) and entry.name != SKIPPED
                ]
        for name in names:
            self._watch_missing(f"{path}/{name}", watched)

    def _settle(self) -> None:
        """Report as removed what was moved away and arrived nowhere in the tree."""
        for path, is_folder in self._moved_away.values():
            self._add_event("rmdir" if is_folder else "unlink", path)
            if is_folder:
                self._unwatch_below(path)
        self._moved_away.clear()

    def _unwatch_below(self, path: str) -> None:
        watches_below = [
            wd
            for wd, watched_path in self._paths.items()
            if watched_path == path or watched_path.startswith(f"{path}/")
        ]
        for wd in watches_below:
            with suppress(OSError):
                self._inotify.rm_watch(self._watches[wd])
            self._forget(wd)

    def _forget(self, wd: int) -> None:
        self._paths.pop(wd, None)
        self._watches.pop(wd, None)

    def _watch_tree(self, path: str, is_new: bool) -> None:
        """Watch first, list then: a file made in between is reported twice, not never.

        Everything that is in a new directory already is reported as `found`.
        """
        with self._opened(path) as folder:
            if folder is None or not self._watch(path, folder):
                return
            names = os.scandir(folder)
            with names:
                entries = [entry for entry in names if entry.name != SKIPPED]
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir(follow_symlinks=False):
                if is_new:
                    self._add_event("mkdir", below)
                self._watch_tree(below, is_new)
            elif is_new:
                self._add_event("found", below)

    def _watch(self, path: str, folder: int) -> bool:
        try:
            watch = self._inotify.add_watch(Path(f"/proc/self/fd/{folder}"), _mask())
        except OSError as error:
            why = os.strerror(error.errno or 0)
            if error.errno == errno.ENOSPC:
                why = "too many watches; raise the sysctl fs.inotify.max_user_watches"
            self._pending.append({"op": "blind", "path": path, "why": why})
            return False
        self._paths[watch.wd], self._watches[watch.wd] = path, watch
        return True

    @contextmanager
    def _opened(self, path: str) -> Iterator[int | None]:
        """The directory of that path; None if it is gone, or if it is a link."""
        try:
            folder = open_below(self._root, path.split("/") if path else ())
        except OSError:
            yield None
            return
        try:
            yield folder
        finally:
            os.close(folder)

    def _add_event(
        self,
        op: str,
        path: str,
        only_if_present: bool = False,
        source: str | None = None,
    ) -> None:
        facts = self._facts(path) if op not in ("unlink", "rmdir") else {}
        if only_if_present and "mode" not in facts:
            return
        if "from" in facts and op in ("create", "found"):
            op = "symlink"
        if source is not None:
            facts["from"] = source
        self._pending.append({"at": time.time(), "op": op, "path": path, **facts})

    def _facts(self, path: str) -> FileEvent:
        """Size and mode, or a symlink's target; empty if it is gone again."""
        above, _, name = path.rpartition("/")
        with self._opened(above) as folder:
            if folder is None:
                return {}
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISLNK(status.st_mode):
                    return {"from": os.readlink(name, dir_fd=folder)}
            except OSError:
                return {}
        if not stat.S_ISREG(status.st_mode):
            return {}
        return {"size": status.st_size, "mode": status.st_mode}

    def _overflowed(self) -> None:
        """Report that the kernel's queue was full, and find newer files by a walk.

        The time at which it filled is not known, since its events waited for us.
        """
        self._pending.append({"op": "overflow", "at": time.time()})
        self._rescan("", self._empty_at - RESCAN_SLACK)

    def _rescan(self, path: str, since: float) -> None:
        with self._opened(path) as folder:
            if folder is None:
                return
            if path not in self._paths.values():
                self._watch(path, folder)
            with os.scandir(folder) as names:
                entries = [
                    (entry.name, entry.stat(follow_symlinks=False))
                    for entry in names
                    if entry.name != SKIPPED
                ]
        for name, status in entries:
            below = f"{path}/{name}" if path else name
            if stat.S_ISDIR(status.st_mode):
                self._rescan(below, since)
            elif status.st_ctime >= since:
                self._add_event("found", below)


def _mask() -> "Mask":
    return (
        Mask.CREATE
        | Mask.CLOSE_WRITE
        | Mask.DELETE
        | Mask.MOVE
        | Mask.ATTRIB
        | Mask.ONLYDIR
        | Mask.EXCL_UNLINK
    )
