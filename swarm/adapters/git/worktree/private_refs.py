"""The user's tags, branches and remote branches as plain refs of the agent's own.

They are copies in the private git directory: what the agent does with them reaches no
ref of the user's.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.safe_fs.files import write_new

KINDS = ("refs/heads", "refs/notes", "refs/remotes", "refs/tags")
"""The stash, bisections and refs of tools stay outside."""
LIMIT = 200_000
"""Refs that are copied at most; branches come before remote branches and tags."""
_SYMBOLIC_LIMIT = 1000
"""Symbolic refs that are kept as such; each is a file of its own."""
_SLOW = Bounds(seconds=300)
_HEADER = b"# pack-refs with: peeled fully-peeled sorted \n"


@dataclass(frozen=True, slots=True)
class Ref:
    """One ref of a repository; names are bytes, as git has them."""

    name: bytes
    oid: bytes
    symbolic: bytes = b""
    """The ref that it names, for a symbolic one."""
    peeled: bytes = b""
    """The object that a tag object leads to in the end; empty for any other object."""


@dataclass(frozen=True, slots=True)
class RefList:
    """The refs of a repository that can be copied."""

    refs: tuple[Ref, ...]
    absent: int = 0
    """Refs whose objects are not there."""
    cut: bool = False
    """There are more than LIMIT, and the rest was not looked at."""


def read_refs(git: Git, objects: Git, limit: int = LIMIT) -> RefList:
    """The refs that `git` lists and whose objects `objects` has, in two processes.

    `objects` is git on a directory of ours that borrows the objects, so that nothing is
    fetched for a ref whose object is missing.
    """
    shape = "--format=%(objectname) %(refname) %(symref)"
    listing: bytes = git.within(_SLOW).for_each_ref(
        shape, f"--count={limit + 1}", *KINDS, **RAW
    )
    listed = [_parsed(line) for line in listing.splitlines()]
    present = tuple(present_refs(listed[:limit], objects))
    found = min(len(listed), limit)
    return RefList(present, found - len(present), len(listed) > limit)


def _parsed(line: bytes) -> Ref:
    oid, name, symbolic = line.split(b" ")
    return Ref(name, oid, symbolic)


def present_refs(refs: list[Ref], objects: Git) -> Iterator[Ref]:
    """The refs whose object, and the object it leads to, are there; peeled."""
    oids = list(dict.fromkeys(ref.oid for ref in refs))
    if not oids:
        return
    questions = b"".join(b"%s\n%s^{}\n" % (oid, oid) for oid in oids)
    words = ("--buffer", "--batch-check=%(objectname) %(objecttype)")
    answer: bytes = objects.within(_SLOW).cat_file(*words, istream=questions, **RAW)
    lines = answer.splitlines()
    targets = {
        oid: target.split(b" ")[0] if own.endswith(b" tag") else b""
        for oid, own, target in zip(oids, lines[0::2], lines[1::2], strict=True)
        if not own.endswith(b" missing") and not target.endswith(b" missing")
    }
    yield from (
        replace(ref, peeled=targets[ref.oid]) for ref in refs if ref.oid in targets
    )


def write_refs(git_dir: Path, refs: Iterable[Ref], branch: str) -> None:
    """Write refs into a new git directory, beside `branch`, which has a file there.

    A ref that cannot stand beside the branch is left out. Symbolic refs stay symbolic
    if what they name is written too.
    """
    own = f"refs/heads/{branch}".encode()
    plain = {ref.name: ref for ref in refs if not _clashes(ref.name, own)}
    symbolic = [
        ref
        for ref in plain.values()
        if ref.symbolic in plain and not plain[ref.symbolic].symbolic
    ][:_SYMBOLIC_LIMIT]
    for ref in symbolic:
        del plain[ref.name]
        write_new(git_dir / os.fsdecode(ref.name), b"ref: %s\n" % ref.symbolic)
    records = b"".join(_record(plain[name]) for name in sorted(plain))
    if records:
        write_new(git_dir / "packed-refs", _HEADER + records)


def _record(ref: Ref) -> bytes:
    peeled = b"^%s\n" % ref.peeled if ref.peeled else b""
    return b"%s %s\n%s" % (ref.oid, ref.name, peeled)


def _clashes(name: bytes, own: bytes) -> bool:
    """True for the branch itself, and for what would need it as a directory."""
    return name == own or name.startswith(own + b"/") or own.startswith(name + b"/")
