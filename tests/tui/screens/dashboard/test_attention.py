"""A human is told once of what needs them, and not of what they look at."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from swarm.model import events
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.notice import Notice
from swarm.model.task import State, Task
from swarm.tui.backend import Notify
from swarm.tui.screens.dashboard.attention import Attention
from tests.builders import queued_task
from tests.scenes import NIGHT, NOW, OPTIONS, press, settled, shown, until
from tests.tui.screens.dashboard.test_decisions import Recorded
from tests.tui.screens.dashboard.test_questions import record


def live(task: int, state: AgentState, since: float = 1.0) -> Task:
    status = AgentStatus(state, since, Evidence(Source.SCREEN, "", "", since))
    return queued_task(task, state=State.LIVE, agent_status=status, name=f"t{task}")


class Watched:
    """An attention with what it told."""

    def __init__(self, looked_at: int | None = None) -> None:
        self.told: list[list[int]] = []
        self.seen: list[int] = []
        self.counts: list[int] = []
        self.timers: list[Callable[[], None]] = []
        self.attention = Attention(
            self._announce,
            lambda notice: self.seen.append(notice.task),
            self.counts.append,
            lambda: looked_at,
            lambda _seconds, call: self.timers.append(call),
        )

    def _announce(self, notices: Sequence[Notice]) -> None:
        self.told.append([notice.task for notice in notices])

    def look(self, *tasks: Task) -> None:
        self.attention.follow(tasks)


WORKS = live(1, AgentState.WORKING)
ASKS = live(1, AgentState.ASKS_PERMISSION)


def test_a_need_is_told_once() -> None:
    """However often it is looked at."""
    watched = Watched()
    for task in (WORKS, ASKS, ASKS):
        watched.look(task)

    assert watched.told == [[1]]
    assert watched.counts == [1]


def test_what_needed_a_human_before_is_not_told_again() -> None:
    """A front end that was restarted begins with what there is."""
    watched = Watched()
    watched.look(ASKS)
    watched.look(ASKS)

    assert (watched.told, watched.counts) == ([], [1])


def test_what_is_looked_at_is_not_told() -> None:
    """Neither now, nor once the human looks elsewhere."""
    watched = Watched(looked_at=1)
    watched.look(WORKS, live(2, AgentState.WORKING))
    watched.look(ASKS, live(2, AgentState.STALLED))

    assert watched.told == [[2]]
    assert watched.seen == [1]


def test_what_comes_soon_after_is_told_as_one() -> None:
    """And not at all if it is over by then."""
    watched = Watched()
    watched.look(*(live(n, AgentState.WORKING) for n in range(4)))
    watched.look(live(0, AgentState.STALLED))
    others = [live(n, AgentState.STALLED) for n in (1, 2, 3)]
    watched.look(live(0, AgentState.STALLED), *others)
    assert watched.told == [[0]]
    watched.look(live(0, AgentState.STALLED), others[0], others[1])
    (late,) = watched.timers
    late()

    assert watched.told == [[0], [1, 2]]


@pytest.mark.parametrize("is_selected", [True, False])
async def test_a_question_is_told_unless_its_task_is_selected(
    recorded: Recorded, is_selected: bool
) -> None:
    """By a toast; of what was seen the keeper need not tell."""
    settings = Notify()
    working = replace(NIGHT, tasks=NIGHT.tasks[-1:] + NIGHT.tasks[:1])
    backend = recorded(working)
    options = replace(OPTIONS, notify=lambda: settings)
    with shown(backend, options) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await settled(pilot)
            await press(pilot, backend, *(("j",) if is_selected else ()))
            evidence = Evidence(Source.HOOK, "PermissionRequest", "", NOW)
            asks = AgentStatus(AgentState.ASKS_PERMISSION, NOW, evidence)
            record(backend, 1, events.AgentStateChanged.of(asks))
            list_ = app.screen_stack[0]
            await until(
                pilot, lambda: "asks" in str(list_.query_one("#header").render())
            )
            await settled(pilot)

    toasts = [each.message for each in app._notifications]
    assert any("asks" in words for words in toasts) is not is_selected
    assert bool(backend.notices) is is_selected
