"""Which commands destroy work: what a safety hook would stop, seen as it happens.

A warning, not a fence: a program can always do the same by other words, and the fence
is the sandbox. It goes by the words alone, so it can be wrong both ways.
"""

import re
from collections.abc import Callable, Sequence

from swarm.model.activity import HOME, WORKTREE, below

_PREFIXES = frozenset({"sudo", "env", "nice", "nohup", "time", "command", "exec"})
_FREE = (f"{WORKTREE}/", "/tmp/", "/var/tmp/", f"{HOME}/.cache/")  # noqa: S108


def ruin(argv: Sequence[str], cwd: str = WORKTREE) -> str:
    """What the command would destroy, in words; empty where nothing is known of it.

    Not what a shell is told to run: that is seen when it runs.
    """
    words = _plain(argv)
    judge = _JUDGES.get(words[0].rsplit("/", 1)[-1]) if words else None
    return judge(words[1:], cwd) if judge else ""


def _plain(argv: Sequence[str]) -> list[str]:
    """Without what only runs another command."""
    words = list(argv)
    while words and (
        words[0].rsplit("/", 1)[-1] in _PREFIXES or re.match(r"\w+=", words[0])
    ):
        words = words[1:]
    return words


def _flags(words: Sequence[str]) -> set[str]:
    """Short options one by one, long ones as they are, without their values."""
    found: set[str] = set()
    for word in words:
        if word == "--":
            break
        if word.startswith("--"):
            found.add(word.split("=", 1)[0])
        elif word.startswith("-"):
            found |= {f"-{letter}" for letter in word[1:]}
    return found


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
        if not path.startswith(_FREE):
            return f"deletes {word} and all in it"
        if path in (f"{WORKTREE}/.git", f"{WORKTREE}/*", f"{WORKTREE}/.*"):
            return f"deletes {word} in the worktree"
    return ""


def _find(words: Sequence[str], cwd: str) -> str:
    if "-delete" in words or {"-exec", "rm"} <= set(words):
        place = _resolved(next(iter(_operands(words)), "."), cwd)
        if not place.startswith(_FREE):
            return f"deletes what it finds in {place}"
    return ""


def _git(words: Sequence[str], _cwd: str) -> str:
    words = _git_verb(words)
    verb, rest = (words[0], words[1:]) if words else ("", [])
    flags, operands = _flags(rest), _operands(rest)
    found = {
        "reset": "--hard" in flags and "throws uncommitted work away",
        "clean": bool(flags & {"-f", "--force"}) and "deletes untracked files",
        "push": _pushes_by_force(flags, operands) and "overwrites the remote's history",
        "filter-branch": "rewrites history",
        "filter-repo": "rewrites history",
        "rebase": "rewrites history",
        "checkout": "--" in rest and "." in operands and "throws edits away",
        "restore": "." in operands and "throws edits away",
        "stash": bool({"drop", "clear"} & set(operands)) and "drops stashed work",
        "branch": bool(flags & {"-D"}) and "deletes a branch unmerged",
        "reflog": bool({"expire", "delete"} & set(operands)) and "forgets old commits",
        "gc": "--prune" in flags and "deletes unreachable commits",
        "update-ref": bool(flags & {"-d"}) and "deletes a ref",
    }
    reason = found.get(verb)
    return f"git {verb}: {reason}" if reason else ""


def _git_verb(words: Sequence[str]) -> Sequence[str]:
    """From the verb on; `-C DIR` and `-c KEY=VALUE` come before it."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in ("-C", "-c", "--git-dir", "--work-tree") else 1
    return words[at:]


def _pushes_by_force(flags: set[str], operands: Sequence[str]) -> bool:
    forced = {"-f", "--force", "--force-with-lease", "--mirror", "--delete", "-d"}
    return bool(flags & forced) or any(word[0] in "+:" for word in operands if word)


def _dd(words: Sequence[str], cwd: str) -> str:
    for word in words:
        target = word[3:] if word.startswith("of=") else ""
        if target and not _resolved(target, cwd).startswith((*_FREE, "/dev/null")):
            return f"writes over {target}"
    return ""


def _shred(words: Sequence[str], _cwd: str) -> str:
    operands = _operands(words)
    return f"shreds {operands[0]}" if operands else ""


def _mkfs(_words: Sequence[str], _cwd: str) -> str:
    return "makes a new file system over an old one"


def _chmod(words: Sequence[str], cwd: str) -> str:
    wide = {"777", "0777", "a+rwx", "666", "0666"}
    if not _flags(words) & {"-R", "--recursive"} or not wide & set(words):
        return ""
    places = [_resolved(word, cwd) for word in _operands(words)[1:]]
    if any(not below(place, WORKTREE) or place == WORKTREE for place in places):
        return "opens a whole tree to everybody"
    return ""


_JUDGES: dict[str, Callable[[Sequence[str], str], str]] = {
    "rm": _rm,
    "find": _find,
    "git": _git,
    "dd": _dd,
    "shred": _shred,
    "mkfs": _mkfs,
    "mkfs.ext4": _mkfs,
    "chmod": _chmod,
}
