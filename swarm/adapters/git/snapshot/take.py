"""Builds our own tree from the bytes in a worktree, and lists what it cannot hold."""

import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git import blobs, diff
from swarm.adapters.git.checkout_bytes.look import look
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.safe_fs.walk import RULES_LIMIT, WorktreeFiles, walk
from swarm.adapters.git.snapshot import filled, left_out
from swarm.adapters.git.snapshot.hidden_groups import collapsed
from swarm.adapters.git.snapshot.ignore import IGNORED, ignored
from swarm.adapters.git.snapshot.objects import blob_id, store
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Hidden, Snapshot

_GITLINK = "160000"
_SETTLED_NS = 2_000_000_000
"""A file that changed within this time could change again with the same time stamps."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits on what is read of a worktree."""

    file: int = 100 << 20
    """Bytes of one file."""
    total: int = 2 << 30
    """Bytes of all files that are read anew."""
    entries: int = 1_000_000


@dataclass(slots=True)
class _Draft:
    """A snapshot while it is taken."""

    task: TaskGit
    caps: Caps
    base: dict[str, tuple[str, str]]
    """Path to mode and id, as the base holds it."""
    files: WorktreeFiles
    base_oids: frozenset[str]
    """Ids of the base's blobs: these need not be stored again."""
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path to mode and id, as the worktree holds it."""
    bytes_read: int = 0


def take(
    task: TaskGit, caps: Caps | None = None, included: Collection[str] = ()
) -> Snapshot:
    """Read the worktree into a tree; the agent may go on working meanwhile.

    The tree holds the bytes that were read, whatever git or the file system would say a
    moment later. Files that git ignores, that no tree can hold or that are over the
    caps are listed as hidden; so is what tools made, unless a human `included` the path
    or one above it. Blocks for as long as reading takes; a file that did not
    change since the last call is not read again.
    """
    with disk_errors_as("snapshot"):
        return _snapshot(task, caps or Caps(), included)


def _snapshot(task: TaskGit, caps: Caps, included: Collection[str]) -> Snapshot:
    base_tree: str = task.review.git.rev_parse(f"{task.base}^{{tree}}")
    base = _base_entries(task)
    submodules = frozenset(path for path, (mode, _) in base.items() if mode == _GITLINK)
    files = walk(task.worktree, submodules, caps.entries)
    filled.forget_unchanged(task, filled.load(task), files)
    base_oids = frozenset(oid for _, oid in base.values())
    draft = _Draft(task, caps, base, files, base_oids)
    _hide_untracked(draft, included)
    _read_all(draft)
    for path in files.gitlinks:
        draft.entries[path] = base[path]
    tree = _write_tree(draft, base_tree)
    unflagged = diff.unflagged(task, base_tree, tree)
    return Snapshot(
        tree=tree,
        base=task.base,
        base_tree=base_tree,
        changes=diff.flagged(
            task, base_tree, tree, unflagged, look(task, tree, unflagged)
        ),
        hidden=collapsed(files.hidden),
    )


def _base_entries(task: TaskGit) -> dict[str, tuple[str, str]]:
    words = ("-r", "-z", "--full-tree", task.base)
    listing = os.fsdecode(task.review.git.ls_tree(*words, **RAW))
    entries = {}
    for record in listing.split("\0")[:-1]:
        head, _, path = record.partition("\t")
        mode, _, oid = head.split(" ")
        entries[path] = (mode, oid)
    return entries


def _hide_untracked(draft: _Draft, included: Collection[str]) -> None:
    """Take untracked files out that the rules ignore, or that tools made.

    Tracked ones always stay.
    """
    files = draft.files
    untracked = [path for path in files.by_path if path not in draft.base]
    candidates = [path for path in untracked if path not in files.nested]
    base_rules = _base_rules(draft) if candidates else {}
    reasons = ignored(draft.task, candidates, files.rules, base_rules)
    for path in untracked:
        if path in files.nested:
            reasons[path] = "in a nested repository"
    # What the base's own rules ignore is no news of what the agent's tools made.
    made = [path for path in candidates if reasons.get(path) != IGNORED]
    left = left_out.left_out(files.by_path, made, draft.base, included)
    files.hidden += left_out.entries(left, files.by_path)
    for path in left:
        del files.by_path[path]
        reasons.pop(path, None)
    for path, reason in reasons.items():
        status = files.by_path.pop(path)
        files.hidden.append(Hidden(path, reason, status.st_size, status.st_mode))


def _base_rules(draft: _Draft) -> dict[str, bytes]:
    """The content of each `.gitignore` in the base that is still in the worktree."""
    oids = {p: draft.base[p][1] for p in draft.files.rules if p in draft.base}
    git = draft.task.review.git
    wanted = {
        oid: size
        for oid, size in blobs.sizes(git, set(oids.values())).items()
        if size <= RULES_LIMIT
    }
    contents = dict(blobs.contents(git, wanted))
    return {path: contents.get(oid, b"") for path, oid in oids.items()}


def _read_all(draft: _Draft) -> None:
    task, files = draft.task, draft.files.by_path
    last_reads = _load_reads(task)
    reads: dict[str, list[int | str]] = {}
    # Before the first read: what changes from here on is younger than this.
    settled = time.time_ns() - _SETTLED_NS
    with SafeReader(task.worktree) as reader:
        for path in sorted(files):
            status = files[path]
            stamp: list[int | str] = [
                status.st_ino,
                status.st_size,
                status.st_mtime_ns,
                status.st_ctime_ns,
            ]
            last_read = last_reads.get(path)
            if last_read and last_read[:4] == stamp:
                oid = str(last_read[4])
            else:
                oid = _read(draft, reader, path)
            if not oid:
                continue
            draft.entries[path] = (_git_mode(status.st_mode), oid)
            if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
                reads[path] = [*stamp, oid]
    _save_reads(task, reads)


def _read(draft: _Draft, reader: SafeReader, path: str) -> str:
    """Read and store one file; its id, or empty if it is hidden instead."""
    status = draft.files.by_path[path]
    limit = min(draft.caps.file, draft.caps.total - draft.bytes_read)
    content = None
    reason = "too large"
    if status.st_size <= limit:
        content = reader.content(path, status.st_mode, limit)
        reason = "gone or unreadable while it was read"
    if content is not None and len(content) > limit:
        content, reason = None, "too large"
    if content is None:
        hidden = Hidden(path, reason, status.st_size, status.st_mode, blocks=True)
        draft.files.hidden.append(hidden)
        return ""
    draft.bytes_read += len(content)
    oid = blob_id(content, draft.task.repo.object_format)
    # The base's blobs are in the user's objects already.
    if oid not in draft.base_oids:
        store(draft.task.review_git / "objects", oid, content)
    return oid


def _git_mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & stat.S_IXUSR else "100644"


def _write_tree(draft: _Draft, base_tree: str) -> str:
    base, entries = draft.base, draft.entries
    no_oid = "0" * len(base_tree)
    removals = [f"0 {no_oid}\t{path}\0" for path in base if path not in entries]
    updates = [
        f"{mode} {oid}\t{path}\0"
        for path, (mode, oid) in entries.items()
        if base.get(path) != (mode, oid)
    ]
    if not removals and not updates:
        return base_tree
    task = draft.task
    index = task.review_git / f"index-{secrets.token_hex(6)}"
    try:
        shutil.copyfile(task.review_git / "base.index", index)
        git, env = task.review.git, {"GIT_INDEX_FILE": str(index)}
        records = os.fsencode("".join([*removals, *updates]))
        git.update_index("-z", "--index-info", istream=records, env=env)
        tree: str = git.write_tree(env=env)
        return tree
    finally:
        index.unlink(missing_ok=True)


def _reads_file(task: TaskGit) -> Path:
    return task.review_git / "seen.json"


def _load_reads(task: TaskGit) -> dict[str, list[int | str]]:
    """Inode, size, times and id of each file as it was last read."""
    path = _reads_file(task)
    if not path.exists():
        return {}
    reads: dict[str, list[int | str]] = json.loads(path.read_bytes())
    return reads


def _save_reads(task: TaskGit, reads: dict[str, list[int | str]]) -> None:
    new_file = task.review_git / f"seen-{secrets.token_hex(6)}"
    new_file.write_text(json.dumps(reads))
    new_file.rename(_reads_file(task))
