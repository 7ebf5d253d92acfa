"""Builds our own tree from the bytes in a worktree, and lists what it cannot hold."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from swarm.adapters.deadline import Deadline
from swarm.adapters.git import blobs, diff
from swarm.adapters.git.checkout_bytes.look import look
from swarm.adapters.git.diff import ReadContents
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import disk_errors_as
from swarm.adapters.git.safe_fs.reader import SafeReader
from swarm.adapters.git.safe_fs.walk import RULES_LIMIT, WorktreeFiles, walk
from swarm.adapters.git.snapshot import covered, filled, left_out
from swarm.adapters.git.snapshot.hidden_groups import collapsed
from swarm.adapters.git.snapshot.ignore import IGNORED, ignored
from swarm.adapters.git.snapshot.objects import LooseObjects, blob_id
from swarm.adapters.git.snapshot.stamps import Stamps
from swarm.adapters.git.snapshot.tree import first_paths, missing_entries, write_tree
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import SwarmError
from swarm.model.review import Change, Hidden, Snapshot

_GITLINK = "160000"


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits on what is read of a worktree."""

    file: int = 100 << 20
    """Bytes of one file."""
    total: int = 2 << 30
    """Bytes of all contents that the base does not hold."""
    entries: int = 1_000_000
    seconds: float = 300.0
    """The time that the whole look may take."""


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
    pointers: dict[str, str]
    """Digest to pointer's id, of the content of each LFS file of the base."""
    lfs_candidates: frozenset[str]
    """Files that can hold the content of an LFS file of the base."""
    pinned: dict[str, tuple[str, str]]
    """The base's entries at covered paths, which an agent could not change."""
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path to mode and id, as the worktree holds it."""
    left_out: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path to its hidden entry's path and reason, for what tools made."""
    contents: ReadContents = field(default_factory=ReadContents)
    bytes_stored: int = 0
    objects: LooseObjects = field(init=False)
    """The store that new contents go to."""

    def __post_init__(self) -> None:
        self.objects = LooseObjects(self.task.review_git / "objects")


def take(
    task: TaskGit,
    caps: Caps | None = None,
    included: Collection[str] = (),
    *,
    trust_stamps: bool = True,
) -> Snapshot:
    """Read the worktree into a tree; the agent may go on working meanwhile.

    The tree holds the bytes that were read, whatever git or the file system would say a
    moment later. Files that git ignores, that no tree can hold or that are over the
    caps are listed as hidden; so is what tools made, unless a human `included` the path
    or one above it. Blocks for as long as reading takes; only a file that nobody
    touched since the worktree was made is not read again, and with `trust_stamps` off
    that one is read too. ToolError after the time of `caps`; SwarmError if an entry
    would be neither in the tree nor in the list.
    """
    caps = caps or Caps()
    deadline = Deadline.after(
        caps.seconds,
        f"the look at the worktree of task {task.task}",
        hint="the agent may have left too much, or rules and names that take long",
    )
    with disk_errors_as("snapshot"):
        task = replace(task, deadline=deadline)
        return _snapshot(task, caps, included, trust_stamps)


def _snapshot(
    task: TaskGit, caps: Caps, included: Collection[str], trust_stamps: bool
) -> Snapshot:
    base_tree: str = task.review.git.rev_parse(f"{task.base}^{{tree}}")
    base = _base_entries(task)
    submodules = frozenset(path for path, (mode, _) in base.items() if mode == _GITLINK)
    files = walk(task.worktree, submodules, caps.entries, task.deadline)
    filling = filled.load(task)
    filled.forget_unchanged(task, filling, files)
    pinned = covered.keep_as_in_base(task, files, base)
    base_oids = frozenset(oid for _, oid in base.values())
    lfs = filled.lfs_candidates(task, filling, files.by_path)
    pointers = {file.digest: file.pointer for file in filling.lfs.values()}
    draft = _Draft(task, caps, base, files, base_oids, pointers, lfs, pinned)
    _hide_untracked(draft, included)
    _read_all(draft, Stamps(task, trust_stamps))
    for path in files.gitlinks:
        draft.entries[path] = base[path]
    draft.entries.update(pinned)
    tree = write_tree(task, base, draft.entries, base_tree)
    unflagged = diff.unflagged(task, base_tree, tree, draft.contents)
    _hide_left_out(draft, unflagged)
    _require_complete(draft)
    return Snapshot(
        tree=tree,
        base=task.base,
        base_tree=base_tree,
        changes=diff.flagged(
            task,
            base_tree,
            tree,
            unflagged,
            look(task, tree, unflagged),
            draft.contents,
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
    draft.left_out = left
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


def _hide_left_out(draft: _Draft, changes: tuple[Change, ...]) -> None:
    """Hide what git refused to put into the tree; it is work, so it blocks a merge."""
    hidden = draft.files.hidden
    hidden_paths = (entry.path for entry in hidden)
    for path in missing_entries(draft.base, draft.entries, hidden_paths, changes):
        status = draft.files.by_path[path]
        size, mode = status.st_size, status.st_mode
        reason = "a name that git takes into no tree"
        hidden.append(Hidden(path, reason, size, mode, blocks=True))
        del draft.entries[path]


def _require_complete(draft: _Draft) -> None:
    """Make sure that each entry of the worktree is in the tree, or hidden, once."""
    walked = set(draft.files.walked)
    left = draft.left_out
    hidden = {entry.path for entry in draft.files.hidden}
    hidden = hidden - {entry for entry, _ in left.values()} | left.keys()
    in_tree = draft.entries.keys() - draft.files.gitlinks - draft.pinned.keys()
    wrong = [path for path in walked if (path in in_tree) == (path in hidden)]
    wrong += (in_tree | hidden) - walked
    listed = sum(entry.count for entry in draft.files.hidden)
    if wrong or len(in_tree) + listed != len(walked):
        raise SwarmError(
            f"the worktree of task {draft.task.task} holds {len(walked)} files, but "
            f"{len(in_tree)} are in the snapshot and {listed} in the list of what is "
            f"hidden: {first_paths(sorted(wrong))}",
            hint="nothing is merged from it; please report this",
        )


def _read_all(draft: _Draft, stamps: Stamps) -> None:
    files, deadline = draft.files.by_path, draft.task.deadline
    with SafeReader(draft.task.worktree) as reader:
        for path in sorted(files):
            status = files[path]
            oid = stamps.known(path, status)
            if not oid:
                if deadline:
                    deadline.remaining()
                oid = _read(draft, reader, path)
                if not oid:
                    continue
                stamps.remember(path, status, oid)
            draft.entries[path] = (_git_mode(status.st_mode), oid)
    stamps.save()


def _read(draft: _Draft, reader: SafeReader, path: str) -> str:
    """Read and store one file; its id, or empty if it is hidden instead."""
    status = draft.files.by_path[path]
    if path in draft.lfs_candidates:
        digest = reader.sha256(path, status.st_size)
        if digest in draft.pointers:
            return draft.pointers[digest]
    limit = draft.caps.file
    if status.st_size > limit:
        return _hide(draft, path, "too large")
    content = reader.content(path, status.st_mode, limit)
    if content is None:
        return _hide(draft, path, "gone or unreadable while it was read")
    if len(content) > limit:
        return _hide(draft, path, "too large")
    oid = blob_id(content, draft.task.repo.object_format)
    draft.contents.add(oid, content, stat.S_ISLNK(status.st_mode))
    # The base's blobs are in the user's objects already.
    if oid not in draft.base_oids:
        if draft.bytes_stored + len(content) > draft.caps.total:
            return _hide(draft, path, "too large together with all other changes")
        draft.bytes_stored += len(content)
        draft.objects.store(oid, content)
    return oid


def _hide(draft: _Draft, path: str, reason: str) -> str:
    """Hide a file without which the tree would not be the agent's work."""
    status = draft.files.by_path[path]
    hidden = Hidden(path, reason, status.st_size, status.st_mode, blocks=True)
    draft.files.hidden.append(hidden)
    return ""


def _git_mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & stat.S_IXUSR else "100644"
