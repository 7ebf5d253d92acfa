"""A small container finds out what an engine does not say of itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.config import load
from swarm.engine.host import engine_trial
from swarm.engine.host.engine_kind import Here
from swarm.engine.host.engine_trial import Trial
from swarm.errors import ToolError
from swarm.plan.naming import HOME_LABEL, HomePaths
from tests.fakes import ChangedEngine


@pytest.fixture
def paths(tmp_path: Path) -> HomePaths:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return HomePaths(home)


def trial(paths: HomePaths) -> Trial:
    containers = DockerContainers()
    config = load.load(load.DEFAULTS)
    return Trial.of(containers, containers.facts(), paths, config, Here())


def nothing_is_left(at: Trial) -> bool:
    labels = {HOME_LABEL: at.host.paths.tag}
    return not at.containers.all(labels) and not [*at.folder.glob(".trial-*")]


def test_the_real_engine_passes_and_nothing_is_left(paths: HomePaths) -> None:
    at = trial(paths)

    engine_trial.run(at)

    assert nothing_is_left(at)


def test_an_engine_that_sees_other_files_is_refused(
    paths: HomePaths, tmp_path: Path
) -> None:
    """As a virtual machine that shares no folder does, or an engine elsewhere: Docker
    makes an empty folder where it finds none."""
    at = trial(paths)
    spec = engine_trial._spec(at, tmp_path / "seen-only-there")
    elsewhere = replace(at, containers=SeesElsewhere(tmp_path / "seen-only-there"))

    assert spec.mounts[0].source == str(tmp_path / "seen-only-there")
    with pytest.raises(ToolError, match="worktree") as refused:
        engine_trial.run(elsewhere)
    assert refused.value.hint
    assert nothing_is_left(at)


def test_who_runs_in_a_container_is_told_so(paths: HomePaths, tmp_path: Path) -> None:
    """The host's engine makes an empty folder of its own at the same path."""
    engine = SeesElsewhere(tmp_path / "seen-only-there")
    config = load.load(load.DEFAULTS)
    here = replace(Here(), container="/.dockerenv", host_name="elsewhere")

    with pytest.raises(ToolError, match="worktree") as refused:
        engine_trial.require(engine, paths, config, here)

    assert "swarm runs in a container (there is /.dockerenv)" in refused.value.hint
    assert "from the same path there" in refused.value.hint


class SeesElsewhere(DockerContainers):
    """A real engine that finds every folder empty, as one on another machine would."""

    def __init__(self, empty: Path) -> None:
        super().__init__()
        empty.mkdir()
        empty.chmod(0o777)
        self._empty = empty

    def run(self, spec, limit, *more, **other):  # type: ignore[no-untyped-def]
        mounts = tuple(replace(one, source=str(self._empty)) for one in spec.mounts)
        return super().run(replace(spec, mounts=mounts), limit, *more, **other)


def test_a_sandbox_that_cannot_write_is_refused(paths: HomePaths) -> None:
    """As with users that are mapped in a way that the engine does not tell."""
    at = trial(paths)
    host = replace(at.host, first_ids=(7, 7), uid=0)

    with pytest.raises(ToolError, match="worktree"):
        engine_trial.run(replace(at, host=host))

    assert nothing_is_left(at)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Memory": 0, "MemorySwap": 0}, "no memory limit"),
        ({"PidsLimit": 0}, "no pids limit"),
        ({"SecurityOpt": ["no-new-privileges:true"]}, "seccomp"),
        ({"MemorySwap": -1}, "no swap limit"),
    ],
)
def test_an_engine_that_ignores_a_setting_is_refused_by_name(
    engine: ChangedEngine, paths: HomePaths, changes: dict[str, object], fault: str
) -> None:
    """Nothing has run in the container by then."""
    engine.host_config = changes
    at = trial(paths)

    with pytest.raises(ToolError, match=fault):
        engine_trial.run(at)

    assert nothing_is_left(at)


@pytest.mark.parametrize(
    "words",
    [
        "OCI runtime create failed: container process is already dead: unknown",
        "cannot join network namespace: unknown",
    ],
)
def test_a_trial_that_stumbles_is_made_once_more(
    engine: ChangedEngine, paths: HomePaths, words: str
) -> None:
    engine.refusals = [("/start$", words)]

    engine_trial.run(trial(paths))

    assert len(engine.refused) == 1


def test_an_engine_of_another_kind_is_tried_once_a_keeper(
    engine: ChangedEngine, paths: HomePaths
) -> None:
    """And again if the trial failed; the usual engine is not tried at all."""
    engine.info = {"Name": "docker-desktop"}
    engine.host_config = {"PidsLimit": 0}
    config, here, containers = load.load(load.DEFAULTS), Here(), DockerContainers()

    with pytest.raises(ToolError, match="no pids limit"):
        engine_trial.require(containers, paths, config, here)
    engine.host_config = {}
    facts = engine_trial.require(containers, paths, config, here)
    engine.refusals = [("/start$", "no second trial was asked for")]
    engine_trial.require(containers, paths, config, here)

    assert facts.host_name == "docker-desktop"
    assert engine.refused == []


def test_a_refused_kind_costs_no_container(
    engine: ChangedEngine, paths: HomePaths
) -> None:
    engine.info = {"PidsLimit": False}
    engine.refusals = [("/create", "a container was made")]

    with pytest.raises(ToolError, match="processes"):
        engine_trial.require(
            DockerContainers(), paths, load.load(load.DEFAULTS), Here()
        )

    assert engine.refused == []
    assert [*paths.home.iterdir()] == []
