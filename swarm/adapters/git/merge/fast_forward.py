"""Brings a checkout from one commit to the next, also after that was cut short.

Git's records are parsed here, since their paths are an agent's (see
`swarm.adapters.git.repo`).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from swarm.adapters.git.merge.checkout import Checkout
from swarm.adapters.git.repo import RAW
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

_PATHS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One path that the merge writes or removes."""

    path: str
    record: str
    """The new state, as `update-index --index-info` reads it."""
    added: bool
    removed: bool


def steps(checkout: Checkout, old: str, new: str) -> tuple[Step, ...]:
    """The changes from one commit to another."""
    words = ("-r", "-z", "--raw", "--no-renames", old, new)
    fields = os.fsdecode(checkout.git.diff_tree(*words, **RAW)).split("\0")
    path_steps = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, status = head[1:].split(" ")
        entry = f"{mode.lstrip('0') or '0'} {oid}\t{path}\0"
        path_steps.append(Step(path, entry, status == "A", status == "D"))
    return tuple(path_steps)


def refuse_dirty(checkout: Checkout, old: str, path_steps: tuple[Step, ...]) -> None:
    """Refused, naming paths, if the merge would touch what the user changed.

    Ignored files count: git would overwrite them without a word.
    """
    touched = {step.path for step in path_steps}
    staged = checkout.git.diff_index("--cached", "-z", "--name-only", old, **RAW)
    dirty = (_paths(staged) | _changed(checkout)) & touched
    dirty |= _existing(checkout, (step for step in path_steps if step.added))
    if dirty:
        raise _in_the_way(checkout, dirty)


def resume(checkout: Checkout, new: str, path_steps: tuple[Step, ...]) -> None:
    """Make the draft fit a work tree that an earlier attempt left half done.

    All paths had passed `refuse_dirty` when it began. Since then each is as before,
    as the merge wants it, or torn: git was killed while it wrote the file. The second
    kind is entered into the draft as done, the third is removed to be written again.
    Anything else is the user's, and Refused.
    """
    added = (step for step in path_steps if step.added)
    unlike_old = _changed(checkout) | _existing(checkout, added)
    draft_of_old = checkout.draft.read_bytes()
    _enter(checkout, path_steps)
    removed = (step for step in path_steps if step.removed)
    unlike_new = _changed(checkout) | _existing(checkout, removed)
    checkout.draft.write_bytes(draft_of_old)
    done = tuple(step for step in path_steps if step.path not in unlike_new)
    unlike_both = [s for s in path_steps if s.path in unlike_new & unlike_old]
    foreign = {s.path for s in unlike_both if not _is_torn(checkout, new, s)}
    if foreign:
        raise _in_the_way(checkout, foreign)
    for step in unlike_both:
        (checkout.work_tree / step.path).unlink(missing_ok=True)
    _enter(checkout, done)


def move(checkout: Checkout, old: str, new: str) -> None:
    """Write the files and the draft; the index is as it was."""
    checkout.git.read_tree("-m", "-u", "--no-recurse-submodules", old, new)


def is_untouched(checkout: Checkout, path_steps: tuple[Step, ...]) -> bool:
    """True if no file of the merge is written yet."""
    checkout.start_draft()
    dirty = _changed(checkout) & {step.path for step in path_steps}
    return not dirty and not _existing(checkout, (s for s in path_steps if s.added))


def _enter(checkout: Checkout, path_steps: tuple[Step, ...]) -> None:
    """Enter the new state of these paths into the draft."""
    # Removals first: a file may stand where a directory was.
    ordered = sorted(path_steps, key=lambda step: not step.removed)
    records = os.fsencode("".join(step.record for step in ordered))
    checkout.git.update_index("-z", "--index-info", istream=records)
    checkout.refresh()


def _changed(checkout: Checkout) -> set[str]:
    """Paths whose file is not what the draft says."""
    words = ("-z", "--name-only", "--ignore-submodules=all")
    return _paths(checkout.git.diff_files(*words, **RAW))


def _paths(listing: bytes) -> set[str]:
    return {path for path in os.fsdecode(listing).split("\0") if path}


def _existing(checkout: Checkout, path_steps: Iterable[Step]) -> set[str]:
    """The paths at which there is something."""
    return {step.path for step in path_steps if _exists(checkout, step.path)}


def _exists(checkout: Checkout, path: str) -> bool:
    try:
        return os.path.lexists(checkout.work_tree / path)
    except OSError:
        return False


def _is_torn(checkout: Checkout, new: str, step: Step) -> bool:
    """True if a file is missing, or holds only the beginning of the merge's content."""
    path = checkout.work_tree / step.path
    if not _exists(checkout, step.path):
        return True
    if step.removed or path.is_symlink() or not path.is_file():
        return False
    words = ("--filters", f"{new}:{step.path}")
    content: bytes = checkout.git.cat_file(*words, **RAW)
    return path.stat().st_size < len(content) and content.startswith(path.read_bytes())


def _in_the_way(checkout: Checkout, paths: set[str]) -> Refused:
    first = ", ".join(safe_line(path, 80) for path in sorted(paths)[:_PATHS_SHOWN])
    more = f" and {len(paths) - _PATHS_SHOWN} more" if len(paths) > _PATHS_SHOWN else ""
    return Refused(
        f"{safe_line(str(checkout.work_tree))} has changes of yours that the merge "
        f"would overwrite: {first}{more}",
        hint="commit, stash or move them, then merge again",
    )
