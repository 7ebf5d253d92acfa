"""Submodules that a merge would touch: what the user has in them, and pointers."""

import os
from collections.abc import Iterator
from pathlib import Path

from swarm.adapters.git.merge.checkout import Checkout
from swarm.adapters.git.merge.steps import GITLINK, Step
from swarm.adapters.git.process import GitDir
from swarm.adapters.git.repo import RAW, Git
from swarm.errors import SwarmError
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line


def items(checkout: Checkout, path_steps: tuple[Step, ...]) -> Iterator[LandingItem]:
    """Refused items: submodules that are checked out and that the merge takes away."""
    for step in path_steps:
        if step.old_mode != GITLINK or step.new_mode == GITLINK:
            continue
        directory = checkout.work_tree / step.path
        if not _is_directory(directory) or not any(directory.iterdir()):
            continue
        fate = "takes its place" if step.new_mode else "removes it"
        own = _own_work(checkout, step.path)
        yield LandingItem(
            Subject.SUBMODULE,
            Verdict.REFUSED,
            step.path,
            f"the submodule {safe_line(step.path, 80)} is checked out in "
            f"{safe_line(str(checkout.work_tree))}, and the merge {fate}"
            + (f"; it holds work of yours: {_first(own)}" if own else ""),
            own or (step.path,),
            "keep what you need of it, then `git submodule deinit "
            f"{safe_line(step.path)}` and merge again",
        )


def pointers(path_steps: tuple[Step, ...]) -> Iterator[LandingItem]:
    """Named items: another commit of a submodule, a new one, one that goes."""
    for step in path_steps:
        if GITLINK not in (step.old_mode, step.new_mode):
            continue
        name = safe_line(step.path, 80)
        if step.old_mode == step.new_mode:
            sentence = (
                f"the submodule {name} moves from {step.old[:10]} to {step.new[:10]}; "
                "its files stay as they are until `git submodule update`"
            )
        elif step.new_mode == GITLINK:
            sentence = (
                f"the submodule {name} is added at {step.new[:10]}; its files come "
                "with `git submodule update --init`"
            )
        else:
            sentence = f"the submodule {name} is no submodule any more"
        yield LandingItem(
            Subject.SUBMODULE, Verdict.NAMED, step.path, sentence, (step.path,)
        )


def _own_work(checkout: Checkout, path: str) -> tuple[str, ...]:
    """Paths inside a submodule that its own git does not have: changed, new, ignored.

    The path itself if its git cannot be asked.
    """
    directory = checkout.work_tree / path
    git_dir = _git_dir_of(directory)
    if git_dir is None:
        return (path,)
    user = checkout.user_git_dir
    git = Git(GitDir(git_dir, directory, user.home, user.personal, user.user))
    words = ("-z", "--ignored", "--untracked-files=all", "--no-renames")
    try:
        listing = os.fsdecode(git.status("--porcelain", *words, **RAW))
    except SwarmError:
        return (path,)
    return tuple(f"{path}/{entry[3:]}" for entry in listing.split("\0") if entry)


def _git_dir_of(directory: Path) -> Path | None:
    dot_git = directory / ".git"
    if dot_git.is_dir():
        return dot_git
    try:
        words = os.fsdecode(dot_git.read_bytes()).rstrip("\n")
    except OSError:
        return None
    if not words.startswith("gitdir: "):
        return None
    return Path(os.path.normpath(directory / words.removeprefix("gitdir: ")))


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _first(paths: list[str] | tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(safe_line(path, 80) for path in paths[:most]) + more
