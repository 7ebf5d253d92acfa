"""Counts and bounds what an agent's commits hold, before they may land.

A commit in the middle counts like the last one: whoever lists a history meets it too. A
few trees that name each other can unfold to more paths than any program could list, so
the paths are counted without unfolding them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git import blobs
from swarm.adapters.git.repo import Git
from swarm.errors import Refused, ToolError

_HINT = "merge what the files hold: squash does not need its commits"


@dataclass(frozen=True, slots=True)
class CommitLimits:
    """The most that the commits of one task may hold."""

    commits: int = 10_000
    commit: int = 1 << 20
    """Bytes of one commit or tag, its message included."""
    all_commits: int = 64 << 20
    all_trees: int = 256 << 20
    """Bytes of all commits and tags, and of all trees, as git stores them."""
    blob: int = 256 << 20
    """Bytes of one file."""
    total: int = 4 << 30
    """Bytes of all that the pack holds once it is unpacked."""
    objects: int = 1_000_000
    paths: int = 1_000_000
    """Paths of one commit."""
    depth: int = 100
    """Directories in one another."""


def refuse_over_limits(
    git: Git, indexes: Iterable[Path], base: str, head: str, limits: CommitLimits
) -> None:
    """Refused, with a sentence, if the commits from base to head hold too much.

    `git` sees the packs of these indexes. Each object is read at most once.
    """
    _refuse_sizes(git, indexes, limits)
    count = int(git.rev_list("--count", head, "--not", base))
    _require(count, limits.commits, "the agent made {} commits")
    listing: str = git.log("--format=%T", head, "--not", base)
    _Trees(git, limits).refuse_large(set(listing.split()))


def _refuse_sizes(git: Git, indexes: Iterable[Path], limits: CommitLimits) -> None:
    oids: list[str] = []
    for index in indexes:
        listing: str = git.show_index(
            f"--object-format={_format(git)}", istream=index.read_bytes()
        )
        oids += [line.split()[1] for line in listing.splitlines()]
    _require(len(oids), limits.objects, "the agent's commits bring {} objects")
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    answer: str = git.cat_file("--batch-check", istream=stdin)
    sizes: dict[str, list[int]] = {"commit": [], "tag": [], "tree": [], "blob": []}
    for row in answer.splitlines():
        _, kind, size = row.split()
        sizes[kind].append(int(size))
    notes = [*sizes["commit"], *sizes["tag"]]
    _require(max(notes, default=0), limits.commit, "one commit has {} bytes")
    _require(sum(notes), limits.all_commits, "the agent's commits have {} bytes")
    _require(sum(sizes["tree"]), limits.all_trees, "its directories have {} bytes")
    _require(max(sizes["blob"], default=0), limits.blob, "one file has {} bytes")
    total = sum(map(sum, sizes.values()))
    _require(total, limits.total, "the agent's commits unpack to {} bytes")


def _format(git: Git) -> str:
    answer: str = git.rev_parse("--show-object-format")
    return answer


def _require(number: int, most: int, words: str) -> None:
    if number > most:
        raise Refused(f"{words.format(number)}, more than {most} may be", hint=_HINT)


@dataclass(slots=True)
class _Tree:
    """The numbers of one directory."""

    files: int = 0
    below: list[str] = field(default_factory=list)
    """Ids of the directories in it, one as often as it is there."""


class _Trees:
    """The directories of commits, each read once."""

    def __init__(self, git: Git, limits: CommitLimits) -> None:
        self._git, self._limits = git, limits
        self._paths: dict[str, int] = {}
        self._trees: dict[str, _Tree] = {}

    def refuse_large(self, roots: set[str]) -> None:
        """Refused if one of these unfolds to too much."""
        self._read(roots)
        for root in roots:
            paths = self._count(root)
            words = "one of the agent's commits holds {} paths"
            _require(paths, self._limits.paths, words)

    def _read(self, roots: set[str]) -> None:
        """Read all below, one level after the other."""
        missing, depth, size = roots, 0, 0
        while missing:
            _require(depth, self._limits.depth, "its directories are {} deep")
            sizes = blobs.sizes(self._git, missing, "tree")
            size += sum(sizes.values())
            _require(size, self._limits.all_trees, "its directories have {} bytes")
            for oid, content in blobs.contents(self._git, sizes):
                self._trees[oid] = _parse(content, len(oid) // 2)
            below = (oid for root in missing for oid in self._trees[root].below)
            missing = set(below) - self._trees.keys()
            depth += 1

    def _count(self, root: str) -> int:
        """The paths of a directory; each one is counted once, whoever names it."""
        waiting = [root]
        while waiting:
            oid = waiting[-1]
            tree = self._trees[oid]
            unknown = set(tree.below) - self._paths.keys()
            if unknown:
                waiting += unknown
            else:
                below = sum(self._paths[each] for each in tree.below)
                self._paths[oid] = tree.files + below
                waiting.pop()
        return self._paths[root]


def _parse(content: bytes, id_length: int) -> _Tree:
    tree = _Tree()
    for mode, oid in _entries(content, id_length):
        if mode == b"40000":
            tree.below.append(oid)
        else:
            tree.files += 1
    return tree


def _entries(content: bytes, id_length: int) -> Iterator[tuple[bytes, str]]:
    """Each entry's mode and id: `MODE NAME`, a NUL, the id's bytes."""
    position = 0
    while position < len(content):
        space = content.find(b" ", position)
        end = content.find(b"\0", space)
        if space < 0 or end < 0:
            raise ToolError("git cat-file: a tree is not understood")
        next_position = end + 1 + id_length
        yield content[position:space], content[end + 1 : next_position].hex()
        position = next_position
