"""Says which image a repository's project brings, and what that waits for."""

from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.base import resolve_base
from swarm.adapters.git.repository import Repository
from swarm.config import load
from swarm.engine.egress import repository_project
from swarm.engine.egress.repository_project import RepositoryProject
from swarm.engine.host import project_image
from swarm.engine.host.images import HasImages
from swarm.engine.host.project_image import ProjectImage
from swarm.errors import Refused
from swarm.model.project import FILE, ProjectChoice
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths


@dataclass(frozen=True, slots=True)
class AskedProject:
    """What a project asks for at a wish's commit, agreed to or not."""

    repository: Repository
    commit: str
    found: RepositoryProject
    image: ProjectImage | None
    """Its own; None if it asks for none, or the wish names tools itself."""
    is_built: bool

    @property
    def missing(self) -> ProjectImage | None:
        """Its own image, if that is not built."""
        return None if self.is_built else self.image

    @property
    def not_used(self) -> str:
        """The sentence on what waits for a human's consent; empty for nothing."""
        asking = () if self.found.is_agreed else self.found.choice.asking
        return f"{FILE} is not used ({', '.join(asking)})" if asking else ""


def of_wish(paths: HomePaths, engine: HasImages, wish: NewTasks) -> AskedProject:
    """What the project asks for where the wish's tasks begin; blocks for git.

    ConfigError for a mistake in it.
    """
    repository = Repository.open(Path(wish.repo), paths.home)
    commit = resolve_base(repository, wish.base).commit
    found = repository_project.read(paths, repository, commit)
    image = None
    if not wish.names_tools:
        choice = load.load(load.user_file()).sandbox.covering(found.choice)
        image = project_image.chosen(engine.image_id, repository, commit, choice)
    is_built = bool(image and image.reference and engine.image_id(image.reference))
    return AskedProject(repository, commit, found, image, is_built)


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
