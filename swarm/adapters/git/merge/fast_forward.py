"""Brings a checkout from one commit to the next, or back.

Git writes the merge's files into an empty directory, through the user's filters, so a
filter that fails or a full disk touches nothing of theirs. Then each old file goes
aside and each new one gets its name, by calls that replace nothing. Until the branch
has moved all of it can be taken back, from the record alone.
"""

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from swarm.adapters.git.merge import drivers, index_times, record
from swarm.adapters.git.merge.checkout import Checkout
from swarm.adapters.git.merge.places import Places
from swarm.adapters.git.merge.record import Move, Record, Stamp
from swarm.adapters.git.merge.steps import GITLINK, Step, parents
from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.git.settings import read_settings
from swarm.errors import Refused, ToolError
from swarm.model.safe_text import safe_line

_WRITING = Bounds(seconds=900)


def stamps(checkout: Checkout, path_steps: Iterable[Step]) -> dict[str, Stamp]:
    """The files that the merge replaces, as they are before they are looked at."""
    with Places(checkout.work_tree) as tree:
        found = {
            step.path: tree.lstat(step.path) for step in path_steps if step.leaves_file
        }
    return {path: Stamp.of(status) for path, status in found.items() if status}


def begin(checkout: Checkout, landing: Record, owner: tuple[int, int] | None) -> Record:
    """Make the places of a landing, and note where they are; no file moves.

    They lie on the file system of the work tree, so that files can be renamed.
    """
    digest = index_digest(checkout)
    beside_index = checkout.landing / "files"
    staging = (
        beside_index
        if _is_one_file_system(checkout)
        else checkout.work_tree / f".swarm-landing-{secrets.token_hex(6)}"
    )
    landing = replace(landing, staging=staging, index_digest=digest)
    checkout.landing.mkdir()
    landing.write(checkout.landing)
    for directory in (staging, landing.arriving, landing.aside):
        directory.mkdir()
    if owner:
        for directory in (checkout.landing, staging, landing.arriving, landing.aside):
            os.chown(directory, *owner)
    checkout.copy_index(checkout.draft)
    return landing


def write_files(checkout: Checkout, landing: Record) -> None:
    """Let git write the merge's files aside, and the draft of the index."""
    git = checkout.git_on(checkout.draft, landing.arriving).within(_WRITING)
    words = ("-m", "-u", "--no-recurse-submodules", landing.old, landing.new)
    try:
        git.read_tree(*words, env=drivers.away(read_settings(git)))
    except ToolError as error:
        raise ToolError(drivers.as_set(error.message), hint=error.hint) from error


def decide(
    checkout: Checkout,
    landing: Record,
    path_steps: tuple[Step, ...],
    old_stamps: dict[str, Stamp],
) -> Record:
    """Note each move that is to come, on the disk; SwarmError if files are missing."""
    with Places(checkout.work_tree) as tree, Places(landing.arriving) as arriving:
        moves = tuple(
            _move(step, old_stamps.get(step.path), arriving) for step in path_steps
        )
        names = [(move.new.inode, move.path) for move in moves if move.new]
        if len({inode for inode, _ in names}) != len(names):
            raise Refused(
                f"the file system of {safe_line(str(checkout.work_tree))} takes names "
                "of the merge for one",
                hint="ask the agent to rename them",
            )
        landing = landing.with_moves(
            moves, _directories_to_make(tree, moves), _directories_to_go(tree, moves)
        )
    landing.write(checkout.landing)
    return landing


def _move(step: Step, old: Stamp | None, arriving: Places) -> Move:
    status = arriving.lstat(step.path) if step.new_mode not in (0, GITLINK) else None
    return Move(
        step.path,
        step.old_mode,
        step.new_mode,
        step.old,
        step.new,
        old,
        Stamp.of(status) if status else None,
    )


def _directories_to_go(tree: Places, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """Directories of the old tree whose names the merge gives to files."""
    leaving = {
        directory for m in moves if not m.new_mode for directory in parents(m.path)
    }
    going = {move.path for move in moves if move.new and move.path in leaving}
    going |= {m.path for m in moves if m.old_mode == GITLINK and m.new_mode != GITLINK}
    found = {directory: tree.lstat(directory) for directory in sorted(going)}
    return tuple(
        directory
        for directory, status in found.items()
        if status and stat.S_ISDIR(status.st_mode)
    )


def _directories_to_make(tree: Places, moves: tuple[Move, ...]) -> tuple[str, ...]:
    wanted = {
        directory
        for move in moves
        if move.new or move.new_mode == GITLINK
        for directory in parents(move.path)
    }
    wanted |= {move.path for move in moves if move.new_mode == GITLINK}
    found = {directory: tree.lstat(directory) for directory in wanted}
    return tuple(
        directory
        for directory, status in sorted(found.items())
        if not status or not stat.S_ISDIR(status.st_mode)
    )


def place(checkout: Checkout, landing: Record, owner: tuple[int, int] | None) -> None:
    """Move the old files aside and the new ones in; Refused if the user was faster.

    Stops at the first surprise: `take_back` is the answer to all of them.
    """
    with (
        Places(checkout.work_tree) as tree,
        Places(landing.arriving) as arriving,
        Places(landing.aside) as aside,
    ):
        for number, move in enumerate(landing.moves):
            if move.old:
                _take_aside(tree, aside, move, str(number))
        for number, directory in enumerate(landing.removed):
            tree.take_aside(directory, aside, f"d{number}")
            path = _first_file(landing.aside / f"d{number}")
            if path:
                raise interfered(f"{directory}/{path}")
        for directory in landing.made:
            with suppress(FileExistsError):
                tree.make_directory(directory, owner)
        for move in landing.moves:
            if move.new:
                try:
                    arriving.move_to(move.path, tree, move.path)
                except (FileExistsError, NotADirectoryError) as error:
                    raise interfered(move.path) from error
        _enter_times(checkout, tree, landing)


def _first_file(directory: Path) -> str:
    """A file somewhere below a directory; empty if there are but directories."""
    for above, _, names in os.walk(directory):
        for name in names:
            return str((Path(above) / name).relative_to(directory))
    return ""


def _take_aside(tree: Places, aside: Places, move: Move, number: str) -> None:
    try:
        status = tree.take_aside(move.path, aside, number)
    except FileNotFoundError as error:
        raise interfered(move.path) from error
    if Stamp.of(status) != move.old:
        raise interfered(move.path)


def refuse_changed_aside(landing: Record) -> None:
    """Refused if a program of the user's went on writing to a file that went aside."""
    with Places(landing.aside) as aside:
        for number, move in enumerate(landing.moves):
            status = aside.lstat(str(number)) if move.old else None
            if status and Stamp.of(status) != move.old:
                raise interfered(move.path)


def interfered(path: str) -> Refused:
    """The refusal for a path that changed under the merge's hands."""
    return Refused(
        f"{safe_line(path, 80)} was changed while the merge was landing",
        hint="look at it, then merge again",
    )


def _enter_times(checkout: Checkout, tree: Places, landing: Record) -> None:
    found = {move.path: tree.lstat(move.path) for move in landing.moves if move.new}
    files = {os.fsencode(path): status for path, status in found.items() if status}
    index_times.enter(checkout.draft, files, len(landing.old) // 2)


def finish(checkout: Checkout, landing: Record) -> None:
    """Make the draft the index; the branch has moved.

    An index that is not the one that was locked is the user's doing: what the merge
    changed is entered into it where it still has the old state.
    """
    checkout, landing = _where_they_are(checkout, landing)
    if not checkout.work_tree.is_dir():
        forget(checkout, landing)
        return
    _place_rest(checkout, landing)
    if not checkout.draft.exists():
        pass  # it took the index's place already
    elif index_digest(checkout) == landing.index_digest:
        record.sync(checkout.draft)
        checkout.draft.replace(checkout.index)
        record.sync(checkout.git_dir)
    else:
        _enter(checkout, landing)
    _remove_empty_directories(checkout, landing)
    rescue(checkout, landing)
    forget(checkout, landing)


def _where_they_are(checkout: Checkout, landing: Record) -> tuple[Checkout, Record]:
    """Both, after the user moved the checkout with what swarm has in it."""
    moved = checkout.where_it_is()
    if landing.staging.is_relative_to(checkout.work_tree):
        inside = landing.staging.relative_to(checkout.work_tree)
        landing = replace(landing, staging=moved.work_tree / inside)
    return moved, landing


def _place_rest(checkout: Checkout, landing: Record) -> None:
    """What a loss of power kept from its place, although the branch has moved."""
    if not landing.arriving.is_dir():
        return
    with Places(checkout.work_tree) as tree, Places(landing.arriving) as arriving:
        for move in landing.moves:
            if move.new and arriving.lstat(move.path) and not tree.lstat(move.path):
                with suppress(OSError):
                    arriving.move_to(move.path, tree, move.path)


def _enter(checkout: Checkout, landing: Record) -> None:
    """Enter the merge's paths into a changed index, under the lock on it."""
    entries = index_entries(checkout, landing)
    moves = [m for m in landing.moves if entries.get(m.path) == _old_entry(m)]
    # Removals first: a file may stand where a directory was.
    ordered = sorted(moves, key=lambda move: bool(move.new_mode))
    checkout.copy_index(checkout.draft)
    git = checkout.git_on(checkout.draft)
    records = os.fsencode("".join(move.record for move in ordered))
    git.update_index("-z", "--index-info", istream=records)
    git.accepting(1).update_index("-q", "--refresh")
    record.sync(checkout.draft)
    checkout.draft.replace(checkout.index)


def _remove_empty_directories(checkout: Checkout, landing: Record) -> None:
    """As git does: a directory goes with the last file in it."""
    gone = {
        directory
        for move in landing.moves
        if not move.new_mode
        for directory in parents(move.path)
    }
    with Places(checkout.work_tree) as tree:
        for directory in sorted(gone, reverse=True):
            tree.remove_directory(directory)


def undo(checkout: Checkout, owner: tuple[int, int] | None) -> None:
    """Take back what the record on the disk says; fine if there is none."""
    landing = record.read(checkout.landing)
    if landing:
        take_back(checkout, landing, owner)
    else:
        _forget_index(checkout)
        erase(checkout.landing)


def take_back(
    checkout: Checkout, landing: Record, owner: tuple[int, int] | None
) -> None:
    """Give the checkout its old files again, where the merge's still are.

    What the user changed or committed since then stays theirs. OSError if the disk
    refuses; call it again then.
    """
    checkout, landing = _where_they_are(checkout, landing)
    if landing.moves and checkout.work_tree.is_dir():
        entries = index_entries(checkout, landing)
        moves = [
            (number, move)
            for number, move in enumerate(landing.moves)
            if entries.get(move.path) == _old_entry(move)
        ]
        with Places(checkout.work_tree) as tree:
            _remove_new(tree, moves)
            for directory in reversed(landing.made):
                tree.remove_directory(directory)
            if landing.aside.is_dir():
                with Places(landing.aside) as aside:
                    _restore(tree, aside, moves, landing, owner)
    rescue(checkout, landing)
    forget(checkout, landing)


def _remove_new(tree: Places, moves: list[tuple[int, Move]]) -> None:
    for _, move in moves:
        status = tree.lstat(move.path) if move.new else None
        if status and Stamp.of(status) == move.new:
            tree.remove(move.path)


def _restore(
    tree: Places,
    aside: Places,
    moves: list[tuple[int, Move]],
    landing: Record,
    owner: tuple[int, int] | None,
) -> None:
    # What stands in its place is the user's; `rescue` looks at what stays aside.
    taken = (FileExistsError, FileNotFoundError, NotADirectoryError)
    for number, directory in enumerate(landing.removed):
        if aside.lstat(f"d{number}"):
            with suppress(*taken):
                aside.move_to(f"d{number}", tree, directory)
    for number, move in moves:
        if move.old and aside.lstat(str(number)):
            for directory in parents(move.path):
                _make_again(tree, directory, owner)
            with suppress(*taken):
                aside.move_to(str(number), tree, move.path)


def _make_again(tree: Places, directory: str, owner: tuple[int, int] | None) -> None:
    if not tree.lstat(directory):
        with suppress(FileNotFoundError, NotADirectoryError):
            tree.make_directory(directory, owner)


def rescue(checkout: Checkout, landing: Record) -> None:
    """Keep what is aside and is no version that git has, under a name of its own.

    Nothing of the user's is erased: after this all that is aside is in the old commit.
    """
    if not landing.aside.is_dir() or not checkout.work_tree.is_dir():
        return
    with Places(checkout.work_tree) as tree, Places(landing.aside) as aside:
        for number, move in enumerate(landing.moves):
            status = aside.lstat(str(number)) if move.old else None
            if status and Stamp.of(status) != move.old:
                _keep(tree, aside, str(number), move.path)
        for number, directory in enumerate(landing.removed):
            if _first_file(landing.aside / f"d{number}"):
                _keep(tree, aside, f"d{number}", directory)


def _keep(tree: Places, aside: Places, name: str, path: str) -> None:
    """Put it beside its path, or at the top of the work tree."""
    kept_name = f"swarm-aside-{secrets.token_hex(4)}"
    above = path.rpartition("/")[0]
    try:
        aside.move_to(name, tree, f"{above}/{kept_name}" if above else kept_name)
    except (FileNotFoundError, NotADirectoryError):
        aside.move_to(name, tree, kept_name)


def forget(checkout: Checkout, landing: Record) -> None:
    """Remove what is left of a landing, but for the lock."""
    _forget_index(checkout)
    erase(landing.staging)
    erase(checkout.landing)


def _forget_index(checkout: Checkout) -> None:
    checkout.draft.unlink(missing_ok=True)
    Path(f"{checkout.draft}.lock").unlink(missing_ok=True)


def index_digest(checkout: Checkout) -> str:
    """What tells one state of the user's index from another."""
    try:
        content = checkout.index.read_bytes()
    except FileNotFoundError:
        return ""
    return hashlib.sha256(content).hexdigest()


def index_entries(checkout: Checkout, landing: Record) -> dict[str, tuple[int, str]]:
    """Mode and id of the landing's paths in the user's index, as it is now."""
    paths = {move.path for move in landing.moves}
    git = checkout.git_on(checkout.index).within(Bounds(output=1 << 30))
    entries = {}
    for entry in os.fsdecode(git.ls_files("-s", "-z", **RAW)).split("\0"):
        head, _, path = entry.partition("\t")
        if path in paths:
            mode, oid, _ = head.split(" ")
            entries[path] = (int(mode, 8), oid)
    return entries


def _old_entry(move: Move) -> tuple[int, str] | None:
    return (move.old_mode, move.old_id) if move.old_mode else None


def _is_one_file_system(checkout: Checkout) -> bool:
    """True if a file can be renamed from the git directory into the work tree.

    Two mounts of one file system count as two, so the kernel is asked, for a file that
    is not there.
    """
    if checkout.git_dir.stat().st_dev != checkout.work_tree.stat().st_dev:
        return False
    name = f"swarm-none-{secrets.token_hex(6)}"
    try:
        (checkout.git_dir / name).rename(checkout.work_tree / name)
    except OSError as error:
        return error.errno != errno.EXDEV
    return True
