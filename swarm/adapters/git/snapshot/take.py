"""Builds our own tree from the bytes in a worktree, and says what it does not hold."""

import json
import os
import secrets
import shutil
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git import diff
from swarm.adapters.git.process import git
from swarm.adapters.git.safe_fs.files import spoken
from swarm.adapters.git.safe_fs.walk import Found, walk
from swarm.adapters.git.snapshot.hidden_groups import collapsed
from swarm.adapters.git.snapshot.ignore import ignored
from swarm.adapters.git.snapshot.objects import SafeReader, blob_id, store
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Hidden, Snapshot

_GITLINK = "160000"
_SETTLED_NS = 2_000_000_000
"""A file that changed within this time could change again with the same time stamps."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a worktree is read."""

    file: int = 100 << 20
    """Bytes of one file."""
    total: int = 2 << 30
    """Bytes of all files that are read anew."""
    entries: int = 1_000_000


@dataclass(slots=True)
class _Taking:
    """What one snapshot gathers."""

    task: TaskGit
    caps: Caps
    base: dict[str, tuple[str, str]]
    """Path to mode and id, as the base holds it."""
    found: Found
    known: frozenset[str]
    """Ids of the base's blobs: these need not be stored again."""
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path to mode and id, as the worktree holds it."""
    spent: int = 0


def take(task: TaskGit, caps: Caps | None = None) -> Snapshot:
    """Read the worktree into a tree; the agent may go on working meanwhile.

    What the tree holds is what was read, whatever git or the file system would say a
    moment later. Files that git ignores, that no tree can hold or that are over the
    caps are listed as hidden. Blocks for as long as reading takes; what did not change
    since the last call is not read again.
    """
    with spoken("snapshot"):
        return _taken(task, caps or Caps())


def _taken(task: TaskGit, caps: Caps) -> Snapshot:
    base_tree = (
        git(task.review(), "rev-parse", f"{task.base}^{{tree}}").decode().strip()
    )
    base = _listing(task)
    links = frozenset(path for path, (mode, _) in base.items() if mode == _GITLINK)
    found = walk(task.worktree, links, caps.entries)
    known = frozenset(oid for _, oid in base.values())
    taking = _Taking(task, caps, base, found, known)
    _hide_ignored(taking)
    _read_all(taking)
    for path in found.gitlinks:
        taking.entries[path] = base[path]
    tree = _write_tree(taking, base_tree)
    return Snapshot(
        tree=tree,
        base=task.base,
        base_tree=base_tree,
        changes=diff.changes(task, base_tree, tree),
        hidden=collapsed(found.hidden),
    )


def _listing(task: TaskGit) -> dict[str, tuple[str, str]]:
    out = os.fsdecode(
        git(task.review(), "ls-tree", "-r", "-z", "--full-tree", task.base)
    )
    found = {}
    for record in out.split("\0")[:-1]:
        head, _, path = record.partition("\t")
        mode, _, oid = head.split(" ")
        found[path] = (mode, oid)
    return found


def _hide_ignored(taking: _Taking) -> None:
    """Take untracked files out that the rules ignore; tracked ones always stay."""
    found = taking.found
    new = [path for path in found.files if path not in taking.base]
    outside = [path for path in new if path not in found.nested]
    known = {
        path: diff.blob(taking.task, taking.base[path][1])
        for path in found.rules
        if path in taking.base and outside
    }
    reasons = ignored(taking.task, outside, found.rules, known)
    reasons |= {path: "in a nested repository" for path in new if path in found.nested}
    for path, reason in reasons.items():
        status = found.files.pop(path)
        found.hidden.append(Hidden(path, reason, status.st_size, status.st_mode))


def _read_all(taking: _Taking) -> None:
    task, files = taking.task, taking.found.files
    seen = _load(task)
    kept: dict[str, list[int | str]] = {}
    # Before the first read: what changes from here on is younger than this.
    settled = time.time_ns() - _SETTLED_NS
    with SafeReader(task.worktree) as descent:
        for path in sorted(files):
            status = files[path]
            stamp: list[int | str] = [
                status.st_ino,
                status.st_size,
                status.st_mtime_ns,
                status.st_ctime_ns,
            ]
            before = seen.get(path)
            if before and before[:4] == stamp:
                oid = str(before[4])
            else:
                oid = _read(taking, descent, path)
            if not oid:
                continue
            taking.entries[path] = (_mode(status.st_mode), oid)
            if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
                kept[path] = [*stamp, oid]
    _save(task, kept)


def _read(taking: _Taking, descent: SafeReader, path: str) -> str:
    """Read, store and name one file; empty where it is hidden instead."""
    status = taking.found.files[path]
    limit = min(taking.caps.file, taking.caps.total - taking.spent)
    content = None
    reason = "too large"
    if status.st_size <= limit:
        content = descent.content(path, status.st_mode, limit)
        reason = "gone or unreadable while it was read"
    if content is not None and len(content) > limit:
        content, reason = None, "too large"
    if content is None:
        hidden = Hidden(path, reason, status.st_size, status.st_mode, blocks=True)
        taking.found.hidden.append(hidden)
        return ""
    taking.spent += len(content)
    oid = blob_id(content, taking.task.repo.object_format)
    if oid not in taking.known:
        store(taking.task.review_git / "objects", oid, content)
    return oid


def _mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & stat.S_IXUSR else "100644"


def _write_tree(taking: _Taking, base_tree: str) -> str:
    base, entries = taking.base, taking.entries
    nothing = "0" * len(base_tree)
    gone = [f"0 {nothing}\t{path}\0" for path in base if path not in entries]
    differs = [
        f"{mode} {oid}\t{path}\0"
        for path, (mode, oid) in entries.items()
        if base.get(path) != (mode, oid)
    ]
    if not gone and not differs:
        return base_tree
    task = taking.task
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    try:
        shutil.copyfile(task.review_git / "base.index", index)
        extra = {"GIT_INDEX_FILE": str(index)}
        records = os.fsencode("".join([*gone, *differs]))
        words = ("update-index", "-z", "--index-info")
        git(task.review(), *words, stdin=records, extra=extra)
        return git(task.review(), "write-tree", extra=extra).decode().strip()
    finally:
        index.unlink(missing_ok=True)


def _seen(task: TaskGit) -> Path:
    return task.review_git / "seen.json"


def _load(task: TaskGit) -> dict[str, list[int | str]]:
    path = _seen(task)
    if not path.exists():
        return {}
    found: dict[str, list[int | str]] = json.loads(path.read_bytes())
    return found


def _save(task: TaskGit, kept: dict[str, list[int | str]]) -> None:
    draft = task.review_git / f"seen-{secrets.token_hex(6)}"
    draft.write_text(json.dumps(kept))
    draft.rename(_seen(task))
