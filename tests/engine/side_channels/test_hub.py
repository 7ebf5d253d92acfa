"""One reader for the channels of all live tasks, whatever they bring."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.config import load
from swarm.engine.context import EngineContext
from swarm.engine.side_channels import flow
from swarm.engine.side_channels.hub import SideChannels
from swarm.model import events
from swarm.model.task import Task
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from tests.builders import queued
from tests.fakes import FakeContainers, FakeImages, FakePanes, FakePipe
from tests.plan.builders import SPEC

ASK = {"id": "a", "kind": "permission", "title": "edit?", "tool": "Edit"}
PATIENCE = 60.0


class Hub:
    """The hub under test, with live tasks of claude's in an engine of dictionaries."""

    def __init__(self, folder: Path) -> None:
        self.containers = FakeContainers()
        self.paths = HomePaths(folder)
        self.journal = Journal(self.paths.database)
        self.opened: list[FakePipe] = []
        own = threading.local()

        def read() -> Queries:
            if not hasattr(own, "queries"):
                own.queries = Queries(self.paths.database)
            queries: Queries = own.queries
            return queries

        self.context = EngineContext(
            self.paths,
            self.journal,
            read,
            self.containers,
            FakePanes(),
            lambda: load.load(load.DEFAULTS),
            1000,
            1000,
            FakeImages(),
        )
        self.channels = SideChannels(self.context)

    def live(self, **fields: Any) -> int:
        """One more live task; the hub follows them all."""
        task = self.journal.queue(lambda _: queued(**{"agent": "claude", **fields})).id
        name = self.context.names(task).sandbox
        self.containers.create(replace(SPEC, name=name, image="an/image:1"))
        self.containers.start(name)
        self.journal.record(task, events.TaskProvisioning(), events.TaskLive(name, "p"))
        self.follow()
        return task

    def follow(self) -> None:
        """Tell the hub which tasks there are."""
        self.channels.follow(self.context.read().tasks.all())

    def pipe(self) -> FakePipe:
        """The next pipe that was opened, greeted."""
        pipe = self.containers.pipes.get(timeout=PATIENCE)
        self.opened.append(pipe)
        assert pipe.hears() == {}
        pipe.says(ready=True)
        return pipe

    def task(self, task_id: int) -> Task:
        """As it is now."""
        return self.context.read().tasks.get(task_id)

    def until(self, condition: Callable[[], object]) -> None:
        """Block until it holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def faults(self, task_id: int) -> list[str]:
        """What was told to be wrong with the channel."""
        recorded = self.context.read().events.after(task=task_id)
        return [
            each.event.reason
            for each in recorded
            if isinstance(each.event, events.ChannelFault)
        ]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub without tasks."""
    opened = Hub(tmp_path)
    with closing(opened.journal), closing(opened.channels):
        yield opened
    for pipe in opened.opened:
        pipe.hang_up()


def test_a_question_comes_and_its_answer_goes(hub: Hub) -> None:
    task = hub.live()
    pipe = hub.pipe()
    pipe.says(ask=ASK)
    hub.until(lambda: hub.task(task).questions)

    hub.journal.record(task, events.QuestionAnswered("1", "once"))
    hub.channels.deliver(task)

    assert pipe.hears() == {"answer": "a", "with": "once", "text": ""}
    pipe.says(delivered="a")
    hub.until(lambda: hub.task(task).answers[0].is_delivered)


def test_only_live_screens_have_a_channel(hub: Hub) -> None:
    hub.live(way="headless")
    other = hub.live()

    pipe = hub.pipe()
    pipe.says(ask=ASK)

    hub.until(lambda: hub.task(other).questions)
    assert hub.containers.pipes.empty()


def test_a_channel_that_hung_up_is_opened_again(hub: Hub) -> None:
    task = hub.live()
    first = hub.pipe()
    first.says(ask=ASK)
    hub.until(lambda: hub.task(task).questions)
    first.hang_up()

    second = hub.pipe()
    second.says(sync=True)

    hub.until(lambda: not hub.task(task).questions)
    assert hub.task(task).answers[0].by == "gone"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe\n", "not understood: no JSON"),
        (b"x" * (flow.LINE_LIMIT + 10), "a message of more than"),
        (b"{}\n" * (flow.LINES_LIMIT + 1), "messages in a second"),
    ],
)
def test_rubbish_and_floods_are_told_and_end_nothing(
    hub: Hub, data: bytes, words: str
) -> None:
    task = hub.live()
    pipe = hub.pipe()
    other = hub.live()
    quiet = hub.pipe()

    pipe.program.sendall(data)

    hub.until(lambda: any(words in reason for reason in hub.faults(task)))
    quiet.says(ask=ASK)
    hub.until(lambda: hub.task(other).questions)


def test_a_gigabyte_is_not_read(hub: Hub) -> None:
    """The channel is closed: what floods it writes to nobody."""
    hub.live()
    pipe = hub.pipe()

    written = 0
    with suppress(OSError):
        while written < 1 << 30:
            written += pipe.program.send(b"y" * (1 << 16))

    assert written < 1 << 30


def test_a_task_that_ended_has_none(hub: Hub) -> None:
    task = hub.live()
    pipe = hub.pipe()
    hub.journal.record(task, events.TaskStopped(0))

    hub.follow()

    assert pipe.hears() is None


def test_a_paused_task_is_asked_once_it_goes_on(hub: Hub) -> None:
    task = hub.live()
    first = hub.pipe()
    hub.journal.record(task, events.TaskPaused())
    first.hang_up()
    hub.journal.record(task, events.TaskResumed())

    hub.pipe().says(ask=ASK)

    hub.until(lambda: hub.task(task).questions)


def test_what_can_not_be_started_is_told(hub: Hub) -> None:
    """Such as an image without the program that runs it."""
    task = hub.live()
    for _ in range(3):
        pipe = hub.containers.pipes.get(timeout=PATIENCE)
        pipe.hang_up()

    hub.until(lambda: hub.faults(task))
    assert "has the image no python3?" in hub.faults(task)[0]


def test_it_begins_anew_after_its_end(hub: Hub) -> None:
    """As a keeper does that is started again; what was open is found again."""
    task = hub.live()
    first = hub.pipe()
    first.says(ask=ASK)
    hub.until(lambda: hub.task(task).questions)
    hub.channels.close()
    assert first.hears() is None

    hub.follow()
    again = hub.pipe()
    again.says(ask=ASK)
    again.says(sync=True)
    hub.journal.record(task, events.QuestionAnswered("1", "once"))
    hub.channels.deliver(task)

    assert again.hears() == {"answer": "a", "with": "once", "text": ""}
