"""Services in a line each, whatever their names and images are."""

from swarm.model import service_text
from swarm.model.task import ServiceState
from tests.scenes import HOSTILE_NAME


def test_where_it_answers_or_why_it_ended() -> None:
    services = (
        ServiceState("cache", "redis", 6379),
        ServiceState("db", "some/db:1", 0),
        ServiceState("queue", "rabbitmq", 5672, ended="ended with exit status 1"),
    )

    assert service_text.lines(services) == [
        "cache: redis at localhost:6379",
        "db: some/db:1, runs",
        "queue: rabbitmq, ended with exit status 1",
    ]


def test_foreign_words_are_harmless() -> None:
    (line,) = service_text.lines(
        [ServiceState(HOSTILE_NAME, HOSTILE_NAME, 1, HOSTILE_NAME)]
    )
    assert line.isprintable()
