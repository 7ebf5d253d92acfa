"""A front end sees which image a project names, once a human agreed to it."""

from pathlib import Path

import pytest

from swarm.engine.egress import repository_project
from swarm.engine.readers import project_image
from swarm.engine.readers import repository_project as reader
from swarm.errors import Refused
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.fakes import FakeImages


def test_it_is_told_once_agreed_to(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    paths, repo = HomePaths(tmp_path / "home"), new_repository(tmp_path / "repo")
    engine = FakeImages(("debian:12",))
    assert project_image.at_head(paths, repo, engine)[2] is None
    (repo / "swarm.toml").write_text('image = "debian:12"')
    commit_all(repo, "project")

    with pytest.raises(Refused, match="nobody agreed"):
        project_image.at_head(paths, repo, engine)
    root, found = reader.at_head(paths, repo)
    repository_project.agree(paths, root, found.digest)

    repository, choice, image = project_image.at_head(paths, repo, engine)
    assert repository.root == repo
    assert choice.image == "debian:12"
    assert image is not None
    assert image.reference == "swarm/projects:image-debian:12"[: len(image.reference)]
