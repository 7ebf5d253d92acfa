"""The `swarm.toml` of a repository: read at a commit, used once a human agreed.

It is not trusted: it names commands, images and programs beside a task. A human agrees
to exactly this text and to the texts of the files that act outside a task's box; any
other asks again. What only takes something away from the agent counts at once.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from swarm.adapters.git import tree_at
from swarm.adapters.git.repository import Repository
from swarm.config import brought, compose, devcontainer, devcontainer_choice, human_file
from swarm.config import project as project_file
from swarm.engine.egress import repository_policy
from swarm.errors import ConfigError
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths

LARGEST = 256 << 10
"""Bytes of each file that it names."""


@dataclass(frozen=True, slots=True)
class RepositoryProject:
    """What stands in the file at one commit, or in the checkout."""

    choice: ProjectChoice = field(default_factory=ProjectChoice)
    texts: dict[str, str] = field(default_factory=dict)
    """Path to text, of the file and of those that it names; empty without the file."""
    digest: str = ""
    is_agreed: bool = False
    """A human agreed to exactly this."""
    notes: tuple[str, ...] = ()
    """What a `devcontainer.json` or compose file asks for, and a box does not take."""


@dataclass(frozen=True, slots=True)
class TaskProject:
    """What one task is given of it, and what its human should know."""

    project: ProjectChoice
    digest: str
    """Of what stands in the repository; empty if there is nothing."""
    is_agreed: bool
    notes: tuple[str, ...]


def read(paths: HomePaths, repository: Repository, commit: str) -> RepositoryProject:
    """The file at a commit, else the checkout's own if the commit has none.

    ConfigError for a mistake in it, with its line and key; SwarmError by git.
    """
    texts = _at(repository, commit, (FILE,)) if commit else {}
    is_committed = bool(texts)
    if not is_committed and repository.work_tree:
        texts = in_checkout(repository.work_tree, (FILE,))
    if not texts:
        return RepositoryProject()

    def more(names: tuple[str, ...]) -> dict[str, str]:
        if is_committed:
            return _at(repository, commit, names)
        return in_checkout(repository.work_tree, names) if repository.work_tree else {}

    return _with_named_files(paths, repository, texts, more)


def of_text(paths: HomePaths, repository: Repository, text: str) -> RepositoryProject:
    """What a text would be as the checkout's own file, with the files that it names.

    ConfigError as `read` has it.
    """
    tree = repository.work_tree
    return _with_named_files(
        paths,
        repository,
        {FILE: text},
        lambda names: in_checkout(tree, names) if tree else {},
    )


def _with_named_files(
    paths: HomePaths,
    repository: Repository,
    texts: dict[str, str],
    more: Callable[[tuple[str, ...]], dict[str, str]],
) -> RepositoryProject:
    """The choice of the file, with what `more` reads of the files that it names."""

    def add(names: tuple[str, ...]) -> None:
        if lacking := tuple(name for name in names if name not in texts):
            texts.update(more(lacking))

    choice, notes = project_file.parsed(texts[FILE]), tuple[str, ...]()
    add(choice.named_files)
    if choice.devcontainer in texts:
        content = texts[choice.devcontainer].encode()
        asked = devcontainer.read(content, choice.devcontainer)
        choice, notes = devcontainer_choice.applied(choice, asked)
        add(choice.named_files)
    if choice.compose in texts:
        choice, of_compose = compose.applied(choice, texts[choice.compose])
        notes = (*notes, *of_compose)
    digest = brought.digest(texts)
    is_agreed = repository_policy.is_agreed(paths, repository.root, _mark(digest))
    return RepositoryProject(choice, texts, digest, is_agreed, notes)


def agree(paths: HomePaths, repo: Path, digest: str) -> None:
    """Record that a human has read what has this digest and wants it used."""
    repository_policy.agree(paths, repo, _mark(digest))


def for_task(paths: HomePaths, repository: Repository, commit: str) -> TaskProject:
    """All of it if a human agreed, else what narrows, and a note.

    ConfigError for a mistake in it: without it a task would see what it should not.
    """
    return task_project(read(paths, repository, commit))


def task_project(found: RepositoryProject) -> TaskProject:
    """The same as `for_task`, of what was read already."""
    if found.is_agreed:
        lacking = [x for x in found.choice.named_files if x not in found.texts]
        if lacking:
            raise ConfigError(
                f"{FILE}: there is no {safe_line(lacking[0], 200)} in the repository"
            )
        return TaskProject(found.choice, found.digest, True, found.notes)
    asking = found.choice.asking
    notes = [not_used(asking)] if asking else []
    return TaskProject(found.choice.narrowing, found.digest, False, tuple(notes))


def not_used(asking: tuple[str, ...]) -> str:
    """The sentence on what waits for a human's consent."""
    return (
        f"{FILE} of the repository is not used ({', '.join(asking)}): "
        "`swarm repo trust` shows it and asks"
    )


def _mark(digest: str) -> str:
    return f"swarm-toml-{digest}"


def _at(repository: Repository, commit: str, names: tuple[str, ...]) -> dict[str, str]:
    entries = tree_at.named(repository.git, commit, names)
    for path, entry in entries.items():
        if not entry.is_file:
            raise ConfigError(f"{safe_line(path, 200)} is a link, or no file")
        if entry.size > LARGEST:
            raise _too_large(path)
    return {
        path: _text(path, content)
        for path, content in tree_at.contents(repository.git, entries).items()
    }


def in_checkout(work_tree: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The texts of those of the files that are in a checkout.

    ConfigError for a link, for what is no UTF-8, or larger than `LARGEST`.
    """
    texts = {}
    root = Path(os.path.realpath(work_tree))
    for name in names:
        file = root / name
        if not human_file.is_there(file):
            continue
        if os.path.realpath(file) != str(file):
            raise ConfigError(f"{safe_line(name, 200)} is a link, or behind one")
        try:
            texts[name] = _text(name, human_file.read(file, LARGEST))
        except OSError as error:
            problem = error.strerror or "it cannot be opened"
            raise ConfigError(
                f"{safe_line(name, 200)} cannot be read: {problem}"
            ) from error
    return texts


def _too_large(path: str) -> ConfigError:
    return ConfigError(f"{safe_line(path, 200)} is larger than {LARGEST >> 10} KiB")


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{safe_line(path, 200)} is no UTF-8: {error}") from error
