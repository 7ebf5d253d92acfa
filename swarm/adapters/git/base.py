"""The commit that a task begins at: found by any name of git's, and checked whole."""

import os
import re
import shlex
from dataclasses import dataclass

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.repository import OBJECT_ID, Repository, commit_named
from swarm.errors import SwarmError, ToolError
from swarm.model.safe_text import safe_line

_HEADS = "refs/heads/"
_FROM_NAME = re.compile(r"(?P<name>[^~^@:]+)(?:[~^]|@\{)")
"""`main~2`, `main^`, `main@{yesterday}`: a name, and steps from there."""
_CHECK = Bounds(seconds=300)


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that a task begins at."""

    commit: str
    ref: str
    """The branch, else the name the human gave; the commit's id if they gave none."""
    target: str
    """The branch that a merge goes to by default; empty if HEAD is detached."""


def resolve_base(repository: Repository, name: str = "") -> Base:
    """The commit that a name stands for now, HEAD if it is empty; SwarmError if none.

    Every form that `git rev-parse` takes, as the checkout that was named reads it: its
    own HEAD and reflog count. A name that a tag has too means the branch, as it does
    for `git checkout`. The target is the branch that is named, alone or with steps from
    it (`main~2`), else the one that is checked out.
    """
    if name in ("", "HEAD", "@"):
        if not repository.head:
            raise SwarmError(
                f"the repository {safe_line(str(repository.root))} has no commit to "
                "start from",
                hint="commit something first, or name a branch with --base",
            )
        branch = repository.branch
        return Base(repository.head, branch or repository.head, branch)
    git = repository.checkout_git
    branch = _branch_named(repository, git, name)
    if branch:
        return Base(repository.tip(branch), branch, branch)
    commit = _commit(git, name)
    if not commit:
        raise SwarmError(
            f"{safe_line(name)!r} is no commit of {safe_line(str(repository.root))}",
            hint="name a branch, a tag or a commit that is there; `git branch` lists "
            "branches, and what git has collected is gone",
        )
    steps = _FROM_NAME.match(name)
    start = _branch_named(repository, git, steps["name"]) if steps else ""
    return Base(commit, name, start or repository.branch)


def is_branch(repository: Repository, name: str) -> bool:
    """True if the name is a branch's, a remote's one too: what may move on."""
    refs = (f"{_HEADS}{name}", f"refs/remotes/{name}")
    return any(commit_named(repository.git, ref) for ref in refs)


def require_commit(repository: Repository, commit: str) -> None:
    """Refuse a base that git has collected since it was named; SwarmError."""
    if not commit_named(repository.git, commit):
        raise SwarmError(
            f"the commit {commit[:12]} is not in {safe_line(str(repository.root))} "
            "any more: git has collected it",
            hint="start anew from a base that is there; `git branch` lists branches",
        )


def require_objects(repository: Repository, commit: str) -> None:
    """Refuse a base of which an object is missing; nothing is fetched.

    What counts is the tree that a worktree is filled with: a partial clone that holds
    it is as good as any. One process, whatever the size. SwarmError has the number of
    missing objects, a path and the way out.
    """
    git = repository.git.within(_CHECK)
    # With `--missing` git fetches nothing, promisor or not.
    words = ("--objects", "--missing=print", "--no-walk", "--quiet", commit)
    where = safe_line(str(repository.root))
    try:
        answer: str = git.rev_list(*words)
    except ToolError:
        require_commit(repository, commit)
        raise
    missing = {line[1:] for line in answer.splitlines() if line.startswith("?")}
    if not missing:
        return
    path = _path_of(git, commit, missing)
    root = shlex.quote(safe_line(str(repository.root)))
    raise SwarmError(
        f"{where} lacks at least {len(missing)} "
        f"{'object' if len(missing) == 1 else 'objects'} of {commit[:12]}, such as "
        f"{safe_line(path, 80) if path else 'its whole tree'}; a sandbox cannot "
        "fetch them",
        hint=f"`git -C {root} fetch --refetch --no-filter` brings them"
        if repository.settings.partial
        else f"`git -C {root} fsck` names them; fetch or restore them",
    )


def _branch_named(repository: Repository, git: Git, name: str) -> str:
    """The local branch that a name means alone; empty if it means something else."""
    if OBJECT_ID.fullmatch(name) or _is_no_name(name):
        return ""
    for prefix in (_HEADS, "heads/", ""):
        branch = name.removeprefix(prefix)
        if name.startswith(prefix) and repository.tip(branch):
            return branch
    # `@{-1}` and `branch@{upstream}` are names of branches too.
    words = ("--verify", "--quiet", "--symbolic-full-name", name)
    full: str = git.accepting(1, 128).rev_parse(*words)
    return full.removeprefix(_HEADS) if full.startswith(_HEADS) else ""


def _commit(git: Git, name: str) -> str:
    """The commit of any single revision; empty if it is none."""
    if _is_no_name(name):
        return ""
    # In two steps: `:/text^{commit}` would look for all of that text.
    words = ("--verify", "--quiet", name)
    oid: str = git.accepting(1, 128).rev_parse(*words)
    return commit_named(git, oid) if OBJECT_ID.fullmatch(oid) else ""


def _is_no_name(name: str) -> bool:
    """True for what git would take as an option, or as a range of commits."""
    is_range = ".." in name and ":/" not in name and "^{/" not in name
    return name.startswith(("-", "^")) or is_range or not name.isprintable()


def _path_of(git: Git, commit: str, missing: set[str]) -> str:
    """The first path whose object is missing; empty if it is the whole tree."""
    words = ("-r", "-t", "-z", "--full-tree", commit)
    listing = os.fsdecode(git.accepting(1, 128).ls_tree(*words, **RAW))
    for record in listing.split("\0"):
        head, _, path = record.partition("\t")
        if head.rpartition(" ")[2] in missing:
            return path
    return ""
