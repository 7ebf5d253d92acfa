"""Brings an agent's commits out of its git directory, through a quarantine."""

import os
import re
from contextlib import ExitStack
from dataclasses import replace

from swarm.adapters.deadline import Deadline
from swarm.adapters.git.commit_limits import CommitLimits, refuse_over_limits
from swarm.adapters.git.process import Bounds, GitDir
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.safe_fs.files import disk_errors_as, erase
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.review import Commit, Incoming
from swarm.model.safe_text import safe_line

REF = "refs/swarm/incoming"
"""The newest head that passed."""

_SEND = f"""
set -eu
if ! command -v git >/dev/null 2>&1; then
  printf '%s\\n' "$1"
  exit
fi
head=$(git --git-dir={PRIVATE} rev-parse --verify --quiet 'HEAD^{{commit}}')
printf '%s\\n' "$head"
printf '%s\\n^%s\\n' "$head" "$1" |
  git --git-dir={PRIVATE} -c pack.writeBitmaps=false pack-objects \\
    --revs --thin --stdout -q --delta-base-offset --missing=allow-any
"""

_MEMORY = 2 << 30
"""Bytes that unpacking may take, whatever sizes the pack names."""
_LIMITS = CommitLimits()
_SECONDS = 300.0
"""The time that all of it may take."""
_LONGEST = 1000
"""Characters of an author, an address and a subject that are listed."""
_COMMITS_SHOWN = 1000
"""At most so many commits are listed; the others are brought back too."""


def sender_argv(base: str, shell: str = "sh") -> tuple[str, ...]:
    """The command of a one-shot sandbox with the task's mounts, for `receive`.

    In an image without git there are no commits: the base is the head.

    Objects that are hidden from the agent are not sent: the host has them.

    The agent's configuration is in force in there and nowhere else, so it may print
    anything.
    """
    return (shell, "-c", _SEND, "swarm-send", base)


def receive(task: TaskGit, output: bytes, limit: int = 64 << 20) -> Incoming:
    """Check a sender's output and import its commits, or import nothing.

    The pack is unpacked into a quarantine, with every object checked as `git fsck`
    would and every link of every object followed; only then does it move, and only
    then does a ref name it. All of this is in the task's review directory: the user's
    repository stays untouched until a merge, so that a task nobody merges leaves no
    objects and no refs there, and a fault of this check costs one task. Refused if the
    pack is too large, the commits hold too much, or the head is no commit; ToolError if
    git found a fault in it.
    """
    head, pack = _split(task, output)
    if len(pack) > limit:
        raise Refused(
            f"the agent's commits are {len(pack)} bytes, more than {limit} may be",
            hint="merge what the files hold: squash does not need its commits",
        )
    work = f"taking in the commits of task {task.task}"
    task = replace(task, deadline=Deadline.after(_SECONDS, work))
    if head != task.base:
        with disk_errors_as("quarantine"), ExitStack() as cleanup:
            cleanup.callback(erase, task.quarantine)
            _import(task, head, pack, limit)
    task.review.git.update_ref("--no-deref", REF, head)
    descends = task.review.is_ancestor(task.base, head)
    return Incoming(head, _commits(task, head), descends)


def _split(task: TaskGit, output: bytes) -> tuple[str, bytes]:
    first, _, pack = output.partition(b"\n")
    digits = len(task.base)
    if not re.fullmatch(rb"[0-9a-f]{%d}" % digits, first):
        raise Refused(
            f"the sandbox sent no commit but {safe_line(repr(first[:60]))}",
            hint="the agent's git directory may be broken; squash needs only its files",
        )
    return first.decode(), pack


def _import(task: TaskGit, head: str, pack: bytes, limit: int) -> None:
    erase(task.quarantine)
    pack_dir = task.quarantine / "pack"
    pack_dir.mkdir(parents=True)
    objects = task.review_git / "objects"
    quarantined = {
        "GIT_OBJECT_DIRECTORY": str(task.quarantine),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(str(objects)),
        "GIT_QUARANTINE_PATH": str(task.quarantine),
    }
    git = Git(GitDir(task.review_git, deadline=task.deadline), quarantined)
    git = git.within(Bounds(memory=_MEMORY))
    words = ("--stdin", "--fix-thin", "--strict", f"--max-input-size={limit}")
    bounded_git = git.within(Bounds(seconds=300, output=4096, memory=_MEMORY))
    bounded_git.index_pack(*words, istream=pack)
    kind: str = git.cat_file("-t", head)
    if kind != "commit":
        raise Refused(f"the sandbox sent a {safe_line(kind)}, no commit")
    indexes = sorted(pack_dir.glob("*.idx"))
    refuse_over_limits(git, indexes, task.base, head, _LIMITS)
    git.rev_list("--objects", "--quiet", head, "--not", task.base)
    # The index last: git sees a pack only once its index is there.
    files = sorted(pack_dir.iterdir(), key=lambda path: path.suffix == ".idx")
    for path in files:
        path.rename(objects / "pack" / path.name)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _commits(task: TaskGit, head: str) -> tuple[Commit, ...]:
    words = (
        "-z",
        f"--max-count={_COMMITS_SHOWN}",
        "--no-mailmap",
        "--no-show-signature",
    )
    shape = "--format=%H%x00%an%x00%ae%x00%at%x00%s"
    log: bytes = task.review.git.log(*words, shape, f"{task.base}..{head}", **RAW)
    fields = os.fsdecode(log).split("\0")
    if len(fields) % 5 != 1:
        raise ToolError("git log: its answer is not understood")
    rows = zip(*(fields[n:-1:5] for n in range(5)), strict=True)
    return tuple(
        Commit(
            oid, author[:_LONGEST], email[:_LONGEST], int(time or 0), subject[:_LONGEST]
        )
        for oid, author, email, time, subject in rows
    )
