"""A front end sees which image a project names, once a human agreed to it."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.engine.egress import repository_project
from swarm.engine.readers import project_image
from swarm.engine.readers import repository_project as reader
from swarm.errors import Refused
from swarm.model.wishes import NewTasks
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


def test_what_a_wish_would_have_is_told_before_and_after_a_yes(tmp_path: Path) -> None:
    """By its content: another Dockerfile is another image, and another consent."""
    (tmp_path / "home").mkdir()
    paths, repo = HomePaths(tmp_path / "home"), new_repository(tmp_path / "repo")
    (repo / "swarm.toml").write_text('dockerfile = "Dockerfile"\nsetup = ["make"]\n')
    (repo / "Dockerfile").write_text("FROM debian:12\n")
    commit_all(repo, "project")
    engine, wish = FakeImages(), NewTasks(str(repo), "p")

    asked = project_image.of_wish(paths, engine, wish)
    assert asked.not_used == "swarm.toml is not used (dockerfile, setup)"
    assert set(asked.found.texts) == {"swarm.toml", "Dockerfile"}
    assert asked.missing is not None
    assert asked.missing.made_from.startswith("Dockerfile at ")
    repository_project.agree(paths, repo, asked.found.digest)
    engine.references.add(asked.missing.name)
    agreed = project_image.of_wish(paths, engine, wish)
    assert (agreed.not_used, agreed.missing, agreed.is_built) == ("", None, True)
    assert project_image.of_wish(paths, engine, replace(wish, stacks=())).image is None

    (repo / "Dockerfile").write_text("FROM debian:12\nRUN id\n")
    commit_all(repo, "another")
    other = project_image.of_wish(paths, engine, wish)
    assert other.not_used
    assert other.missing is not None
    assert other.missing.name != asked.missing.name
