"""One commit's history as a pack of its own, with the refs that lie in it."""

from collections.abc import Collection
from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import Git
from swarm.adapters.git.worktree.hidden_objects import promise_absent, require_absent
from swarm.adapters.git.worktree.private_refs import Ref, present_refs

_SLOW = Bounds(seconds=900)


def pack_history(
    git: Git,
    commit: str,
    objects: Path,
    refs: tuple[Ref, ...],
    without: Collection[str] = (),
) -> tuple[Ref, ...]:
    """Pack what `commit` reaches into the object directory `objects`; the refs in it.

    All but the blobs `without`; ToolError if one of them were packed all the same.

    `git` is git on a directory of ours that borrows the objects; where it is shallow,
    so is the pack. Tag objects come too if what they name is in the pack. Deltas are
    taken over, not searched for. Blocks for as long as copying takes.
    """
    (objects / "pack").mkdir(parents=True, exist_ok=True)
    left_out = "".join(f"^{oid}\n" for oid in sorted(without))
    _pack(git, objects, f"{commit}\n{left_out}")
    alone = Git(git.git_dir, {"GIT_OBJECT_DIRECTORY": str(objects)})
    targets = [Ref(ref.name, ref.peeled or ref.oid, ref.symbolic) for ref in refs]
    inside = {ref.name for ref in present_refs(targets, alone)}
    kept = tuple(ref for ref in refs if ref.name in inside)
    tags = b"".join(b"%s\n" % ref.oid for ref in kept if ref.peeled)
    if tags:
        _pack(git, objects, f"{tags.decode()}^{commit}\n{left_out}")
    if without:
        require_absent(git, objects, without)
        promise_absent(objects)
    return kept


def _pack(git: Git, objects: Path, revisions: str) -> None:
    # With a bitmap git would not look at single blobs.
    words = (
        "--revs",
        "--no-use-bitmap-index",
        "--delta-base-offset",
        "--window=0",
        "-q",
    )
    pack = str(objects / "pack" / "pack")
    git.within(_SLOW).pack_objects(*words, pack, istream=revisions.encode())
