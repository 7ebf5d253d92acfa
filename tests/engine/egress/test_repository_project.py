"""A repository's `swarm.toml` is used once a human agreed to exactly that."""

import os
from pathlib import Path

import pytest

from swarm.adapters.git.repository import Repository
from swarm.engine.egress.repository_project import (
    LARGEST,
    TaskProject,
    agree,
    for_task,
    read,
)
from swarm.errors import ConfigError
from swarm.model.project import ProjectChoice
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

TEXT = 'setup = ["make"]\nhide = ["keys"]\n'


class House:
    """A user's home, and a repository."""

    def __init__(self, folder: Path) -> None:
        (folder / "home").mkdir(parents=True)
        self.paths = HomePaths(folder / "home")
        self.repo = new_repository(folder / "repo")

    def write(self, text: str, name: str = "swarm.toml") -> None:
        (self.repo / name).write_text(text)

    def commit(self, text: str, name: str = "swarm.toml") -> None:
        self.write(text, name)
        commit_all(self.repo, name)

    def given(self, commit: str = "") -> TaskProject:
        at = Repository.open(self.repo, self.paths.home)
        return for_task(self.paths, at, commit or at.head)

    def agree(self) -> None:
        at = Repository.open(self.repo, self.paths.home)
        agree(self.paths, at.root, read(self.paths, at, at.head).digest)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_without_the_file_nothing_is_chosen(house: House) -> None:
    assert house.given() == TaskProject(ProjectChoice(), "", False, ())


def test_before_a_human_agreed_only_what_narrows_counts(house: House) -> None:
    house.commit(TEXT)

    given = house.given()

    assert given.project == ProjectChoice(hide=("keys",))
    assert not given.is_agreed
    assert given.notes == (
        "swarm.toml of the repository is not used (setup): "
        "`swarm repo trust` shows it and asks",
    )


def test_a_file_that_only_narrows_asks_nobody(house: House) -> None:
    house.commit('protect = [".github"]')

    given = house.given()

    assert given.project.protect == (".github",)
    assert given.notes == ()


def test_what_was_agreed_to_is_used_until_it_changes(house: House) -> None:
    """By a letter; back again, it counts again."""
    house.commit(TEXT)
    house.agree()
    assert house.given().project.setup == ("make",)

    house.commit(TEXT + "#")
    assert house.given().project.setup == ()
    house.commit(TEXT)
    assert house.given().project.setup == ("make",)


def test_another_repository_of_the_same_bytes_asks_again(
    house: House, tmp_path: Path
) -> None:
    house.commit(TEXT)
    house.agree()
    other = House(tmp_path / "other")
    other.paths = house.paths
    other.commit(TEXT)

    assert not other.given().is_agreed


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("dockerfile", "Dockerfile"),
        ("compose", "compose.yaml"),
        ("devcontainer", "dev.json"),
    ],
)
def test_a_file_that_acts_outside_the_box_is_agreed_to_with_it(
    house: House, key: str, name: str
) -> None:
    """Or an agent's merged branch would run in an image's build, unseen."""
    house.write("{}", name)
    house.commit(f'{key} = "{name}"')
    house.agree()
    assert house.given().is_agreed

    house.commit("{ }", name)
    assert not house.given().is_agreed
    (house.repo / name).unlink()
    commit_all(house.repo, "gone")
    assert not house.given().is_agreed


def test_the_checkouts_own_counts_if_the_base_has_none(house: House) -> None:
    house.write(TEXT)
    house.agree()
    assert house.given().project.setup == ("make",)

    house.write(TEXT + "#")
    assert not house.given().is_agreed


def test_the_base_counts_before_the_checkout(house: House) -> None:
    house.commit(TEXT)
    house.agree()
    house.write('setup = ["other"]')

    assert house.given().project.setup == ("make",)


@pytest.mark.parametrize("is_committed", [True, False])
@pytest.mark.parametrize("kind", ["link", "loop", "folder", "bytes", "much", "key"])
def test_what_cannot_be_read_is_a_mistake_that_names_it(
    house: House, kind: str, is_committed: bool
) -> None:
    """A task without it would see what it should not."""
    file = house.repo / "swarm.toml"
    match kind:
        case "link":
            file.symlink_to("README.md")
        case "loop":
            file.symlink_to("swarm.toml")
        case "folder":
            file.mkdir()
            (file / "x").touch()
        case "bytes":
            file.write_bytes(b"\xff")
        case "much":
            file.write_text("#" * (LARGEST + 1))
        case _:
            file.write_text("sat-up = 1")
    if is_committed:
        commit_all(house.repo, kind)

    with pytest.raises(ConfigError, match=r"^swarm\.toml"):
        house.given()


def test_a_pipe_is_no_file_to_wait_for(house: House) -> None:
    os.mkfifo(house.repo / "swarm.toml")

    with pytest.raises(ConfigError, match=r"^swarm\.toml cannot be read"):
        house.given()


def test_a_file_behind_a_link_is_not_read(house: House, tmp_path: Path) -> None:
    """The user's own files are no part of a project."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "Dockerfile").write_text("secret")
    (house.repo / "docker").symlink_to(tmp_path / "mine")
    house.write('dockerfile = "docker/Dockerfile"')

    with pytest.raises(ConfigError, match="behind one"):
        house.given()


DEV = """{"build": {"dockerfile": "Dockerfile"}, "runArgs": ["--privileged"],
"containerEnv": {"A": "1"}, "postCreateCommand": "make deps"}"""


def test_a_devcontainer_is_applied_and_its_dockerfile_agreed_to_with_it(
    house: House,
) -> None:
    house.write(DEV, "dev.json")
    house.write("FROM debian", "Dockerfile")
    house.commit('devcontainer = "dev.json"\nsetup = ["make"]')
    house.agree()

    given = house.given()

    assert given.is_agreed
    assert given.project.dockerfile == "Dockerfile"
    assert given.project.environment == {"A": "1"}
    assert given.project.setup == ("make deps", "make")
    (note,) = given.notes
    assert note.startswith("dev.json: runArgs: it would weaken the box")
    house.commit("FROM other", "Dockerfile")
    assert not house.given().is_agreed


def test_a_file_that_is_named_and_not_there_is_a_mistake(house: House) -> None:
    house.commit('dockerfile = "none"')
    house.agree()

    with pytest.raises(ConfigError, match="there is no none in the repository"):
        house.given()


COMPOSE = "services: {db: {image: 'some/db:1', ports: ['5432:5432'], deploy: {}}}\n"


def test_services_of_an_agreed_compose_file_are_the_tasks(house: House) -> None:
    """Another letter of that file asks again; a mistake in it is told by its name."""
    house.write(COMPOSE, "compose.yaml")
    commit_all(house.repo, "compose")
    house.commit('compose = "compose.yaml"\nservices = ["db"]\n')
    assert house.given().project == ProjectChoice()
    house.agree()

    given = house.given()

    service = given.project.service_container["db"]
    assert (service.image, service.port) == ("some/db:1", 5432)
    assert given.notes == ("compose.yaml: db: deploy is not taken",)
    house.commit(COMPOSE.replace("db:1", "db:2"), "compose.yaml")
    assert house.given().project == ProjectChoice()
    house.commit(COMPOSE.replace("deploy: {}", "privileged: true"), "compose.yaml")
    with pytest.raises(ConfigError, match=r"services\.db\.privileged"):
        house.given()
