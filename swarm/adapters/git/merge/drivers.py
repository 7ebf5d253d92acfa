"""Finds programs of the user's settings that a branch could bring along."""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from swarm.adapters.git.repo import RAW, Git
from swarm.adapters.git.settings import Settings, read_settings, relative_words
from swarm.adapters.git.task_git import TaskGit
from swarm.adapters.git.worktree.registration import linked_worktrees
from swarm.errors import Refused
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line

_AWAY = "cd / || exit; "


def away(settings: Settings) -> dict[str, str]:
    """Variables by which git starts each filter of the user's outside the files.

    Git starts them at the top of the work tree, where an agent's files lie: there
    `python3 -m`, `npx` or `make` would take the agent's program for the user's.
    """
    commands = {k: v for k, v in settings.drivers() if k.startswith("filter.")}
    variables = {"GIT_CONFIG_COUNT": str(len(commands))}
    for number, (key, command) in enumerate(commands.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = _AWAY + command
    return variables


def as_set(words: str) -> str:
    """Git's words about a filter, with the command as the user has set it."""
    return words.replace(_AWAY, "")


def items(task: TaskGit, new: str) -> tuple[LandingItem, ...]:
    """One refused item for each filter or merge driver that runs a file of the tree.

    `new` is the tree or commit that would land. Nothing is run.
    """
    git = Git(task.repo.common_git_dir(personal=True))
    return tuple(
        refusal(key, command)
        for key, command in read_settings(git).drivers()
        if lies_in_tree(task, command, new)
    )


def refuse(task: TaskGit, new: str) -> None:
    """Refused if writing the files of `new` would run a program that it brings."""
    for item in items(task, new):
        raise Refused(item.sentence, hint=item.hint)


def refusal(key: str, command: str) -> LandingItem:
    """The item for a setting whose program the branch could bring."""
    return LandingItem(
        Subject.DRIVER,
        Verdict.REFUSED,
        key,
        f"git's setting {safe_line(key)} runs {safe_line(command, 80)}, "
        "which lies in the repository: the merge could bring its own program "
        "and run it",
        hint=f"give `git config {safe_line(key)}` an absolute path, "
        "or merge to a branch that is not checked out",
    )


def lies_in_tree(task: TaskGit, command: str, new: str) -> bool:
    """True if a word of the command line names a file that the branch could bring.

    That is a path relative to the work tree, an argument that is a file of the tree
    (PATH finds the program itself), or an absolute path to a file of a checkout that
    the tree changes.
    """
    if relative_words(command):
        return True
    words: list[str] = command.split()
    with suppress(ValueError):
        words = shlex.split(command)
    arguments = [word for word in words[1:] if not word.startswith(("-", "/", ".."))]
    if _files(task, new, arguments):
        return True
    return any(changes_checkout(task, word, new) for word in words)


def changes_checkout(task: TaskGit, path: str, new: str) -> bool:
    """True if an absolute path is one of a checkout's, and the tree changes it."""
    inside = list(_inside(task, path))
    return _files(task, new, inside) != _files(task, task.base, inside)


def _files(task: TaskGit, tree: str, paths: list[str]) -> bytes:
    """What the tree holds at these paths; directories do not count."""
    if not paths:
        return b""
    words = ("-z", "--full-tree", tree, "--", *paths)
    listing: bytes = task.review.git.ls_tree(*words, **RAW)
    records = listing.split(b"\0")
    return b"\0".join(r for r in records if r and b" tree " not in r.split(b"\t")[0])


def _inside(task: TaskGit, word: str) -> Iterator[str]:
    """An absolute path as paths relative to the checkouts that it leads into."""
    if not word.startswith("/"):
        return
    linked = (work_tree for _, work_tree in linked_worktrees(task.repo))
    for work_tree in (task.repo.root, *linked):
        path = Path(os.path.normpath(word))
        if path.is_relative_to(work_tree) and path != work_tree:
            yield str(path.relative_to(work_tree))
