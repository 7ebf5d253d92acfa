"""Answers a front end's question about what a repository brings to agents."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_bring
from swarm.engine.egress.repository_bring import RepositoryBring
from swarm.plan.naming import HomePaths


def at_head(paths: HomePaths, repo: Path) -> tuple[str, RepositoryBring, str]:
    """The commit of HEAD, what the repository brings there, and that in a few words.

    ConfigError for a mistake in it.
    """
    repository = Repository.open(repo, paths.home)
    found = repository_bring.read(paths, repository, repository.head)
    return repository.head, found, repository_bring.summary(found.brought)
