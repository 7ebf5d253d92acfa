"""Finds programs of the user's settings that a branch could bring along."""

import shlex
from contextlib import suppress

from swarm.adapters.git.repo import Git
from swarm.adapters.git.settings import read_settings, relative_words
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line


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
    """True if a word of the command line names a file relative to the work tree."""
    return bool(relative_words(command)) or _names_a_file(task, command, new)


def _names_a_file(task: TaskGit, command: str, new: str) -> bool:
    """True if an argument is a path of the tree; PATH finds the program itself."""
    words: list[str] = command.split()
    with suppress(ValueError):
        words = shlex.split(command)
    arguments = [word for word in words[1:] if not word.startswith("-")]
    if not arguments:
        return False
    return bool(task.review.git.ls_tree("--name-only", new, "--", *arguments))
