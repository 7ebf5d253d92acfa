"""Answers a front end's question about a repository's `swarm.toml`."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.engine.egress.repository_project import RepositoryProject
from swarm.plan.naming import HomePaths


def at_head(paths: HomePaths, repo: Path) -> tuple[Path, RepositoryProject]:
    """The repository's root, and what stands there at HEAD, else in the checkout.

    ConfigError for a mistake in it.
    """
    repository = Repository.open(repo, paths.home)
    found = repository_project.read(paths, repository, repository.head)
    return repository.root, found


def of_text(paths: HomePaths, repo: Path, text: str) -> RepositoryProject:
    """What a text would be as the file of the checkout; ConfigError for a mistake."""
    repository = Repository.open(repo, paths.home)
    return repository_project.of_text(paths, repository, text)
