"""Reviews of files that a checkout writes otherwise, and real checkouts of them."""

from swarm.adapters.git import diff
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.model.review import Change, Snapshot
from tests.adapters.git.git_helpers import commit_all, sh_git

SCRIPT = b"#!/bin/sh\necho pwned\n"


def gibberish(encoding: str, wanted: bytes = SCRIPT) -> str:
    """The text that becomes `wanted` once it is written in an encoding."""
    return wanted.decode(encoding)


def change(of: Snapshot, path: str) -> Change:
    return next(each for each in of.changes if each.path == path)


def shown(task: TaskGit, each: Change) -> bytes:
    """The bytes that a review takes for a checkout's."""
    oid = each.checkout.oid if each.checkout else ""
    return diff.blob(task, oid or each.new)


def checked_out(task: TaskGit, snapshot: Snapshot, path: str) -> bytes:
    """The bytes that the user's own git writes, in the user's own repository."""
    repo = task.repo.root
    objects = task.review_git / "objects"
    alternates = task.repo.objects / "info" / "alternates"
    alternates.write_text(f"{objects}\n")
    sh_git(repo, "read-tree", "--reset", "-u", snapshot.tree)
    alternates.unlink()
    return (repo / path).read_bytes()


def taken(task: TaskGit, files: dict[str, str | bytes]) -> Snapshot:
    for path, content in files.items():
        file = task.worktree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return take.take(task)


def reasons(each: Change) -> str:
    return "; ".join(flag.reason for flag in each.flags)


def commit_rules(task: TaskGit, rule: str) -> None:
    (task.repo.root / ".gitattributes").write_text(rule)
    commit_all(task.repo.root, "attributes")


def write_info(task: TaskGit, rule: str) -> None:
    (task.repo.common_dir / "info").mkdir(exist_ok=True)
    (task.repo.common_dir / "info" / "attributes").write_text(rule)
