"""Which files the worktree's own rules ignore, asked without git ever going there."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.adapters.git.process import ask
from swarm.adapters.git.task_git import TaskGit

IGNORED = "ignored"
NEWLY_IGNORED = "ignored by a rule that the agent added"


def ignored(
    task: TaskGit, paths: list[str], rules: dict[str, bytes], known: dict[str, bytes]
) -> dict[str, str]:
    """Of the paths, those that a rule ignores, and how: IGNORED or NEWLY_IGNORED.

    Git reads copies of the `.gitignore` files in a directory of ours: in the worktree
    it could meet a link or a pipe in their place. `known` are the base's files.
    """
    if not paths:
        return {}
    with TemporaryDirectory(dir=task.review_git, prefix="rules-") as shadow:
        for path, content in rules.items():
            copy = Path(shadow, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
        words = ("check-ignore", "--no-index", "--stdin", "-z", "-v", "-n")
        at = task.review(Path(shadow))
        # This command takes no literal pathspecs; behind `./` no name is a pattern.
        asked = b"".join(b"./" + os.fsencode(path) + b"\0" for path in paths)
        extra = {"GIT_LITERAL_PATHSPECS": "0"}
        out = ask(at, *words, stdin=asked, extra=extra, ok=(0, 1)).out
    return _parse(out, known)


def _parse(out: bytes, known: dict[str, bytes]) -> dict[str, str]:
    """Git's answer in fours: source, line number, pattern, path."""
    words = out.split(b"\0")
    found = {}
    for source, pattern, path in zip(
        words[0::4], words[2::4], words[3::4], strict=False
    ):
        if source and not pattern.startswith(b"!"):
            rule = _how(os.fsdecode(source), pattern, known)
            found[os.fsdecode(path.removeprefix(b"./"))] = rule
    return found


def _how(source: str, pattern: bytes, known: dict[str, bytes]) -> str:
    if not source.endswith(".gitignore"):
        return IGNORED
    lines = {each.strip() for each in known.get(source, b"").splitlines()}
    return IGNORED if pattern.strip() in lines else NEWLY_IGNORED
