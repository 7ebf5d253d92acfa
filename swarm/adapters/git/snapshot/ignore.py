"""The files that the worktree's own rules ignore; git itself never goes there."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.adapters.git.repo import RAW
from swarm.adapters.git.task_git import TaskGit

IGNORED = "ignored"
NEWLY_IGNORED = "ignored by a rule that the agent added"


def ignored(
    task: TaskGit,
    paths: list[str],
    rules: dict[str, bytes],
    base_rules: dict[str, bytes],
) -> dict[str, str]:
    """The paths that a rule ignores, each with its reason: IGNORED or NEWLY_IGNORED.

    Git reads copies of the `.gitignore` files in a directory of ours: in the worktree
    it could meet a link or a pipe in their place. `base_rules` are the base's.
    """
    if not paths:
        return {}
    with TemporaryDirectory(dir=task.review_git, prefix="rules-") as shadow:
        for path, content in rules.items():
            copy = Path(shadow, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
        git = task.review_on(Path(shadow)).git.accepting(1)
        words = ("--no-index", "--stdin", "-z", "-v", "-n")
        # This command takes no literal pathspecs; behind `./` no name is a pattern.
        stdin = b"".join(b"./" + os.fsencode(path) + b"\0" for path in paths)
        env = {"GIT_LITERAL_PATHSPECS": "0"}
        answer: bytes = git.check_ignore(*words, istream=stdin, env=env, **RAW)
    return _parse(answer, base_rules)


def _parse(answer: bytes, base_rules: dict[str, bytes]) -> dict[str, str]:
    """Git's answer in fours: source, line number, pattern, path."""
    fields = answer.split(b"\0")
    reasons = {}
    for source, pattern, path in zip(
        fields[0::4], fields[2::4], fields[3::4], strict=False
    ):
        if source and not pattern.startswith(b"!"):
            reason = _reason(os.fsdecode(source), pattern, base_rules)
            reasons[os.fsdecode(path.removeprefix(b"./"))] = reason
    return reasons


def _reason(source: str, pattern: bytes, base_rules: dict[str, bytes]) -> str:
    if not source.endswith(".gitignore"):
        return IGNORED
    lines = {line.strip() for line in base_rules.get(source, b"").splitlines()}
    return IGNORED if pattern.strip() in lines else NEWLY_IGNORED
