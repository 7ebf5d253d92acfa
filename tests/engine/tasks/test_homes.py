"""A home and its layers; `test_warm_start` has agents write into them."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters import warm_bases
from swarm.adapters.docker import DockerContainers
from swarm.adapters.git.safe_fs.files import erase
from swarm.adapters.warm_bases import WarmBase
from swarm.engine.tasks import homes
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.plan.test_setup_box import SANDBOX

OWN = {"swarm.task": "1"}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(SANDBOX, str(tmp_path / "worktree"))


def test_layers_are_made_and_go_without_a_trace(tmp_path: Path, plan: Plan) -> None:
    paths = HomePaths(tmp_path)
    making = warm_bases.begin(paths.bases)
    (making / "home").mkdir(mode=0o1777)
    (making / "home").chmod(0o1777)
    (making / "shared" / "0").mkdir(mode=0o750)
    base = warm_bases.finish(making, WarmBase("", "k", "/r", (), ("lib",)))
    paths.worktree(1).mkdir(parents=True)
    with fake_context(paths) as context:
        task = context.journal.queue(queued)
        used = events.WarmBaseUsed(base.name, ("lib",))
        task = context.journal.record(1, used) or task

        homes.make_layers(context, 1, base)
        homes.make_layers(context, 1, base)
        (mount,) = homes.mounts(context, task, plan)

        names = context.names(1)
        assert sorted(context.containers.volumes(OWN)) == [
            names.home_volume,
            names.warm_volume(0),
        ]
        assert (mount.source, mount.target) == (names.warm_volume(0), "/workspace/lib")
        assert (paths.worktree(1) / "lib").is_dir()
        upper = paths.warm_changes(1)
        assert (upper / "home").stat().st_mode & 0o7777 == 0o1777
        assert (upper / "0").stat().st_mode & 0o7777 == 0o750
        (paths.warm_work(1) / "0" / "work").mkdir(mode=0)

        homes.remove(context, 1)
        assert context.containers.volumes(OWN) == []
    assert not upper.exists()
    assert not paths.warm_work(1).exists()
    assert (paths.bases / base.name / "shared" / "0").is_dir()


def test_a_folder_in_whose_place_something_stands_is_not_mounted(
    tmp_path: Path, plan: Plan
) -> None:
    """An agent put it there; the engine would make a folder wherever it leads."""
    paths = HomePaths(tmp_path)
    paths.worktree(1).mkdir(parents=True)
    (paths.worktree(1) / "lib").symlink_to(tmp_path)
    with fake_context(paths) as context:
        task = context.journal.queue(queued)
        used = events.WarmBaseUsed("base", ("lib", "deep/lib", "more"))
        task = context.journal.record(1, used) or task

        mounts = homes.mounts(context, task, plan)

    assert [mount.target for mount in mounts] == ["/workspace/more"]


def test_a_first_home_is_a_folder_of_ours(tmp_path: Path, plan: Plan) -> None:
    paths = HomePaths(tmp_path)
    with fake_context(paths) as context:
        homes.make(context, 1, plan, is_open=True, first=True)
        homes.make(context, 1, plan, is_open=True, first=True)

        assert (paths.first_home(1) / "home").is_dir()
        homes.remove(context, 1)
    assert not paths.first_home(1).exists()


def test_what_only_root_may_remove_goes_by_a_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is another one than the image's, as on most machines."""
    folder, mine = tmp_path / "home", tmp_path / "mine"
    (folder / "deep").mkdir(parents=True)
    mine.mkdir()
    (folder / "deep" / "file").touch()
    (folder / "link").symlink_to(mine)
    (mine / "file").touch()
    calls = list[Path]()

    def refusing(path: Path) -> None:
        calls.append(path)
        if any(path.rglob("file")):
            raise PermissionError(1, "Operation not permitted")
        erase(path)

    monkeypatch.setattr(homes, "erase", refusing)
    docker = DockerContainers()
    with closing(docker), fake_context(HomePaths(tmp_path)) as context:
        homes.erase_folder(replace(context, containers=docker), folder)

    assert calls == [folder, folder]
    assert not folder.exists()
    assert (mine / "file").exists()
