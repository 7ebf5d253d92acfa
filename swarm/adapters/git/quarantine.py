"""Brings an agent's commits out of its git directory, through a quarantine."""

import os
import re
from contextlib import ExitStack

from swarm.adapters.git.process import Bounds, ask, git
from swarm.adapters.git.safe_fs.files import erase, spoken
from swarm.adapters.git.task_git import PRIVATE, TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.review import Commit, Incoming
from swarm.model.safe_text import safe_line

REF = "refs/swarm/incoming"
"""The newest head that passed."""

_SEND = f"""
set -eu
head=$(git --git-dir={PRIVATE} rev-parse --verify --quiet 'HEAD^{{commit}}')
printf '%s\\n' "$head"
printf '%s\\n^%s\\n' "$head" "$1" |
  git --git-dir={PRIVATE} -c pack.writeBitmaps=false pack-objects \\
    --revs --thin --stdout -q --delta-base-offset
"""

_MEMORY = 2 << 30
"""Bytes that unpacking may take, whatever sizes the pack claims."""
_SHOWN = 1000
"""Commits that are listed; more are still brought back."""


def sender_argv(base: str) -> tuple[str, ...]:
    """What a one-shot sandbox with the task's mounts runs; prints what `receive` takes.

    The agent's configuration is in force there and nowhere else: it may print anything.
    """
    return ("sh", "-c", _SEND, "swarm-send", base)


def receive(task: TaskGit, sent: bytes, limit: int = 64 << 20) -> Incoming:
    """Check what a sender printed and take it in; nothing is taken in otherwise.

    The pack is unpacked into a quarantine, with every object checked as `git fsck`
    would and every link of every object followed; only then does it move, and only
    then does a ref name it. All of this is in the task's review directory: the user's
    repository stays untouched until a merge, so that a task nobody merges leaves no
    objects and no refs there, and a fault of this check costs one task. Refused
    where the pack is too large or what is sent is no commit; ToolError where git found
    a fault in it.
    """
    head, pack = _split(task, sent)
    if len(pack) > limit:
        raise Refused(
            f"the agent's commits are {len(pack)} bytes, more than {limit} may be",
            hint="merge what the files hold: squash does not need its commits",
        )
    if head != task.base:
        with spoken("quarantine"), ExitStack() as after:
            after.callback(erase, task.quarantine)
            _take_in(task, head, pack, limit)
    git(task.review(), "update-ref", "--no-deref", REF, head)
    words = ("merge-base", "--is-ancestor", task.base, head)
    descends = ask(task.review(), *words, ok=(0, 1)).code == 0
    return Incoming(head, _commits(task, head), descends)


def _split(task: TaskGit, sent: bytes) -> tuple[str, bytes]:
    first, _, pack = sent.partition(b"\n")
    digits = len(task.base)
    if not re.fullmatch(rb"[0-9a-f]{%d}" % digits, first):
        raise Refused(
            f"the sandbox sent no commit but {safe_line(repr(first[:60]))}",
            hint="the agent's git directory may be broken; squash needs only its files",
        )
    return first.decode(), pack


def _take_in(task: TaskGit, head: str, pack: bytes, limit: int) -> None:
    erase(task.quarantine)
    into = task.quarantine / "pack"
    into.mkdir(parents=True)
    objects = task.review_git / "objects"
    apart = {
        "GIT_OBJECT_DIRECTORY": str(task.quarantine),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(str(objects)),
        "GIT_QUARANTINE_PATH": str(task.quarantine),
    }
    words = ("index-pack", "--stdin", "--fix-thin", "--strict")
    bounds = Bounds(seconds=300, output=4096, memory=_MEMORY)
    size = f"--max-input-size={limit}"
    git(task.review(), *words, size, stdin=pack, extra=apart, bounds=bounds)
    kind = git(task.review(), "cat-file", "-t", head, extra=apart)
    if kind != b"commit\n":
        raise Refused(
            f"the sandbox sent a {safe_line(kind.decode().strip())}, no commit"
        )
    reach = ("rev-list", "--objects", "--quiet", head, "--not", task.base)
    git(task.review(), *reach, extra=apart)
    # The index last: git sees a pack only once its index is there.
    order = sorted(into.iterdir(), key=lambda path: path.suffix == ".idx")
    for path in order:
        path.rename(objects / "pack" / path.name)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _commits(task: TaskGit, head: str) -> tuple[Commit, ...]:
    words = (
        "log",
        "-z",
        f"--max-count={_SHOWN}",
        "--no-mailmap",
        "--no-show-signature",
    )
    shape = "--format=%H%x00%an%x00%ae%x00%at%x00%s"
    out = git(task.review(), *words, shape, f"{task.base}..{head}")
    fields = os.fsdecode(out).split("\0")
    if len(fields) % 5 != 1:
        raise ToolError("git log: its answer is not understood")
    rows = zip(*(fields[n:-1:5] for n in range(5)), strict=True)
    return tuple(
        Commit(id, author, email, int(at or 0), subject)
        for id, author, email, at, subject in rows
    )
