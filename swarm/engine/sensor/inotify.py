"""The sensor where eBPF is refused: the worktree alone, seen from the host.

It writes the same lines to the same kind of files, so that whoever follows them needs
to know of no other; what it cannot know is not in them.
"""

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from swarm.adapters.inotify import FileEvent, Tree
from swarm.errors import ToolError
from swarm.model.activity import WORKTREE
from swarm.plan.sensor_container import ID_LENGTH

PART = 64 << 20
"""Bytes of one file of lines, as in `images/sensor/files.h`."""


class InotifySensor:
    """A thread for each sandbox, in the keeper; what happens while none runs is lost.

    One queue for each, so that an agent that floods its own takes nothing from others.
    """

    blind_to: tuple[str, ...] = (
        "commands",
        "refused writes",
        "who did it",
        "anything outside the worktree",
    )

    def __init__(self, files: Path) -> None:
        self._files = files
        self._on_line: Callable[[dict[str, Any]], None] = lambda _line: None
        self._guard = threading.Lock()
        self._at_work: dict[str, tuple[Tree, threading.Thread]] = {}

    def set_line_handler(self, on_line: Callable[[dict[str, Any]], None]) -> None:
        """Hand the lines that this sensor says of itself to `on_line`."""
        self._on_line = on_line

    def add(self, container: str, root: Path) -> None:
        """Watch a worktree; blocks until every directory in it is watched.

        ToolError where the kernel gives no inotify, or the worktree is gone.
        """
        short = container[:ID_LENGTH]
        with self._guard:
            if short in self._at_work:
                return
            self._files.mkdir(parents=True, exist_ok=True)
            try:
                tree = Tree(root)
            except OSError as error:
                raise ToolError(
                    f"inotify: {root} cannot be watched: {error.strerror}",
                    hint=_way_out(error),
                ) from error
            thread = threading.Thread(
                target=self._watch, args=(short, tree), name="inotify", daemon=True
            )
            self._at_work[short] = (tree, thread)
            thread.start()

    def drop(self, container: str) -> None:
        """Watch it no more; its file is whole then."""
        with self._guard:
            tree, thread = self._at_work.pop(container[:ID_LENGTH], (None, None))
        if tree and thread:
            tree.close()
            thread.join()

    def close(self) -> None:
        """End every thread; blocks until each has written what it saw."""
        for short in list(self._at_work):
            self.drop(short)

    def _watch(self, short: str, tree: Tree) -> None:
        out = _Out(self._files, short)
        for batch in tree.events():
            out.write([_line(event) for event in batch])
            self._on_line({"op": "grew", "id": short})
        out.close()


def _way_out(error: OSError) -> str:
    if error.errno == errno.ENOSYS:
        return "only the eBPF sensor observes here; `swarm doctor` says why it does not"
    return "the sysctl fs.inotify.max_user_instances may be too low"


class _Out:
    """The newest part of a container's lines."""

    def __init__(self, files: Path, short: str) -> None:
        self._files, self._short, self._part = files, short, 0
        while (files / f"{short}.{self._part + 1}").exists():
            self._part += 1
        self._open()

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        path = self._files / f"{self._short}.{self._part}"
        self._file = os.fdopen(os.open(path, flags, 0o644), "ab")

    def write(self, lines: list[bytes]) -> None:
        """Append them all at once, and go on in another part where this one is full."""
        self._file.write(b"".join(lines))
        self._file.flush()
        if self._file.tell() >= PART:
            self._file.close()
            self._part += 1
            self._open()

    def close(self) -> None:
        self._file.close()


def _line(event: FileEvent) -> bytes:
    moved = {
        key: f"{WORKTREE}/{event[key]}"
        for key in ("path", "from")
        if key in event and (key == "path" or event["op"] == "rename")
    }
    return json.dumps({**event, **moved, "by": "inotify"}).encode() + b"\n"
