"""Says what a change of a checkout's `swarm.toml` would be, for a human to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.config import project_edit, project_text
from swarm.config.file_change import FileChange, current
from swarm.engine.egress import repository_project
from swarm.engine.readers import project_detection
from swarm.errors import SwarmError
from swarm.model import wanted_tools
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import STACKS
from swarm.plan.naming import HomePaths


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """A change of the file, with all that a human agrees to by it."""

    root: Path
    change: FileChange
    others: dict[str, str]
    """The texts of other files that it names, by path."""
    digest: str
    """Of what is agreed to."""
    was_agreed: bool
    """What stands there was agreed to, or there is nothing: the change alone is new."""

    def lines(self) -> list[str]:
        """All that a human must see, harmless: the change, or the whole text."""
        lines = [*self.change.lines(whole=not self.was_agreed)]
        for name, text in self.others.items():
            lines += FileChange(Path(name), "", text).lines()
        return lines


def to_text(paths: HomePaths, repo: Path, text: str) -> ProjectChange:
    """The change to this text; ConfigError if it is no valid `swarm.toml`.

    SwarmError in a bare repository, and if what stands there cannot be replaced.
    """
    repository = Repository.open(repo, paths.home)
    if repository.work_tree is None:
        raise SwarmError(
            f"{safe_line(str(repository.root))} has no checkout to write a {FILE} into",
            hint="go to a clone of it",
        )
    root = repository.work_tree
    before = current(root / FILE)
    after = repository_project.of_text(paths, repository, text)
    others = {name: each for name, each in after.texts.items() if name != FILE}
    return ProjectChange(
        root,
        FileChange(root / FILE, before, text),
        others,
        after.digest,
        not before or _is_agreed(paths, repository, before),
    )


def _is_agreed(paths: HomePaths, repository: Repository, text: str) -> bool:
    try:
        return repository_project.of_text(paths, repository, text).is_agreed
    except SwarmError:
        return False  # there is a mistake in it, which nobody can have agreed to


def with_tools(paths: HomePaths, repo: Path, names: Sequence[str]) -> ProjectChange:
    """The change that adds what brings these: stacks, packages, commands.

    SwarmError names what nothing can bring. Where there is no file, the tools that the
    project's files tell of stand in the new one, too: without it they may be in use.
    """
    stacks, packages = tools_of(names)
    repository = Repository.open(repo, paths.home)
    root = repository.work_tree or repository.root
    text = current(root / FILE) if repository.work_tree else ""
    if text:
        text = project_edit.with_added(text, "stacks", stacks)
        text = project_edit.with_added(text, "packages", packages)
        return to_text(paths, root, text)
    detected = project_detection.at_commit(repository, repository.head)
    choice = ProjectChoice(
        stacks=(*detected.choice.stacks, *stacks),
        packages=(*detected.choice.packages, *packages),
    )
    new = project_text.text(project_text.in_order(choice), detected)
    return to_text(paths, root, new)


def tools_of(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stacks and packages that bring these stacks, packages and commands."""
    stacks, packages = [], []
    for name in names:
        if name in STACKS:
            stacks.append(name)
            continue
        stack, package = wanted_tools.brought_by(name)
        if not stack and not package:
            raise SwarmError(
                f"nothing brings {safe_line(name, 60)}", wanted_tools.way_out(name)
            )
        stacks += [stack] if stack else []
        packages += [package] if package else []
    return tuple(dict.fromkeys(stacks)), tuple(dict.fromkeys(packages))
