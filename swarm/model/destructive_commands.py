"""Recognises commands that destroy work, so that they are flagged as they happen.

This is a warning, not a fence: the fence is the sandbox, and a program can always do
the same by other words. Only the words are judged, so both mistakes are possible.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarm.model.activity import HOME, WORKTREE, below

_PREFIXES = frozenset({"sudo", "env", "nice", "nohup", "time", "command", "exec"})
_DISPOSABLE = (f"{WORKTREE}/", "/tmp/", "/var/tmp/", f"{HOME}/.cache/")  # noqa: S108


def destruction(argv: Sequence[str], cwd: str = WORKTREE) -> str:
    """The loss that the command would cause, in words; empty if none is recognised.

    The script of `sh -c` is not judged: its commands are, when they run.
    """
    words = _without_prefixes(argv)
    check = _CHECKS.get(words[0].rsplit("/", 1)[-1]) if words else None
    return check(words[1:], cwd) if check else ""


def _without_prefixes(argv: Sequence[str]) -> list[str]:
    """The words without programs and assignments that only run another command."""
    words = list(argv)
    while words and (
        words[0].rsplit("/", 1)[-1] in _PREFIXES or re.match(r"\w+=", words[0])
    ):
        words = words[1:]
    return words


def _flags(words: Sequence[str]) -> set[str]:
    """Short options one by one, long ones without their values."""
    flags: set[str] = set()
    for word in words:
        if word == "--":
            break
        if word.startswith("--"):
            flags.add(word.split("=", 1)[0])
        elif word.startswith("-"):
            flags |= {f"-{letter}" for letter in word[1:]}
    return flags


def _operands(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _resolved(word: str, cwd: str) -> str:
    if word.startswith("~"):
        word = HOME + word[1:]
    path = word if word.startswith("/") else f"{cwd}/{word}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _rm(words: Sequence[str], cwd: str) -> str:
    if not _flags(words) & {"-r", "-R", "--recursive"}:
        return ""
    for word in _operands(words):
        path = _resolved(word, cwd)
        if not path.startswith(_DISPOSABLE):
            return f"deletes {_said(word)} and all in it"
        if path in (f"{WORKTREE}/.git", f"{WORKTREE}/*", f"{WORKTREE}/.*"):
            return f"deletes {_said(word)} in the worktree"
    return ""


def _find(words: Sequence[str], cwd: str) -> str:
    if "-delete" in words or {"-exec", "rm"} <= set(words):
        folder = _resolved(next(iter(_operands(words)), "."), cwd)
        if not folder.startswith(_DISPOSABLE):
            return f"deletes what it finds in {_said(folder)}"
    return ""


@dataclass(frozen=True, slots=True)
class _GitCall:
    """The arguments behind git's verb."""

    words: Sequence[str]
    flags: set[str]
    operands: Sequence[str]


def _has(*flags: str) -> Callable[[_GitCall], bool]:
    return lambda call: not call.flags.isdisjoint(flags)


def _names(*operands: str) -> Callable[[_GitCall], bool]:
    return lambda call: not set(call.operands).isdisjoint(operands)


def _always(_call: _GitCall) -> bool:
    return True


def _discards_all_edits(call: _GitCall) -> bool:
    return "--" in call.words and "." in call.operands


def _pushes_by_force(call: _GitCall) -> bool:
    forced = {"-f", "--force", "--force-with-lease", "--mirror", "--delete", "-d"}
    return bool(call.flags & forced) or any(
        word[0] in "+:" for word in call.operands if word
    )


_GIT_RULES: tuple[tuple[str, Callable[[_GitCall], bool], str], ...] = (
    ("reset", _has("--hard"), "throws uncommitted work away"),
    ("clean", _has("-f", "--force"), "deletes untracked files"),
    ("push", _pushes_by_force, "overwrites the remote's history"),
    ("filter-branch", _always, "rewrites history"),
    ("filter-repo", _always, "rewrites history"),
    ("rebase", _always, "rewrites history"),
    ("checkout", _discards_all_edits, "throws edits away"),
    ("restore", _names("."), "throws edits away"),
    ("stash", _names("drop", "clear"), "drops stashed work"),
    ("branch", _has("-D"), "deletes a branch unmerged"),
    ("reflog", _names("expire", "delete"), "forgets old commits"),
    ("gc", _has("--prune"), "deletes unreachable commits"),
    ("update-ref", _has("-d"), "deletes a ref"),
)


def _git(words: Sequence[str], _cwd: str) -> str:
    words = _from_git_verb(words)
    if not words:
        return ""
    verb, rest = words[0], words[1:]
    call = _GitCall(rest, _flags(rest), _operands(rest))
    for name, destroys, reason in _GIT_RULES:
        if name == verb and destroys(call):
            return f"git {verb}: {reason}"
    return ""


def _from_git_verb(words: Sequence[str]) -> Sequence[str]:
    """The words from the verb on; options such as `-C DIR` come before it."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        index += 2 if words[index] in ("-C", "-c", "--git-dir", "--work-tree") else 1
    return words[index:]


def _dd(words: Sequence[str], cwd: str) -> str:
    for word in words:
        target = word[3:] if word.startswith("of=") else ""
        if target and not _resolved(target, cwd).startswith(
            (*_DISPOSABLE, "/dev/null")
        ):
            return f"writes over {_said(target)}"
    return ""


def _shred(words: Sequence[str], _cwd: str) -> str:
    operands = _operands(words)
    return f"shreds {_said(operands[0])}" if operands else ""


def _mkfs(_words: Sequence[str], _cwd: str) -> str:
    return "makes a new file system over an old one"


def _chmod(words: Sequence[str], cwd: str) -> str:
    wide = {"777", "0777", "a+rwx", "666", "0666"}
    if not _flags(words) & {"-R", "--recursive"} or not wide & set(words):
        return ""
    paths = [_resolved(word, cwd) for word in _operands(words)[1:]]
    if any(not below(path, WORKTREE) or path == WORKTREE for path in paths):
        return "opens a whole tree to everybody"
    return ""


_CHECKS: dict[str, Callable[[Sequence[str], str], str]] = {
    "rm": _rm,
    "find": _find,
    "git": _git,
    "dd": _dd,
    "shred": _shred,
    "mkfs": _mkfs,
    "mkfs.ext4": _mkfs,
    "chmod": _chmod,
}


def _said(word: str) -> str:
    """A word of the agent's, in quotes if it could be read as words of ours."""
    return shlex.quote(word) if re.search(r"[;\s]", word) else word
