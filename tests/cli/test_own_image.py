"""`swarm new` asks for a yes to a project's files, then builds its own image."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.cli import exit_codes
from swarm.engine.host import images
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.built_image import images_of_projects
from tests.cli.conftest import FakeKeeper
from tests.cli.test_missing_images import answers

__all__ = ["answers"]

Swarm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    with images_of_projects() as engine:
        yield engine


@pytest.fixture
def project(
    engine: DockerImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A repository with a Dockerfile that is built in a moment."""
    base = images.build(engine, "base", lambda _line: None)
    repo = new_repository(tmp_path / "repo")
    (repo / "swarm.toml").write_text('dockerfile = "Dockerfile"\n')
    (repo / "Dockerfile").write_text(f"FROM {base}\nLABEL of={tmp_path.name}\n")
    commit_all(repo, "project")
    monkeypatch.chdir(repo)
    return repo


def built(engine: DockerImages) -> set[str]:
    return {image.reference for image in engine.tagged("swarm/projects")}


def test_a_person_agrees_and_has_it_built(
    swarm: Swarm,
    keeper: FakeKeeper,
    project: Path,
    engine: DockerImages,
    answers: Callable[[str], None],
) -> None:
    before = built(engine)
    keeper.decide = lambda _wish: {"tasks": [1]}
    answers("y")
    answers("y")

    status, _, said = swarm("new", "--run", "true")

    assert status == exit_codes.DONE, said
    assert '  dockerfile = "Dockerfile"' in said
    assert "LABEL of=" in said
    assert "swarm.toml is not used (dockerfile). Have all of this used" in said
    assert "with its own network, outside every box" in said
    assert len(built(engine) - before) == 1


def test_nothing_is_built_where_nobody_can_answer(
    swarm: Swarm, keeper: FakeKeeper, project: Path, engine: DockerImages
) -> None:
    """`--yes` stands for the build alone, never for a yes to the files."""
    before = built(engine)
    keeper.decide = lambda _wish: {"tasks": [1]}

    swarm("new", "--run", "true", "--yes")
    assert built(engine) == before
    assert swarm("repo", "trust", "--yes")[0] == exit_codes.DONE
    swarm("new", "--run", "true")
    assert built(engine) == before

    status, _, said = swarm("new", "--run", "true", "--yes")
    assert status == exit_codes.DONE, said
    assert len(built(engine) - before) == 1
