"""Finds the branch that a human means by a target's name."""

from swarm.adapters.git.repository import Repository
from swarm.errors import Refused
from swarm.model.safe_text import safe_line

_BRANCHES, _REMOTES, _TAGS = "refs/heads/", "refs/remotes/", "refs/tags/"


def branch(repository: Repository, name: str) -> str:
    """The branch's name without `refs/heads/`, of a short name, a full one or `HEAD`.

    Refused with the way out for anything else: a merge lands on nothing but a branch
    of this repository.
    """
    if name in ("HEAD", "@"):
        return _checked_out(repository)
    for candidate in _candidates(name):
        if _exists(repository, f"{_BRANCHES}{candidate}"):
            return candidate
    raise _no_branch(repository, name)


def _candidates(name: str) -> tuple[str, ...]:
    if name.startswith(_BRANCHES):
        return (name.removeprefix(_BRANCHES), name)
    return (name, name.removeprefix("heads/"))


def _checked_out(repository: Repository) -> str:
    if not repository.branch:
        raise Refused(
            f"HEAD of {safe_line(str(repository.root))} is detached: it names no "
            "branch to merge to",
            hint="name a branch: `--into BRANCH`",
        )
    return repository.branch


def _no_branch(repository: Repository, name: str) -> Refused:
    shown = safe_line(name, 200)
    remote = name.removeprefix("refs/").removeprefix("remotes/")
    if _exists(repository, f"{_REMOTES}{remote}"):
        local = remote.partition("/")[2]
        return Refused(
            f"{shown!r} is a branch of a remote; a merge lands on one of your own",
            hint=f"merge with `--into {safe_line(local)}`"
            if _exists(repository, f"{_BRANCHES}{local}")
            else f"make one: `git branch {safe_line(local)} {safe_line(remote)}`, "
            f"then `--into {safe_line(local)}`",
        )
    tag = name.removeprefix("refs/").removeprefix("tags/")
    if _exists(repository, f"{_TAGS}{tag}"):
        return Refused(
            f"{shown!r} is a tag; a merge lands on a branch",
            hint=f"make one there: `git branch NAME {shown}`, then `--into NAME`",
        )
    if _is_branch_name(repository, name):
        return Refused(
            f"there is no branch {shown!r} to merge to",
            hint=f"make it: `git branch {shown}`; `git branch` lists what there is",
        )
    return Refused(
        f"{shown!r} is no branch to merge to", hint="`git branch` lists branches"
    )


def _exists(repository: Repository, ref: str) -> bool:
    """True for a ref of exactly this name; `main~1` and `main@{0}` are none."""
    git = repository.git.accepting(1, 128)
    words = ("--verify", "--quiet", ref)
    status, _, _ = git.show_ref(*words, with_extended_output=True)
    return bool(status == 0)


def _is_branch_name(repository: Repository, name: str) -> bool:
    git = repository.git.accepting(1, 128)
    words = ("--branch", name)
    status, _, _ = git.check_ref_format(*words, with_extended_output=True)
    return bool(status == 0) and not name.startswith(("-", "refs/"))
