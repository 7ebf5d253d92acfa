"""One poll reads every screen; a change is recorded, once two looks saw it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.engine.context import EngineContext
from swarm.engine.tasks.screen_watch import ScreenWatch
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState, Source
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.fakes import FakePanes

LIVE = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
READY = "› Ask Codex to do anything\n\n  GPT · /workspace\n  ? for shortcuts"
DIALOG = "Sign in with ChatGPT\nPress Enter to continue"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[EngineContext]:
    with fake_context(HomePaths(tmp_path)) as opened:
        yield opened


def live(context: EngineContext, **fields: Any) -> int:
    task = context.journal.queue(lambda _: queued(agent="codex", **fields)).id
    context.journal.record(task, *LIVE)
    context.panes.open(context.names(task).pane, ["codex"], {})
    return task


def draw(context: EngineContext, task: int, screen: str) -> None:
    panes = context.panes
    assert isinstance(panes, FakePanes)
    panes.show(context.names(task).pane, screen)


def look(context: EngineContext, watch: ScreenWatch, times: int = 2) -> None:
    for _ in range(times):
        watch.look(context.read().tasks.all())


def recognised(context: EngineContext, task: int) -> list[str]:
    return [
        each.event.screen
        for each in context.read().events.after(task=task)
        if isinstance(each.event, events.ScreenRecognised)
    ]


def test_only_a_change_that_lasts_is_recorded(context: EngineContext) -> None:
    task, watch = live(context), ScreenWatch(context)
    draw(context, task, DIALOG)
    look(context, watch, 5)
    draw(context, task, "half a screen")
    look(context, watch, 1)
    draw(context, task, READY)
    look(context, watch, 5)
    assert recognised(context, task) == [agent_screen.FIRST_RUN, agent_screen.READY]


def test_a_prompt_is_typed_once_and_only_where_it_is_ready(
    context: EngineContext,
) -> None:
    task, watch = (
        live(context, types_prompt=True, prompt="/quit\n-p"),
        ScreenWatch(context),
    )
    panes = context.panes
    assert isinstance(panes, FakePanes)
    draw(context, task, DIALOG)
    look(context, watch, 4)
    assert panes.sent == []
    draw(context, task, READY)
    look(context, watch, 1)
    draw(context, task, READY)
    look(context, watch, 1)
    draw(context, task, READY)
    look(context, watch, 4)
    assert panes.sent == [(context.names(task).pane, "Do this: /quit\n-p")]


def test_what_a_screen_says_twice_is_a_claim(context: EngineContext) -> None:
    task, watch = live(context), ScreenWatch(context)
    draw(context, task, DIALOG)
    look(context, watch, 1)
    assert context.signals.of(task).claims == {}
    look(context, watch, 1)
    (claim,) = context.signals.of(task).claims.values()
    assert (claim.state, claim.source) == (AgentState.NEEDS_LOGIN, Source.SCREEN)
    assert claim.rule.startswith("cues.needs_login")
    draw(context, task, "\n")
    look(context, watch, 3)
    assert context.signals.of(task).claims == {}


def test_a_wait_is_counted_from_when_it_was_drawn(context: EngineContext) -> None:
    task, watch = live(context), ScreenWatch(context)

    def until(seconds: int, sign: str) -> float | None:
        warning = f"{sign} Usage limit reached. Please try again in {seconds}s."
        draw(context, task, f"{warning}\n\n{READY}")
        look(context, watch, 3)
        return context.signals.of(task).claims[Source.SCREEN].until

    first = until(7200, "■")
    assert first is not None
    assert until(7200, "■ ") == first
    assert until(3600, "■") != first


def test_a_task_that_is_not_live_is_not_looked_at(context: EngineContext) -> None:
    task, watch = live(context), ScreenWatch(context)
    draw(context, task, READY)
    context.journal.record(task, events.TaskStopped(0))
    look(context, watch)
    assert recognised(context, task) == []


def test_what_a_screen_says_is_a_claim_until_it_says_it_no_more(
    context: EngineContext,
) -> None:
    task, watch = live(context), ScreenWatch(context)
    draw(context, task, READY)
    look(context, watch, 3)
    (claim,) = context.signals.of(task).claims.values()
    assert (claim.state, claim.source) == (AgentState.READY, Source.SCREEN)

    draw(context, task, "half a screen")
    look(context, watch, 3)
    assert context.signals.of(task).claims == {}
