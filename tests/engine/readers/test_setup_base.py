"""Before a task is made it is known if it finds a warm base."""

from dataclasses import replace
from pathlib import Path

from swarm.adapters import warm_bases
from swarm.adapters.git.repository import Repository
from swarm.adapters.warm_bases import WarmBase
from swarm.engine.readers import setup_base
from swarm.engine.readers.setup_base import Subject
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all, new_repository

SETUP = ProjectChoice(setup=("npm ci", "make"))
ANY = {""}.__contains__
"""The history that the bases here, which have no commit, are of."""
DB = {"db": ServiceContainer(recipe="postgres")}


def subject(project: ProjectChoice) -> Subject:
    return Subject("/r", {}, "image", "1:1", project)


def image_id(reference: str) -> str | None:
    return reference


def test_files_that_decide_are_those_of_the_commit(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "repo")
    (repo / "package-lock.json").write_text("{}")
    (repo / "notes").write_text("x")
    commit_all(repo, "lock")
    repository = Repository.open(repo, tmp_path / "home")

    found = setup_base.files_at(repository.git, repository.head, SETUP)

    assert [*found] == ["package-lock.json"]


def test_the_sentence_and_the_refusal(tmp_path: Path) -> None:
    paths, wanted = HomePaths(tmp_path), subject(SETUP)

    def standing(project: ProjectChoice) -> tuple[str, str]:
        words, refusal = setup_base.standing(paths, image_id, subject(project), ANY)
        return words, refusal.message if refusal else ""

    assert standing(ProjectChoice(each_task=("fill",))) == ("", "")
    assert standing(replace(SETUP, service_container=DB)) == (
        "2 commands in each task, beside its services",
        "a set-up beside services is run for each task, and needs the network",
    )
    assert standing(SETUP) == (
        "2 commands first, for there is no warm base yet",
        "there is no warm base for this set-up of /r",
    )
    making = warm_bases.begin(paths.bases)
    (making / warm_bases.HOME).mkdir()
    key = setup_base.key_of(image_id, wanted)
    base = warm_bases.finish(making, WarmBase("", key, "/r", SETUP.setup))
    assert setup_base.is_there(paths, image_id, wanted, ANY)
    assert standing(SETUP) == ("a warm base is there", "")
    kept = replace(SETUP, service_container=DB, each_task=())
    assert standing(kept) == ("a warm base is there", "")

    (paths.bases / base.name / warm_bases.HOME / "more").touch()
    assert not setup_base.is_there(paths, image_id, wanted, ANY)
