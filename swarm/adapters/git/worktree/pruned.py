"""One commit's history as a pack of its own, with the refs that lie in it."""

from pathlib import Path

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import Git
from swarm.adapters.git.worktree.private_refs import Ref, present_refs

_SLOW = Bounds(seconds=900)


def pack_history(
    git: Git, commit: str, objects: Path, refs: tuple[Ref, ...]
) -> tuple[Ref, ...]:
    """Pack what `commit` reaches into the object directory `objects`; the refs in it.

    `git` is git on a directory of ours that borrows the objects; where it is shallow,
    so is the pack. Tag objects come too if what they name is in the pack. Deltas are
    taken over, not searched for. Blocks for as long as copying takes.
    """
    (objects / "pack").mkdir(parents=True, exist_ok=True)
    _pack(git, objects, f"{commit}\n")
    alone = Git(git.git_dir, {"GIT_OBJECT_DIRECTORY": str(objects)})
    targets = [Ref(ref.name, ref.peeled or ref.oid, ref.symbolic) for ref in refs]
    inside = {ref.name for ref in present_refs(targets, alone)}
    kept = tuple(ref for ref in refs if ref.name in inside)
    tags = b"".join(b"%s\n" % ref.oid for ref in kept if ref.peeled)
    if tags:
        _pack(git, objects, f"{tags.decode()}^{commit}\n")
    return kept


def _pack(git: Git, objects: Path, revisions: str) -> None:
    words = ("--revs", "--delta-base-offset", "--window=0", "-q")
    pack = str(objects / "pack" / "pack")
    git.within(_SLOW).pack_objects(*words, pack, istream=revisions.encode())
