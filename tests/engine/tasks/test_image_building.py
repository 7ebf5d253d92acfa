"""Images that tasks lack are built for them: shared, told, cancelled, taken up."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.context import EngineContext
from swarm.engine.egress import repository_project
from swarm.engine.host import images
from swarm.engine.image_runs import LeftToTheNextKeeper
from swarm.engine.readers import project_image
from swarm.engine.tasks import image_building
from swarm.errors import IllegalMove, SwarmError
from swarm.model import events
from swarm.model.task import State
from swarm.model.wishes import CancelBuild, NewTasks
from swarm.plan.naming import HomePaths
from swarm.store import wishes
from tests.adapters.git.git_helpers import commit_all, new_repository
from tests.adapters.test_process import until_ended
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.fakes import FakeImages


@pytest.fixture
def engine() -> FakeImages:
    """Has what `base` stands on, and nothing of ours."""
    full = images.tag("base")
    return FakeImages((images.UPSTREAM,), {full: "{}"})


@pytest.fixture
def context(tmp_path: Path, engine: FakeImages) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path)) as made:
        yield replace(made, images=engine)


def _told(context: EngineContext) -> list[events.Event]:
    kinds = (events.ImageBuilding, events.ImageBuilt, events.ImageBuildFailed)
    return [one.event for one in context.read().events.of_kinds(*kinds)]


def test_a_build_is_told_and_what_it_prints_is_kept(
    context: EngineContext, engine: FakeImages
) -> None:
    image_building.build(context, "base")

    begun, built = _told(context)
    assert isinstance(begun, events.ImageBuilding)
    assert isinstance(built, events.ImageBuilt)
    assert (begun.image, built.image, begun.minutes) == ("base", "base", 1)
    assert images.tag("base") in engine.references
    log = context.paths.build_log("base").read_text()
    assert "Step 1/1 : making" in log


def test_a_failure_is_told_with_the_way_out(
    context: EngineContext, engine: FakeImages
) -> None:
    engine.refusal = "no\x1b[2J network"

    with pytest.raises(SwarmError, match="image base: docker build: no"):
        image_building.build(context, "base")

    *_, failed = _told(context)
    assert isinstance(failed, events.ImageBuildFailed)
    assert failed.hint == "`swarm image build base` shows all of it"
    assert not failed.is_cancelled


def _under_way(context: EngineContext, engine: FakeImages) -> threading.Thread:
    """A build that goes on until it is let go."""
    engine.hold.clear()

    def build() -> None:
        with pytest.raises((SwarmError, LeftToTheNextKeeper)):
            image_building.build(context, "base")

    thread = threading.Thread(target=build)
    thread.start()
    log = context.paths.build_log("base")
    while thread.is_alive() and not (log.exists() and "Step" in log.read_text()):
        threading.Event().wait(0.01)
    return thread


def test_a_cancelled_one_keeps_nothing(
    context: EngineContext, engine: FakeImages
) -> None:
    thread = _under_way(context, engine)

    image_building.cancel(context, CancelBuild("base"))
    thread.join(60)

    *_, failed = _told(context)
    assert isinstance(failed, events.ImageBuildFailed)
    assert failed.is_cancelled
    assert images.tag("base") not in engine.references
    with pytest.raises(IllegalMove, match="image base is not being built"):
        image_building.cancel(context, CancelBuild("base"))


def test_a_keeper_that_ends_tells_of_no_failure(
    context: EngineContext, engine: FakeImages
) -> None:
    """The next one carries the wish out, which is open still."""
    thread = _under_way(context, engine)

    context.close_runs()
    thread.join(60)

    (begun,) = _told(context)
    assert isinstance(begun, events.ImageBuilding)


@pytest.mark.parametrize("act", ["cancel", "end"])
def test_the_base_that_is_made_here_ends_with_its_build(
    context: EngineContext,
    engine: FakeImages,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    """A real program in the place of mmdebstrap, which would go on for a minute."""
    tool, pid = tmp_path / "bin/mmdebstrap", tmp_path / "pid"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; sleep 60\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    engine.references.clear()
    ends: list[BaseException] = []

    def build() -> None:
        try:
            image_building.build(context, "base")
        except (SwarmError, LeftToTheNextKeeper) as error:
            ends.append(error)

    thread = threading.Thread(target=build)
    thread.start()
    while thread.is_alive() and not pid.exists():
        threading.Event().wait(0.01)
    if act == "cancel":
        image_building.cancel(context, CancelBuild("base"))
    else:
        context.close_runs()
    thread.join(60)

    assert not thread.is_alive()
    until_ended(int(pid.read_text()))
    assert images.LOCAL not in engine.references
    *_, last = _told(context)
    assert isinstance(last, events.ImageBuildFailed) == (act == "cancel")
    assert isinstance(ends[0], LeftToTheNextKeeper) == (act == "end")


@pytest.fixture
def own(context: EngineContext, tmp_path_factory: pytest.TempPathFactory) -> NewTasks:
    """A wish in a repository with a Dockerfile, which was agreed to."""
    repo = new_repository(tmp_path_factory.mktemp("own") / "repo")
    (repo / "swarm.toml").write_text('dockerfile = "Dockerfile"\n')
    (repo / "Dockerfile").write_text("FROM debian:12\n")
    commit_all(repo, "project")
    wish = NewTasks(str(repo), command="true", build=True)
    asked = project_image.of_wish(context.paths, context.images, wish)
    repository_project.agree(context.paths, repo, asked.found.digest)
    assert asked.missing
    return replace(wish, own_image=asked.missing.name)


def test_a_projects_own_image_is_built_and_told(
    context: EngineContext, engine: FakeImages, own: NewTasks
) -> None:
    """And what stands on it after that, here nothing: a command needs no agent's."""
    image_building.build_missing(context, own)

    begun, built, *_ = _told(context)
    assert isinstance(begun, events.ImageBuilding)
    assert isinstance(built, events.ImageBuilt)
    assert (begun.image, begun.minutes) == (own.own_image, 0)
    assert own.own_image in engine.references
    assert "making" in context.paths.build_log(own.own_image).read_text()


def test_a_projects_own_image_that_fails_names_its_way_out(
    context: EngineContext, engine: FakeImages, own: NewTasks
) -> None:
    engine.refusal = "RUN make: exit 2"

    with pytest.raises(SwarmError, match="RUN make: exit 2"):
        image_building.build_missing(context, own)

    _, failed = _told(context)
    assert isinstance(failed, events.ImageBuildFailed)
    assert failed.hint == "`swarm image project` shows all of it"


@pytest.mark.parametrize("change", ["Dockerfile", "swarm.toml", "none wanted"])
def test_no_other_image_of_the_project_is_built_than_its_human_saw(
    context: EngineContext, engine: FakeImages, own: NewTasks, change: str
) -> None:
    """What changed since is built by nobody's yes: it runs outside every box."""
    if change == "none wanted":
        own = replace(own, own_image="")
    else:
        with (Path(own.repo) / change).open("a") as file:
            file.write("# more\n")
        commit_all(Path(own.repo), "another")

    with pytest.raises(SwarmError, match=r"have changed since|is not built at"):
        image_building.build_missing(context, own)

    assert _told(context) == []
    assert not any(name.startswith("swarm/projects") for name in engine.references)


PACKAGE = "hello"
"""Small, and in no other image of ours."""


@pytest.fixture
def image() -> Iterator[str]:
    """An image that nobody has; it goes again, after what stands on it."""
    name = f"base@,{PACKAGE}"
    with closing(DockerImages()) as real:
        if real.image_id(images.tag(name)):
            real.untag(images.tag(name))
        yield name
        if real.image_id(images.tag(name)):
            real.untag(images.tag(name))


@pytest.mark.long
def test_a_task_starts_on_the_image_that_was_built_for_it(
    image: str, harness: KeeperHarness, sample: Path
) -> None:
    """Cancelled once; then two want it at once, and the keeper is stopped meanwhile."""
    harness.patience = 600.0
    wish = NewTasks(
        str(sample), command="hello; sleep 600", packages=(PACKAGE,), build=True
    )
    harness.start_keeper()
    log = harness.paths.build_log(image)

    def insert() -> int:
        return wishes.insert(harness.paths.database, "new", wish.to_json())

    def is_at_work() -> bool:
        return log.exists() and "Running in" in log.read_text()

    first = insert()
    harness.until(is_at_work, "the build")
    harness.wish_done("cancel_build", image=image)
    harness.until(lambda: bool(harness.queries.wishes.get(first).outcome), "its end")
    refused = harness.queries.wishes.get(first)
    assert "was cancelled by you" in refused.message
    assert harness.queries.tasks.all() == []
    assert harness.context.containers.image_id(images.tag(image)) is None

    log.unlink()
    both = [insert(), insert()]
    harness.until(is_at_work, "the build again")
    harness.stop_keepers()
    assert all(not harness.queries.wishes.get(one).outcome for one in both)
    harness.start_keeper()
    harness.until(
        lambda: all(harness.queries.wishes.get(one).outcome for one in both), "tasks"
    )
    for one in both:
        decided = harness.queries.wishes.get(one)
        assert decided.outcome == "done", f"{decided.message}; {log.read_text()}"
    for task in (1, 2):
        harness.until_state(task, State.LIVE)

    begun = harness.queries.events.of_kind(events.ImageBuilding)
    built = harness.queries.events.of_kind(events.ImageBuilt)
    assert (len(begun), len(built)) == (3, 1)
