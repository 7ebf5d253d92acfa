"""A prompt is typed once, where the agent is ready for it."""

from pathlib import Path

import pytest

from swarm.engine.tasks import typed_prompt
from swarm.model import agent_screen, events
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.engine.keeper_harness import KeeperHarness
from tests.fakes import FakePanes
from tests.scripted_agent import description, install, said, told, until_screen


def test_a_first_run_dialog_is_told_and_swallows_no_prompt(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    install(harness, sample, description(prompt="paste", trusted=False))
    wish = {"repo": str(sample), "prompt": "one", "agent": "scripted"}
    task_id = int(harness.wish_done("new", **wish)["tasks"][0])
    until_screen(harness, task_id, agent_screen.FIRST_RUN)
    refused = harness.wish("send", task=task_id, text="two")
    assert refused.outcome == "refused"
    assert "first-run dialog" in refused.message

    pane = harness.context.names(task_id).pane
    harness.context.panes.send(pane, "y", enter=True)
    task = told(harness, task_id, 1)

    assert said(harness, task) == ["one"]
    shown = [
        recorded.event
        for recorded in harness.queries.events.after(task=task_id)
        if isinstance(recorded.event, events.ScreenRecognised)
    ]
    first = events.ScreenRecognised(
        "first_run", "Do you trust the files in this folder?"
    )
    assert shown[0] == first
    typed = events.PromptTyped(3)
    harness.until(
        lambda: harness.queries.events.last(events.PromptTyped, task_id) == typed,
        "typed",
    )


@pytest.mark.parametrize(
    ("prompt", "typed"), [("/quit\r\nnow", "Do this: /quit\nnow"), ("fix it", "fix it")]
)
def test_a_prompt_that_its_agent_would_obey_is_typed_as_text(
    tmp_path: Path, prompt: str, typed: str
) -> None:
    with fake_context(HomePaths(tmp_path)) as context:
        made = queued(agent="aider", prompt=prompt, types_prompt=True)
        task = context.journal.queue(lambda _: made).id
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        ready = events.ScreenRecognised(agent_screen.READY)
        context.journal.record(task, *live, ready)
        pane = context.names(task).pane
        context.panes.open(pane, ["agent"], {})

        typed_prompt.type_if_ready(context, task)

        assert isinstance(context.panes, FakePanes)
        assert context.panes.sent == [(pane, typed)]


def test_a_keeper_that_died_while_it_typed_leaves_it_to_a_person(
    tmp_path: Path,
) -> None:
    """It may be there whole, in part or not at all; twice would be worse."""
    with fake_context(HomePaths(tmp_path)) as context:
        task = context.journal.queue(lambda _: queued(types_prompt=True)).id
        live = (events.TaskProvisioning(), events.TaskLive("box", "pane"))
        ready = events.ScreenRecognised(agent_screen.READY)
        context.journal.record(task, *live, ready, events.PromptTyping())
        context.panes.open(context.names(task).pane, ["agent"], {})

        typed_prompt.type_if_ready(context, task)
        typed_prompt.tell_if_cut_short(context, task)

        told = context.read().events.last(events.Trouble, task)
        assert told
        assert "look whether it is there" in told.reason
        assert context.read().tasks.get(task).awaits_prompt == ""
