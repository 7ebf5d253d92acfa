"""Containers, volumes and folders without a task, on the real container engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.engine.host import images, orphans
from swarm.engine.host.orphans import Orphan
from swarm.plan.naming import HomePaths, TaskNames
from swarm.plan.specs import SandboxSpec
from swarm.store import migrations


@pytest.fixture
def engine() -> Iterator[DockerContainers]:
    containers = DockerContainers()
    yield containers
    containers.close()


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    paths = HomePaths(tmp_path)
    migrations.connect(paths.database).close()
    return paths


def make_container(engine: DockerContainers, name: str, labels: dict[str, str]) -> None:
    engine.create(
        SandboxSpec(
            name=name,
            image=images.reference(engine, "base"),
            argv=("true",),
            user="1000:1000",
            labels=labels,
            workdir="/",
            tmpfs={"/tmp": "rw", "/run": "rw"},
            seccomp=images.seccomp_profile(),
            terminal=False,
        )
    )


def test_a_container_is_an_orphan_if_no_task_owns_it(
    engine: DockerContainers, paths: HomePaths
) -> None:
    owned, orphaned = TaskNames(paths.tag, 1), TaskNames(paths.tag, 2)
    shared = f"{orphaned.sandbox}-net"
    try:
        make_container(engine, owned.sandbox, owned.labels())
        make_container(engine, orphaned.sandbox, orphaned.labels())
        make_container(engine, shared, orphaned.labels("net"))

        found = orphans.find_containers(paths, engine, {1})
    finally:
        for name in (owned.sandbox, orphaned.sandbox, shared):
            engine.remove(name)

    assert found == [orphaned.sandbox], "the gate's and the sensor's are the home's"


def test_a_volume_and_a_folder_without_a_task_are_found_and_removed(
    engine: DockerContainers, paths: HomePaths
) -> None:
    names = TaskNames(paths.tag, 7)
    engine.make_volume(names.home_volume, names.labels("home"))
    paths.worktree(7).mkdir(parents=True)
    paths.worktree(7).with_name("notes").mkdir()
    messages: list[str] = []

    found = orphans.find(paths, engine)
    orphans.remove(paths, engine, found, messages.append)

    assert found == [Orphan("volume", names.home_volume), Orphan("worktree", "7")]
    assert messages == [f"removing volume {names.home_volume}", "removing worktree 7"]
    assert orphans.find(paths, engine) == []
    assert paths.worktree(7).with_name("notes").is_dir()
