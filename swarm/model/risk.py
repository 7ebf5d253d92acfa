"""Flags changed paths that run, steer or hide something once they are merged."""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from swarm.model import made_by_tools, risk_of_loss
from swarm.model.review import Change, CheckoutBytes, Flag, Level
from swarm.model.risk_rules import (
    HARMLESS_SETTINGS,
    MACHINE_CODE,
    RULES,
    SETTINGS_FILE,
)
from swarm.model.safe_text import safe_line

_LEADS_OUT = Flag(Level.X0, "a symlink that leads out of the tree")
_BY_SETTINGS = "named in the settings as something that runs"
LARGE = 1 << 20
"""Bytes from which a file is hard to review."""

_EXECUTABLE, _SYMLINK, _GITLINK = 0o100755, 0o120000, 0o160000
_DRIVE = re.compile(r"[a-zA-Z]:")
_FOLDS = re.compile(r":|[ .](/|$)|git~1", re.IGNORECASE)
"""ASCII that folds to something else than lower case letters."""
_NO_TEXT = re.compile("[\udc80-\udcff\ufffe\uffff]")
"""What is no UTF-8 to git, which reads a name only up to there for HFS+."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts beside the path and the modes."""

    link: str | None = None
    """The target of a symlink; None if it is not known."""
    size: int = 0
    """Bytes of the new content."""
    x0: tuple[str, ...] = ()
    """Paths of the repository that the user's own git runs or reads settings from:
    `core.hooksPath`, `include.path`."""
    x1: tuple[str, ...] = ()
    """Paths that the user named as running on an ordinary command."""
    collides: str = ""
    """Another path of the tree that some file systems take for the same."""
    gone_directory: str = ""
    """The topmost directory of the base that is gone with this file."""
    covers: tuple[Flag, ...] = ()
    """What agents may write or see after it, and may not today, or the reverse."""


def flags(change: Change, facts: Facts | None = None) -> tuple[Flag, ...]:
    """Every reason to look twice at a change, gravest first; the same one only once.

    A file that is gone cannot run: it is flagged if its going weakens something, such
    as CI or a review, and so is the old name of a renamed one.
    """
    facts = facts or Facts()
    is_gone = change.kind == "deleted"
    here = () if is_gone else tuple(_by_name(change.path, facts))
    reasons = [
        *_by_mode(change, facts),
        *here,
        *(() if is_gone else _committed_though_made(change.path)),
        *_by_going(change.path if is_gone else change.old_path, change, here, facts),
        *risk_of_loss.emptied(change, facts.size),
        *_hard_to_review(change, facts),
        *_by_neighbours(facts),
        *facts.covers,
        *_by_checkout(change.checkout),
    ]
    return tuple(sorted(dict.fromkeys(reasons), key=lambda flag: flag.level))


def _by_going(
    path: str, change: Change, here: tuple[Flag, ...], facts: Facts
) -> Iterator[Flag]:
    """The flags of a path that is gone; `here` are those of where it went."""
    if not path:
        return
    by_name = [flag for flag in _by_name(path, facts) if flag not in here]
    successor = "" if change.kind == "deleted" else change.path
    yield from risk_of_loss.lost(path, by_name, successor)
    if any(flag.reason == _BY_SETTINGS for flag in by_name):
        yield Flag(Level.X0, "named in the settings as something that runs, and gone")


def named(path: str, facts: Facts) -> Flag | None:
    """The gravest flag that a path's name alone earns it."""
    by_level = sorted(_by_name(path, facts), key=lambda flag: flag.level)
    return by_level[0] if by_level else None


def is_plain(name: str) -> bool:
    """True if a file's own name earns no flag, whichever folder it lies in.

    The folder may. False of some names that earn none either.
    """
    small = name.lower()
    return (
        _PLAIN.fullmatch(small) is not None
        and "git" not in small
        and small not in _LAST_PARTS
        and not (small[:2] in _GLOB_BEGINS and small.startswith(_GLOB_HEADS))
        and not (small[-2:] in _GLOB_ENDS and small.endswith(_GLOB_TAILS))
    )


def folded(path: str) -> str:
    """The path as a careless file system reads it.

    Letter case, characters that HFS+ ignores and what NTFS drops at a name's end
    (dots, spaces, `:stream`) do not tell two names apart there; `git~1` is `.git`.
    """
    if path.isascii() and not _FOLDS.search(path):
        return path.lower()
    return "/".join(_folded_name(name) for name in path.split("/"))


def is_git_name(name: str) -> bool:
    """True if some file system would take this name for `.git`."""
    # This runs for every file of a worktree, so most names are answered quickly.
    if name.isascii() and "git" not in name.lower():
        return False
    parts = [*name.split("\\"), *_NO_TEXT.split(name, maxsplit=1)[0].split("\\")]
    return any(_folded_name(part) == ".git" for part in parts)


def leads_out(path: str, target: str) -> bool:
    """True if a symlink at `path` could resolve to something outside the tree.

    Also true if only the disk can tell: `..` behind a name means another directory
    if that name is a symlink itself.
    """
    if not target or target[0] in "/\\~" or _DRIVE.match(target):
        return True
    names = target.replace("\\", "/").split("/")
    parts = [part for part in names if part not in ("", ".")]
    climbs = 0
    while climbs < len(parts) and parts[climbs] == "..":
        climbs += 1
    depth = path.count("/")
    return climbs > depth or ".." in parts[climbs:]


def _folded_name(name: str) -> str:
    visible = "".join(each for each in name if not _is_ignored(each))
    plain = unicodedata.normalize("NFC", visible).casefold()
    short = plain.split(":", 1)[0].rstrip(" .") or plain
    return ".git" if short == "git~1" else short


def _is_ignored(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) == "Cf"


def _by_mode(change: Change, facts: Facts) -> Iterator[Flag]:
    if _GITLINK in (change.old_mode, change.new_mode):
        yield Flag(Level.X0, "a submodule: another repository's content")
    if change.new_mode == _EXECUTABLE and change.old_mode != _EXECUTABLE:
        yield Flag(Level.X1, "became executable")
    if change.new_mode == _SYMLINK:
        yield _by_link(change.path, facts.link)


def _by_link(path: str, target: str | None) -> Flag:
    if target is None:
        return Flag(Level.X0, "a symlink that leads nobody knows where")
    if leads_out(path, target):
        return _LEADS_OUT
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if any(is_git_name(name) for name in inside.split("/")):
        return Flag(Level.X0, "a symlink into git's own directory")
    return Flag(Level.X4, "a symlink")


def _by_name(path: str, facts: Facts) -> Iterator[Flag]:
    if not facts.x0 and not facts.x1 and is_plain(path):
        return
    if _may_be_git(path) and any(is_git_name(name) for name in path.split("/")):
        yield Flag(Level.X0, "a name that some systems take for .git")
    framed = f"/{folded(path)}/"
    yield from _by_rules(framed)
    for level, prefixes in ((Level.X0, facts.x0), (Level.X1, facts.x1)):
        if any(_is_below(framed, prefix) for prefix in prefixes):
            yield Flag(level, _BY_SETTINGS)


def _committed_though_made(path: str) -> Iterator[Flag]:
    """The flags of what a tool would make again, and runs without a look at its source.

    Not of a file that is only written: a build makes thousands, and git ignores them.
    """
    names = folded(path).split("/")
    if names[-1].endswith(MACHINE_CODE):
        yield Flag(Level.X1, "machine code, which runs in place of what can be read")
    if _INSTALLED & {*names}:
        yield Flag(Level.X1, "in a folder of installed packages: programs run from it")


def _may_be_git(path: str) -> bool:
    # This runs for every path, so it only looks for the letters.
    return not path.isascii() or "git" in path.lower()


def _by_rules(framed: str) -> Iterator[Flag]:
    # This runs for every file that an agent makes, so most need one look-up a name.
    names = framed[1:-1].split("/")
    found = [_FLAG_BY_NAME[name] for name in names if name in _FLAG_BY_NAME]
    last = names[-1]
    if last.startswith(_GLOB_HEADS) or last.endswith(_GLOB_TAILS):
        found += [flag for glob, flag in _GLOBS if fnmatchcase(last, glob)]
    found += [flag for part, flag in _FLAGGED_PATHS if part in framed]
    may_be_settings = last[:1] == "." and last not in HARMLESS_SETTINGS
    if not found and may_be_settings and SETTINGS_FILE.fullmatch(last):
        found.append(_SETTINGS)
    yield from found


_PATTERNS = [(p, Flag(level, reason)) for level, reason, names in RULES for p in names]
_FLAG_BY_NAME = {p: flag for p, flag in _PATTERNS if not {"*", "/"} & set(p)}
_GLOBS = [(p, flag) for p, flag in _PATTERNS if "*" in p]
_GLOB_HEADS = tuple(p.split("*")[0] for p, _ in _GLOBS if p[0] != "*")
_GLOB_TAILS = tuple(p.rpartition("*")[2] for p, _ in _GLOBS if p[0] == "*")
_GLOB_BEGINS = frozenset(head[:2] for head in _GLOB_HEADS)
_GLOB_ENDS = frozenset(tail[-2:] for tail in _GLOB_TAILS)
_FLAGGED_PATHS = [
    (f"/{p}/", flag) for p, flag in _PATTERNS if "/" in p and "*" not in p
]
_SETTINGS = Flag(Level.X1, "a tool reads its settings from it, some as a program")
_INSTALLED = frozenset(
    folded(name)
    for name, kind in made_by_tools.DIRECTORIES.items()
    if kind == made_by_tools.STORE or name == "__pycache__"
)
_LAST_PARTS = frozenset(p.rpartition("/")[2] for p, _ in _PATTERNS)
_PLAIN = re.compile(r"[a-z0-9_]([a-z0-9_.+-]*[a-z0-9_+-])?")
"""Names that no file system folds to something else."""


def _is_below(framed: str, prefix: str) -> bool:
    clean = folded(posixpath.normpath(prefix)).strip("/")
    return clean == "." or framed.startswith(f"/{clean}/")


def _by_neighbours(facts: Facts) -> Iterator[Flag]:
    if facts.collides:
        other = safe_line(facts.collides, 80)
        reason = "collides on case-folding file systems, where only one of both exists"
        yield Flag(Level.X4, f"{reason}: {other}")
    if facts.gone_directory:
        directory = safe_line(facts.gone_directory, 80)
        reason = "the whole directory is removed: what imports or packs it breaks"
        yield Flag(Level.X4, f"{reason}: {directory}/")


def _hard_to_review(change: Change, facts: Facts) -> Iterator[Flag]:
    if change.binary and change.kind != "deleted":
        yield Flag(Level.X4, "binary")
    if facts.size > LARGE:
        yield Flag(Level.X4, "larger than 1 MiB")
    if _is_changed_for_a_screen(change.path) or _is_changed_for_a_screen(
        change.old_path
    ):
        yield Flag(Level.X4, "a name with characters that cannot be shown")


def _is_changed_for_a_screen(name: str) -> bool:
    is_plain_text = name.isascii() and name.isprintable()
    return not is_plain_text and safe_line(name, len(name)) != name


def _by_checkout(checkout: CheckoutBytes | None) -> Iterator[Flag]:
    """The bytes of a checkout run and are read, not those of the repository."""
    if not checkout:
        return
    if checkout.unknown:
        reason = f"what a checkout writes is not known: {checkout.unknown}"
        yield Flag(Level.X1, reason)
    elif checkout.must_be_seen:
        cause = ", ".join(checkout.conversions)
        reason = f"a checkout writes other bytes than the repository holds ({cause})"
        yield Flag(Level.X1, reason)
    if checkout.script:
        yield Flag(Level.X1, "a program in a checkout: it begins with #! there")
    if checkout.binary:
        yield Flag(Level.X4, "binary in a checkout")
    if checkout.others:
        number, first = len(checkout.others), checkout.others[:3]
        names = ", ".join(safe_line(path, 80) for path in first)
        more = f" and {number - len(first)} more" if number > len(first) else ""
        reason = "its rules change what a checkout writes of files that did not change"
        yield Flag(Level.X1, f"{reason}: {names}{more}")
    if checkout.program:
        program = checkout.program
        reason = f"your smudge program {program} would change these bytes at a checkout"
        yield Flag(Level.X4, f"{reason}; shown is the blob")
