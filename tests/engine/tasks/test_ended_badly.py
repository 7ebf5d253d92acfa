"""An agent that ends by itself is told in its own words, with a way on."""

from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import begin, description, said


def test_a_conversation_that_the_agent_does_not_know_is_told_with_a_way_on(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    text = description().replace("rollout-07-{conv", "rollout-*-{conv")
    task = begin(harness, sample, text)
    box = harness.context.names(task.id).sandbox
    # Its transcript stands somewhere else, as after an update of the agent.
    script = (
        "cd ~/.scripted/sessions/2026 && for f in *; do mv $f rollout-x${f#*-07}; done"
    )
    assert not harness.context.containers.exec_status(box, ["sh", "-c", script])
    harness.wish_done("stop", task=task.id)

    harness.wish_done("continue", task=task.id, prompt="two")
    harness.until(
        lambda: harness.queries.events.follows(
            task.id, events.TaskContinued, events.TaskStopped
        ),
        "the end",
    )

    task = harness.queries.tasks.get(task.id)
    assert (task.state, task.exit_code) == (State.STOPPED, 1)
    assert "No conversation found with session ID" in task.reason
    assert f"--continue --fresh {task.id}" in task.hint
    before = task.conversation
    harness.wish_done("continue", task=task.id, fresh=True)
    harness.until_state(task.id, State.LIVE)
    harness.until(lambda: said(harness, task)[-1:] == ["one"], "told again")
    assert harness.queries.tasks.get(task.id).conversation != before


def test_a_crash_is_told_in_its_own_words(harness: KeeperHarness, sample: Path) -> None:
    harness.start_keeper()
    task = begin(harness, sample, description(), "CRASH")
    task = harness.until_state(task.id, State.STOPPED)
    assert task.exit_code == 1
    assert "ModuleNotFoundError: No module named 'everything'" in task.reason
    assert task.hint == f"`swarm logs {task.id}` has all that it printed"
