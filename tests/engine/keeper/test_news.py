"""Each piece of the container engine's news is acted on, until the keeper ends."""

import pytest

from swarm.engine.keeper.news import News
from swarm.engine.tasks import finish, reconcile, services
from swarm.plan.naming import KIND_LABEL
from swarm.ports import ContainerEvent
from tests.builders import queued
from tests.engine.keeper.keeper_parts import Bench


@pytest.fixture
def heard(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done about the news."""
    done: list[str] = []
    monkeypatch.setattr(finish, "record_end", lambda *_: done.append("end"))
    monkeypatch.setattr(reconcile, "task", lambda *_: done.append("compare"))
    monkeypatch.setattr(services, "compare", lambda *_: done.append("services"))
    monkeypatch.setattr(
        bench.parts.meter, "out_of_memory", lambda *_: done.append("memory")
    )
    return done


def tell(bench: Bench, action: str, kind: str) -> None:
    task = bench.context.journal.queue(queued).id
    news = ContainerEvent(action, "box", {KIND_LABEL: kind}, 1.0)
    News(bench.parts, bench.work, bench.recovery).container_changed(task, news)
    bench.finish()


@pytest.mark.parametrize(
    ("action", "kind", "done"),
    [
        ("die", "sandbox", ["end"]),
        ("oom", "sandbox", ["memory"]),
        ("destroy", "sandbox", ["compare"]),
        ("die", "service", ["services"]),
        ("destroy", "service", []),
        ("die", "net", []),
        ("start", "sandbox", []),
    ],
)
def test_what_is_done_of_a_containers_news(
    bench: Bench, heard: list[str], action: str, kind: str, done: list[str]
) -> None:
    tell(bench, action, kind)
    assert heard == done


def test_a_keeper_that_ends_leaves_it_to_the_next(
    bench: Bench, heard: list[str]
) -> None:
    bench.work.refuse()
    tell(bench, "die", "sandbox")
    tell(bench, "oom", "sandbox")
    assert heard == []
