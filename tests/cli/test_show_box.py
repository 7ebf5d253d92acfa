"""`swarm show ID --as …` prints the stored sandbox, and the value of no secret."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from swarm.cli import exit_codes
from swarm.model import events
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import queued
from tests.plan.builders import SPEC

Swarm = Callable[..., tuple[int, str, str]]
SECRET = "swarm-placeholder-0123456789abcdef"


@pytest.fixture
def task(journal: Journal) -> int:
    spec = replace(SPEC, environment={"API_KEY": SECRET, "A": "b c"})
    plan = specs.to_json(specs.Plan(spec, worktree="/w"))
    return journal.queue(lambda _id: queued(plan=plan)).id


def test_a_queued_task_is_printed_without_a_network(swarm: Swarm, task: int) -> None:
    status, out, _ = swarm("show", "1", "--as", "docker")

    assert status == exit_codes.DONE
    assert "--network none" in out
    assert "--env API_KEY=swarm-placeholder \\\n  --env 'A=b c'" in out
    assert "swarm show 1 --as seccomp > seccomp.json" in out
    assert SECRET not in out + swarm("show", "1", "--as", "compose")[1]


def test_the_profile_is_printed_as_it_is_stored(swarm: Swarm, task: int) -> None:
    out = swarm("show", "1", "--as", "seccomp")[1]

    assert json.loads(out) == json.loads(SPEC.seccomp)


def test_a_live_task_is_printed_in_its_own_network(
    swarm: Swarm, task: int, journal: Journal, paths: HomePaths
) -> None:
    journal.record(
        task,
        events.TaskProvisioning(),
        events.NetReady("n7"),
        events.TaskLive("box", "pane"),
    )

    out = swarm("show", "1", "--as", "docker")[1]

    assert f"--network container:swarm-{paths.tag}-net-n7" in out


def test_a_name_that_the_tasks_own_container_may_have_is_told(
    swarm: Swarm, task: int, journal: Journal
) -> None:
    """An ended task keeps its container, so the command as it stands is refused."""
    before = swarm("show", "1", "--as", "docker")[1]
    journal.record(task, events.TaskProvisioning(), events.TaskLive("box", "pane"))
    journal.record(task, events.TaskStopped(0))
    kept = swarm("show", "1", "--as", "compose")[1]
    journal.record(task, events.TaskRejected(), events.TaskRemoved())
    gone = swarm("show", "1", "--as", "docker")[1]

    sentence = "# The task's own container may still have this name: choose another."
    assert [sentence in out for out in (before, kept, gone)] == [False, True, False]


def test_a_plan_of_another_version_is_told(swarm: Swarm, journal: Journal) -> None:
    journal.queue(lambda _id: queued())

    for form in ("docker", "compose", "seccomp"):
        status, out, err = swarm("show", "1", "--as", form)
        assert (status, out) == (exit_codes.FAILED, "")
        assert "the plan of task 1 was stored by another version" in err
    assert swarm("show", "1", "--as", "podman")[0] == exit_codes.USAGE
