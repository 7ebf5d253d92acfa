"""Brings a checkout from one commit to the next, also where that was cut short."""

import os
from dataclasses import dataclass

from swarm.adapters.git.merge.checkout import Checkout
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One path that the merge writes or removes."""

    path: str
    record: str
    """What `update-index --index-info` takes for the new state."""
    added: bool
    removed: bool


def steps(at: Checkout, old: str, new: str) -> tuple[Step, ...]:
    """What lies between two commits."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new)
    fields = os.fsdecode(at.git(*words)).split("\0")
    found = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, status = head[1:].split(" ")
        entry = f"{mode.lstrip('0') or '0'} {oid}\t{path}\0"
        found.append(Step(path, entry, status == "A", status == "D"))
    return tuple(found)


def refuse_dirty(at: Checkout, old: str, todo: tuple[Step, ...]) -> None:
    """Refused, naming paths, where the merge would touch what the user changed.

    Ignored files count: git would overwrite them without a word.
    """
    touched = {step.path for step in todo}
    staged = at.git("diff-index", "--cached", "-z", "--name-only", old)
    dirty = (_paths(staged) | _changed(at)) & touched
    dirty |= {step.path for step in todo if step.added and _exists(at, step.path)}
    if dirty:
        raise _in_the_way(at, dirty)


def resume(at: Checkout, new: str, todo: tuple[Step, ...]) -> None:
    """Make the draft fit a work tree that an earlier landing left half done.

    All paths had passed `refuse_dirty` when it began. Since then each is as before,
    as the merge wants it, or torn: git was killed while it wrote the file. The second
    kind is entered into the draft as done, the third is removed to be written again.
    Anything else is the user's, and Refused.
    """
    unlike_old = _changed(at) | {
        step.path for step in todo if step.added and _exists(at, step.path)
    }
    before = at.draft.read_bytes()
    at.git("update-index", "-z", "--index-info", stdin=_records(todo))
    at.refresh()
    unlike_new = _changed(at) | {
        step.path for step in todo if step.removed and _exists(at, step.path)
    }
    at.draft.write_bytes(before)
    done = tuple(step for step in todo if step.path not in unlike_new)
    torn = [s for s in todo if s.path in unlike_new and s.path in unlike_old]
    foreign = {step.path for step in torn if not _is_torn(at, new, step)}
    if foreign:
        raise _in_the_way(at, foreign)
    for step in torn:
        (at.work_tree / step.path).unlink(missing_ok=True)
    at.git("update-index", "-z", "--index-info", stdin=_records(done))
    at.refresh()


def move(at: Checkout, old: str, new: str) -> None:
    """Write the files and the draft; the index is as it was."""
    at.git("read-tree", "-m", "-u", "--no-recurse-submodules", old, new)


def untouched(at: Checkout, todo: tuple[Step, ...]) -> bool:
    """Whether no file of the merge was written yet."""
    at.start_draft()
    dirty = _changed(at) & {step.path for step in todo}
    return not dirty and not any(s.added and _exists(at, s.path) for s in todo)


def _records(todo: tuple[Step, ...]) -> bytes:
    # Removals first: a file may stand where a directory was.
    ordered = sorted(todo, key=lambda step: not step.removed)
    return os.fsencode("".join(step.record for step in ordered))


def _changed(at: Checkout) -> set[str]:
    """Paths whose file is not what the draft says."""
    return _paths(at.git("diff-files", "-z", "--name-only", "--ignore-submodules=all"))


def _paths(out: bytes) -> set[str]:
    return {path for path in os.fsdecode(out).split("\0") if path}


def _exists(at: Checkout, path: str) -> bool:
    try:
        return os.path.lexists(at.work_tree / path)
    except OSError:
        return False


def _is_torn(at: Checkout, new: str, step: Step) -> bool:
    """Whether a file is missing, or the beginning of what the merge wants there."""
    path = at.work_tree / step.path
    if not _exists(at, step.path):
        return True
    if step.removed or path.is_symlink() or not path.is_file():
        return False
    wanted = at.git("cat-file", "--filters", f"{new}:{step.path}")
    return path.stat().st_size < len(wanted) and wanted.startswith(path.read_bytes())


def _in_the_way(at: Checkout, paths: set[str]) -> Refused:
    first = ", ".join(safe_line(path, 80) for path in sorted(paths)[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return Refused(
        f"{safe_line(str(at.work_tree))} has changes of yours that the merge would "
        f"overwrite: {first}{more}",
        hint="commit, stash or move them, then merge again",
    )
