"""Answers a front end's question about the image that a repository's project brings."""

from pathlib import Path

from swarm.adapters.git.repository import Repository
from swarm.config import load
from swarm.engine.egress import repository_project
from swarm.engine.host import project_image
from swarm.engine.host.images import HasImages
from swarm.engine.host.project_image import ProjectImage
from swarm.errors import Refused
from swarm.model.project import FILE, ProjectChoice
from swarm.plan.naming import HomePaths


def at_head(
    paths: HomePaths, repo: Path, engine: HasImages
) -> tuple[Repository, ProjectChoice, ProjectImage | None]:
    """The repository, what its project chooses at HEAD, and the image that names.

    Refused before a human agreed to it; ConfigError for a mistake in it. Blocks for a
    few git processes.
    """
    repository = Repository.open(repo, paths.home)
    commit = repository.head
    found = repository_project.read(paths, repository, commit)
    if found.digest and not found.is_agreed:
        raise Refused(
            f"nobody agreed to {FILE} and the files that it names",
            hint="`swarm repo trust` shows them and asks",
        )
    choice = load.load(load.user_file()).sandbox.covering(found.choice)
    image = project_image.chosen(engine.image_id, repository, commit, choice)
    return repository, choice, image
