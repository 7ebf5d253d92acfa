"""The preview of the selected task: what its Info tab says of its disk."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from swarm.errors import ToolError
from swarm.model.disk_use import DiskUse, TaskSize
from swarm.model.service_log import ServiceLog
from swarm.model.task import Task
from swarm.tui.screens.dashboard.screen import DashboardScreen
from swarm.tui.widgets.preview import Preview
from tests.scenes import THREE_RUNNING, WITH_SERVICES, Scene, press, shown, until
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]
TO_INFO = ("left_square_bracket",)
MIB = 1 << 20


class Unreachable(FakeBackend):
    """Nothing outside answers."""

    def task_size(self, task: Task) -> TaskSize | None:
        raise ToolError("docker does not answer\x1b[31m")


def head(app: object) -> str:
    screen = getattr(app, "screen", None)
    assert isinstance(screen, DashboardScreen)
    facts = screen.query_one(Preview).query("Static")
    return " ".join(str(one.render()) for one in facts)


async def test_the_info_tab_says_what_a_task_takes(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    size = TaskSize(DiskUse(3 * MIB), None, DiskUse(MIB))
    backend.sizes = dict.fromkeys(range(1, 9), size)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_INFO)
            words = "≥ 4.0 MiB: files 3.0 MiB, home ?, logs 1.0 MiB"
            await until(pilot, lambda: words in head(app))


@dataclass
class Slow(FakeBackend):
    """Measures until it is released."""

    begun: list[int] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def task_size(self, task: Task) -> TaskSize | None:
        self.begun.append(task.id)
        assert self.released.wait(60)
        return TaskSize(DiskUse(task.id * MIB), DiskUse(), DiskUse())


async def test_one_size_is_measured_at_a_time(recorded: Recorded) -> None:
    """Or going through the list would take all threads, and wishes would wait."""
    before = recorded(THREE_RUNNING)
    backend = Slow(before.database, before.panes)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press(*TO_INFO)
            await until(pilot, lambda: backend.begun == [1])
            for _ in range(3):
                await pilot.press("j", "j", "k")
                await pilot.pause()
            assert backend.begun == [1]

            backend.released.set()
            await until(pilot, lambda: "2.0 MiB: files 2.0 MiB" in head(app))
    assert backend.begun == [1, 2]


async def test_why_a_size_is_not_known_is_told(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = recorded(THREE_RUNNING)
    monkeypatch.setattr(FakeBackend, "task_size", Unreachable.task_size)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_INFO)
            await until(pilot, lambda: "not known: docker does not" in head(app))

            assert "\x1b" not in head(app)


TO_SERVICES = ("left_square_bracket",) * 2


def body(app: object) -> str:
    screen = getattr(app, "screen", None)
    assert isinstance(screen, DashboardScreen)
    lines = screen.query_one(Preview).lines
    return "\n".join(lines.line_at(row).plain for row in range(lines.count))


async def test_only_a_task_with_services_has_their_tab(recorded: Recorded) -> None:
    """It is there again when its task is; the output is read of that task alone."""
    backend = recorded(WITH_SERVICES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_SERVICES)
            await until(pilot, lambda: "relation" in body(app))
            assert "redis at localhost:6379" in head(app)
            await pilot.press("j")
            await until(pilot, lambda: "docs-openapi" in head(app) or "#3" in head(app))
            assert "Services" not in head(app)
            await pilot.press("k")
            await until(pilot, lambda: "▸Services" in head(app))
    assert set(backend.service_reads) == {1}


async def test_their_output_is_followed_while_it_is_shown(recorded: Recorded) -> None:
    backend = recorded(WITH_SERVICES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *TO_SERVICES)
            await until(pilot, lambda: "relation" in body(app))
            log = ServiceLog("db", "a new line")
            backend.services = {1: (log,)}
            await until(pilot, lambda: "a new line" in body(app))
            await pilot.press("left_square_bracket")
            await until(pilot, lambda: "▸Files" in head(app))
            await pilot.pause(1.2)
            seen = len(backend.service_reads)
            await pilot.pause(1.2)
    assert len(backend.service_reads) == seen


async def test_r_starts_again_what_has_ended(recorded: Recorded) -> None:
    backend = recorded(WITH_SERVICES)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "R")
            await until(pilot, lambda: bool(backend.queries.wishes.open()))
            (wish,) = backend.queries.wishes.open()
            assert (wish.verb, wish.body["task"]) == ("restart_services", 1)
