"""Services come back before the agent does, when machine or engine was restarted.

What an engine's restart does to containers is done to them here: they are killed, or
are gone; the engine itself is everybody's.
"""

from pathlib import Path

import pytest

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.service_project import POSTGRES, REDIS, agree, build_images
from tests.engine.tasks.test_interruption import reboot
from tests.engine.test_deaths import die_at
from tests.scripted_agent import begin, description

PATIENCE = 300.0
"""Of one wait, on a machine that is busy."""


@pytest.fixture(scope="module", autouse=True)
def _images() -> None:
    build_images("postgres", "redis")


@pytest.fixture
def patient(harness: KeeperHarness) -> KeeperHarness:
    harness.patience = PATIENCE
    return harness


def _psql(harness: KeeperHarness, task: int, query: str) -> int:
    service = harness.context.names(task).service("db")
    argv = ["psql", "-h127.0.0.1", "-Upostgres", "-c", query]
    return harness.context.containers.exec_status(service, argv)


def _second_life(harness: KeeperHarness, task: int) -> list[type[events.Event]]:
    """What was recorded of services and agent since the task went on."""
    wanted = (events.ServiceReady, events.TaskLive)
    recorded = [
        type(one.event) for one in harness.queries.events.after(task=task, limit=10_000)
    ]
    since = recorded.index(events.TaskContinued)
    return [kind for kind in recorded[since:] if kind in wanted]


def _went_on(harness: KeeperHarness, task: int) -> bool:
    went_on = harness.queries.events.last(events.TaskContinued, task)
    return bool(went_on) and harness.queries.tasks.get(task).state is State.LIVE


def test_after_a_reboot_they_answer_before_the_agent_goes_on(
    patient: KeeperHarness, sample: Path
) -> None:
    """Over what they stored, in the net of the task's new life, each once."""
    keeper = patient.start_keeper()
    agree(patient, sample, POSTGRES + REDIS)
    task = begin(patient, sample, description()).id
    assert _psql(patient, task, "create table t (v text)") == 0
    reboot(patient, keeper)

    # The keeper that takes it up is killed between the two services.
    die_at(patient, "journal:ServiceReady")
    patient.start_keeper()

    patient.until(lambda: _went_on(patient, task), "it goes on")
    kinds = _second_life(patient, task)
    assert kinds[-3:] == [events.ServiceReady, events.ServiceReady, events.TaskLive]
    assert _psql(patient, task, "select v from t") == 0
    names = patient.context.names(task)
    beside = patient.context.containers.all(names.labels("service"))
    assert len(beside) == 2
    net = patient.queries.tasks.get(task).net.name
    box = patient.context.containers.inspect(names.sandbox)
    for name in (names.service("db"), names.service("cache")):
        service = patient.context.containers.inspect(name)
        assert box
        assert service
        modes = {one.raw["HostConfig"]["NetworkMode"] for one in (box, service)}
        assert len(modes) == 1
    assert len(patient.net_namespaces()) == 1
    assert net


def test_one_that_cannot_come_back_is_a_sentence_and_a_state(
    patient: KeeperHarness, sample: Path
) -> None:
    """Killed as an engine does that restarts; what it stored is broken by then."""
    keeper = patient.start_keeper()
    broken = "/var/lib/service/broken"
    health = f"health = 'test ! -e {broken}'\nhealth_seconds = 1\n"
    agree(patient, sample, REDIS + health)
    task = begin(patient, sample, description()).id
    names = patient.context.names(task)
    touched = patient.context.containers.exec_status(
        names.service("cache"), ["touch", broken]
    )
    assert touched == 0
    keeper.stop()
    patient.stop_keepers()
    for facts in patient.context.containers.all(names.labels("service")):
        patient.context.containers.kill(facts.name)
    patient.context.containers.kill(names.sandbox)

    patient.start_keeper()

    def failed() -> events.ContinueFailed | None:
        return patient.queries.events.last(events.ContinueFailed, task)

    patient.until(lambda: bool(failed()), "it cannot go on")
    known = patient.queries.tasks.get(task)
    assert known.state is State.STOPPED
    assert "the service cache did not answer within 1 s" in known.reason
    assert f"swarm logs {task} cache" in known.hint
    assert patient.context.containers.all(names.labels("service")) == []
    assert patient.paths.service_log(task, "cache").read_text()
