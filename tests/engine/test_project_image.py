"""A task and one that repeats it stand on the image that their project brings."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images, project_image
from swarm.engine.readers import project_image as reader
from swarm.plan import specs
from tests.adapters.git.git_helpers import commit_all
from tests.built_image import images_of_projects
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.test_toolchain import agree_to_project

PROJECT = """\
dockerfile = "dev/Dockerfile"
[environment]
MODE = "test"
"""
DOCKERFILE = """\
FROM {base}
USER root
COPY said /opt/said
ENV FROM_IMAGE=yes MODE=image
RUN useradd -m other
USER other
"""
LOOK = (
    "test $FROM_IMAGE-$MODE-$HOME = yes-test-/home/agent && cat /opt/said > out "
    "&& test $(id -u) != 0"
)


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    with images_of_projects() as engine:
        yield engine


def test_a_task_and_its_retry_stand_on_the_projects_own_image(
    engine: DockerImages, harness: KeeperHarness, sample: Path
) -> None:
    base = images.build(engine, "base", lambda _line: None)
    (sample / "dev").mkdir()
    (sample / "dev" / "Dockerfile").write_text(DOCKERFILE.format(base=base))
    (sample / "said").write_text(f"by the image {token_hex(4)}\n")
    (sample / "swarm.toml").write_text(PROJECT)
    commit_all(sample, "project")
    agree_to_project(harness.paths, sample)
    harness.start_keeper()

    refused = harness.wish("new", repo=str(sample), prompt="p", command=LOOK)
    assert "the project's image is not built" in refused.message
    assert "`swarm image project`" in refused.hint
    options = harness.new_task(sample, "test -z $FROM_IMAGE", stacks=[], packages=[])
    assert harness.until_taken_in(options).exit_code == 0

    repository, _, wanted = reader.at_head(harness.paths, sample, engine)
    assert wanted is not None
    reference = project_image.build(engine, repository, wanted, lambda _line: None)
    first = harness.new_task(sample, LOOK)
    harness.until_taken_in(first)
    (sample / "said").write_text("changed since\n")
    commit_all(sample, "other")
    again = harness.wish_done("retry", task=first)["tasks"][0]
    harness.until_taken_in(again)

    for task in (first, again):
        assert harness.queries.tasks.get(task).exit_code == 0, harness.journal_text()
        plan = specs.from_json(harness.queries.tasks.plan(task))
        assert plan.sandbox.image == reference
