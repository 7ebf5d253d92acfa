"""What a box's git is not given of hidden paths: neither files nor objects."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from swarm.adapters.git import tree_at
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import ToolError
from swarm.model.covers import Cover, topmost_of

_SLOW = Bounds(seconds=900, output=1 << 30)
_GITLINK = "160000"

CONFIG = """\
[core]
\tsparseCheckout = true
[sparse]
\texpectFilesOutsideOfPatterns = true
[extensions]
\tpartialClone = hidden-from-this-box
"""
"""For the agent's git: the files are not missed, and absent objects are no damage."""


def hidden_paths(covers: Iterable[Cover]) -> tuple[str, ...]:
    """The paths that are hidden, whatever stands there."""
    return tuple(cover.path for cover in covers if cover.kind == "hide")


def is_hidden(path: str, hidden: Collection[str]) -> bool:
    """True for a hidden path and what is below one."""
    return topmost_of(path, hidden) is not None


def sparse_patterns(hidden: Iterable[str]) -> str:
    """The file `info/sparse-checkout` that leaves these paths out, and nothing else."""
    lines = ["/*", *(f"!/{_escaped(path)}" for path in hidden)]
    return "".join(f"{line}\n" for line in lines)


def _escaped(path: str) -> str:
    return "".join(f"\\{char}" if char in "\\*?[] !#" else char for char in path)


def hidden_objects(task: TaskGit, hidden: Collection[str]) -> frozenset[str]:
    """The blobs that stood at these paths at the base or in any commit before it.

    All but those that the base has at another path, too. Blocks for as long as git
    takes to go through the history.
    """
    git = task.review.git.within(_SLOW)
    visible = set[str]()
    found = set(_in_history(git, task.base, hidden))
    for path, entry in tree_at.all_entries(git, task.base).items():
        (found if is_hidden(path, hidden) else visible).add(entry.oid.decode())
    return frozenset(found - visible)


def _in_history(git: Git, commit: str, hidden: Collection[str]) -> Iterator[str]:
    shape = ("--format=", "--raw", "--no-abbrev", "-z", "--no-renames", "--root", "-m")
    log: bytes = git.log(*shape, "--full-history", commit, "--", *hidden, **RAW)
    for field in log.split(b"\0"):
        # A path that looks like a record can only add to what is left out.
        if not field.startswith(b":"):
            continue
        words = field[1:].decode("utf-8", "replace").split(" ")
        if len(words) == 5:
            for mode, oid in ((words[0], words[2]), (words[1], words[3])):
                if mode not in (_GITLINK, "000000"):
                    yield oid


def require_absent(git: Git, objects: Path, oids: Collection[str]) -> None:
    """ToolError if the object directory holds any of these."""
    alone = Git(git.git_dir, {"GIT_OBJECT_DIRECTORY": str(objects)})
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    answer: str = alone.within(_SLOW).cat_file(
        "--batch-check", "--buffer", istream=stdin
    )
    if any(not line.endswith(" missing") for line in answer.splitlines()):
        raise ToolError("git pack-objects: it packed what is hidden from the agent")


def promise_absent(objects: Path) -> None:
    """Mark the packs as those of a partial clone, whose objects may be elsewhere."""
    for pack in (objects / "pack").glob("*.pack"):
        pack.with_suffix(".promisor").touch(mode=0o644)
