"""One key adds what a task wants, on a yes to all that it changes."""

from dataclasses import replace

import pytest

from swarm.errors import SwarmError
from swarm.model.task import Task
from swarm.tui.backend import ToolsChange
from swarm.tui.dialogs.add_tools import AddTools
from tests.scenes import OPTIONS, THREE_RUNNING, TOOLS_MISSING, press, shown
from tests.tui.screens.dashboard.test_decisions import Recorded
from tests.tui.screens.dashboard.test_screen import asked, dashboard, said

LINES = ("--- a/swarm.toml", '+stacks = ["node"]', "-\x1b[2J[b]x[/b]")


class Files:
    """Counts what is written; `problem` refuses it."""

    def __init__(self, problem: str = "", lines: tuple[str, ...] = LINES) -> None:
        self.written = 0
        self.problem, self.lines = problem, lines

    def change(self, _task: Task) -> ToolsChange:
        return ToolsChange(
            ("node", "gcc"), ("node",), ("jq",), self.lines, False, "", self.write
        )

    def write(self) -> None:
        if self.problem:
            raise SwarmError(self.problem)
        self.written += 1


@pytest.mark.parametrize(
    ("keys", "written", "verbs"),
    [
        (("y",), 1, []),
        (("f",), 1, ["retry"]),
        (("escape",), 0, []),
        (("n",), 0, []),
    ],
)
async def test_a_yes_writes_and_may_retry(
    recorded: Recorded, keys: tuple[str, ...], written: int, verbs: list[str]
) -> None:
    backend, files = recorded(TOOLS_MISSING), Files()
    with shown(backend, replace(OPTIONS, tools_change=files.change)) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "T")
            assert isinstance(app.screen, AddTools)
            await press(pilot, backend, *keys)
            words = said(app)

    assert (files.written, [wish.verb for wish in asked(backend)]) == (written, verbs)
    if verbs:
        (wish,) = asked(backend)
        assert (wish.body["stacks"], wish.body["packages"]) == (["node"], ["jq"])
    else:
        assert ("node, gcc: in swarm.toml" in words) is bool(written)


async def test_a_refusal_is_told(recorded: Recorded) -> None:
    backend, files = recorded(TOOLS_MISSING), Files("it has changed\x1b meanwhile")
    with shown(backend, replace(OPTIONS, tools_change=files.change)) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "T", "f")

            assert said(app) == "it has changed\\x1b meanwhile"
    assert asked(backend) == []


async def test_what_is_there_already_is_said(recorded: Recorded) -> None:
    backend, files = recorded(TOOLS_MISSING), Files(lines=())
    with shown(backend, replace(OPTIONS, tools_change=files.change)) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "T")

            assert "has it already" in said(app)
            assert not isinstance(app.screen, AddTools)


async def test_a_task_that_lacks_nothing_has_no_such_key(recorded: Recorded) -> None:
    backend = recorded(THREE_RUNNING)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, "T")

            assert "wants nothing" in said(app)
            assert "no task" in dashboard(app).tools.disabled_reason(None)
