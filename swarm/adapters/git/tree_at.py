"""Reads single entries of a commit's tree and their contents, within bounds."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a commit's tree."""

    mode: str
    oid: bytes
    size: int = 0
    """Bytes of a file; 0 for anything else, and where sizes were not asked for."""

    @property
    def is_file(self) -> bool:
        """A regular file, and no link."""
        return self.mode.startswith("100")


def parents_of(path: str) -> Iterator[str]:
    """The directories above a path in a tree, the topmost first."""
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)


def named(git: Git, commit: str, paths: Iterable[str]) -> dict[str, Entry]:
    """The entries of these paths that are there; a folder's own, not what is in it.

    SwarmError if git cannot read the commit. Blocks for one git process.
    """
    return _listed(git, commit, [*paths])


def names_at_root(git: Git, commit: str) -> frozenset[str]:
    """The names in the commit's first directory; SwarmError as `all_names`."""
    listing: bytes = git.ls_tree("--name-only", "-z", "--full-tree", commit, **RAW)
    return frozenset(os.fsdecode(listing).split("\0")[:-1])


def all_names(git: Git, commit: str) -> dict[str, str]:
    """The mode of every entry that is no folder, by path; reads no object but trees.

    SwarmError as `named`, and for more than git may answer within its bounds.
    """
    listing: bytes = git.ls_tree("-r", "-z", "--full-tree", commit, **RAW)
    lines = os.fsdecode(listing).split("\0")[:-1]
    return {line.partition("\t")[2]: line[:6] for line in lines}


def all_entries(git: Git, commit: str) -> dict[str, Entry]:
    """What `all_names` has, with objects, and without sizes."""
    listing: bytes = git.ls_tree("-r", "-z", "--full-tree", commit, **RAW)
    return dict(_entries(listing))


def below(git: Git, commit: str, folder: str) -> dict[str, Entry]:
    """Everything below a folder, however deep, by its path from the root.

    SwarmError as `named`, and for more than git may answer within its bounds.
    """
    return _listed(git, commit, [f"{folder}/"], "-r")


def _listed(git: Git, commit: str, paths: list[str], *options: str) -> dict[str, Entry]:
    words = (*options, "-l", "-z", "--full-tree", commit, "--", *paths)
    listing: bytes = git.ls_tree(*words, **RAW)
    return dict(_entries(listing))


def _entries(listing: bytes) -> Iterator[tuple[str, Entry]]:
    """What `ls-tree -z` printed, with sizes or without."""
    for line in listing.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, _kind, oid, *size = facts.split()
        length = int(size[0]) if size and size[0].isdigit() else 0
        yield os.fsdecode(name), Entry(mode.decode(), oid, length)


def contents(git: Git, entries: Mapping[str, Entry]) -> dict[str, bytes]:
    """The bytes of these files; SwarmError if git cannot read one.

    Blocks for one git process.
    """
    if not entries:
        return {}
    sizes = sum(entry.size for entry in entries.values())
    git = git.within(Bounds(output=sizes + 200 * len(entries)))
    stdin = b"".join(entry.oid + b"\n" for entry in entries.values())
    rest: bytes = git.cat_file("--batch", istream=stdin, **RAW)
    found: dict[str, bytes] = {}
    for path in entries:
        head, _, rest = rest.partition(b"\n")
        length = int(head.split()[2])
        found[path], rest = rest[:length], rest[length + 1 :]
    return found
