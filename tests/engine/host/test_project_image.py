"""A project's own image is named by its content, and built or pulled by the engine."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.adapters.git.repository import Repository
from swarm.engine.host import images, project_image
from swarm.errors import ConfigError, ToolError
from swarm.model.project import ProjectChoice
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.built_image import images_of_projects
from tests.fakes import FakeImages


def _nothing(_reference: str) -> str | None:
    """The engine has no image."""
    return None


class Project:
    """A repository with a Dockerfile of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = new_repository(folder / "repo")
        (self.repo / "dev").mkdir()
        self.write("FROM base\nCOPY run.sh /run.sh\nCOPY . /app\n", "dev/Dockerfile")
        self.write("one", "run.sh")
        self.choice = ProjectChoice(dockerfile="dev/Dockerfile")

    def write(self, text: str, name: str) -> None:
        (self.repo / name).write_text(text)

    def open(self) -> Repository:
        return Repository.open(self.repo, self.folder / "home")

    def commit(self) -> str:
        self.write(secrets.token_hex(8), "README")
        commit_all(self.repo, "more")
        return self.open().head

    def reference(self, choice: ProjectChoice | None = None) -> str:
        found = project_image.chosen(
            _nothing, self.open(), self.commit(), choice or self.choice
        )
        assert found is not None
        return found.reference


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_name_changes_with_what_the_image_is_made_of(project: Project) -> None:
    """Not with each commit: a copy of the whole project tells nothing."""
    first = project.reference()
    project.write("other", "other.txt")
    assert project.reference() == first

    seen = {first}
    project.write("two", "run.sh")
    seen.add(project.reference())
    project.write("FROM base\n", "dev/Dockerfile")
    seen.add(project.reference())
    for more in ({"build_target": "x"}, {"build_args": {"A": "1"}}):
        seen.add(project.reference(replace(project.choice, **more)))
    assert len(seen) == 5
    assert all(each.startswith("swarm/projects:file-") for each in seen)
    assert all(map(project_image.is_of_a_project, seen))


def test_what_is_hidden_gives_another_image(project: Project) -> None:
    """One that was built before may hold it, by a copy of the whole project."""
    project.write("secret", ".env")
    before = project.reference()

    assert project.reference(replace(project.choice, hide=(".env",))) != before
    files = project_image._files(
        project.open(), project.commit(), replace(project.choice, hide=(".env", "src"))
    )
    names = {file.path for file in files}
    assert "run.sh" in names
    assert not any(name.startswith((".env", "src")) for name in names)


def test_a_project_without_one_has_none(project: Project) -> None:
    found = project_image.chosen(
        _nothing, project.open(), project.commit(), ProjectChoice()
    )
    assert found is None


def test_a_registrys_is_named_by_its_id(project: Project) -> None:
    choice = ProjectChoice(image="debian:12")
    at = project.open(), project.commit(), choice

    here = project_image.chosen(lambda _name: "sha256:0123456789abcdef", *at)
    not_yet = project_image.chosen(_nothing, *at)

    assert here is not None
    assert here.reference == "swarm/projects:image-0123456789ab"
    assert not_yet is not None
    assert not_yet.reference == ""


def test_a_dockerfile_that_is_not_there_is_named(project: Project) -> None:
    with pytest.raises(ConfigError, match="there is no none at"):
        project.reference(ProjectChoice(dockerfile="none"))


def test_a_context_has_a_limit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_image, "MOST_FILES", 1)

    with pytest.raises(ConfigError, match="the context of dev/Dockerfile is too much"):
        project.reference()


def test_an_image_that_no_registry_gives_is_told(project: Project) -> None:
    choice = ProjectChoice(image="none:1")
    at = project.open()
    found = project_image.chosen(_nothing, at, project.commit(), choice)
    assert found is not None

    with pytest.raises(ToolError, match="no registry gives none:1"):
        project_image.build(FakeImages(), at, found, lambda _line: None)


DOCKERFILE = """\
ARG BASE
FROM ${BASE} AS tools
USER root
COPY run.sh /opt/
COPY --chown=1000:1000 data /opt/data
RUN test ! -e /opt/data/left-out && /opt/run.sh > /opt/said && test -L /opt/data/link
FROM tools
RUN echo last > /opt/said
"""


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    with images_of_projects() as engine:
        yield engine


def test_it_is_built_from_the_commit_with_its_stage_and_arguments(
    project: Project, engine: DockerImages
) -> None:
    """Programs and links stay; what an ignore file names is not in it."""
    base = images.build(engine, "base", lambda _line: None)
    (project.repo / "data").mkdir()
    project.write("x", "data/left-out")
    (project.repo / "data" / "link").symlink_to("../run.sh")
    project.write("data/left-out\n", ".dockerignore")
    project.write(f"#!/bin/sh\necho {secrets.token_hex(8)}\n", "run.sh")
    (project.repo / "run.sh").chmod(0o755)
    project.write(DOCKERFILE, "dev/Dockerfile")
    choice = replace(project.choice, build_target="tools", build_args={"BASE": base})
    commit = project.commit()
    project.write("#!/bin/false\n", "run.sh")
    at = project.open()
    found = project_image.chosen(_nothing, at, commit, choice)
    assert found is not None
    lines = list[str]()

    reference = project_image.build(engine, at, found, lines.append)

    assert engine.image_id(reference)
    assert any("COPY run.sh" in line for line in lines)
    project_image.build(engine, at, found, lines.append)
    assert lines[-1] == f"{reference} is built"


def test_a_build_that_fails_leaves_nothing_and_says_why(
    project: Project, engine: DockerImages
) -> None:
    base = images.build(engine, "base", lambda _line: None)
    project.write(f"FROM {base}\nRUN echo no such thing; false\n", "dev/Dockerfile")
    at, commit = project.open(), project.commit()
    found = project_image.chosen(_nothing, at, commit, project.choice)
    assert found is not None

    with pytest.raises(ToolError, match="non-zero code: 1") as error:
        project_image.build(engine, at, found, lambda _line: None)

    assert "no such thing" in error.value.hint
    assert engine.image_id(found.reference) is None


def test_a_dockerfile_outside_its_context_is_built_with_it(
    project: Project, engine: DockerImages
) -> None:
    base = images.build(engine, "base", lambda _line: None)
    (project.repo / "inner").mkdir()
    project.write(secrets.token_hex(8), "inner/x")
    project.write(f"FROM {base}\nCOPY x /x\n", "dev/Dockerfile")
    at, commit = project.open(), project.commit()
    choice = replace(project.choice, build_context="inner")
    found = project_image.chosen(_nothing, at, commit, choice)
    assert found is not None

    assert engine.image_id(project_image.build(engine, at, found, lambda _line: None))


def test_an_image_of_the_engines_gets_its_name(
    project: Project, engine: DockerImages
) -> None:
    base = images.build(engine, "base", lambda _line: None)
    at, commit = project.open(), project.commit()
    choice = ProjectChoice(image=base)
    found = project_image.chosen(engine.image_id, at, commit, choice)
    assert found is not None

    reference = project_image.build(engine, at, found, lambda _line: None)

    assert reference == found.reference
    assert engine.image_id(reference) == engine.image_id(base)
