"""The id of a conversation is found where the agent tells it, and nowhere else."""

from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness
from tests.scripted_agent import begin, description, said, told


def test_an_agent_that_chooses_its_id_is_found_by_its_files(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    task = begin(harness, sample, description(chosen=False))
    assert not task.conversation
    harness.wish_done("stop", task=task.id)
    harness.wish_done("continue", task=task.id, prompt="two")

    task = told(harness, task.id, 2)

    assert said(harness, task) == ["one", "two"]
    found = harness.queries.events.last(events.ConversationFound, task.id)
    assert found == events.ConversationFound(task.conversation, "file")


def test_a_headless_agent_is_found_by_its_stream_and_goes_on(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    text = description(chosen=False, prompt="paste")
    task = begin(harness, sample, text, way="headless")
    task = harness.until_taken_in(task.id)
    found = harness.queries.events.last(events.ConversationFound, task.id)
    assert found == events.ConversationFound(task.conversation, "stream")

    harness.wish_done("continue", task=task.id, prompt="two")
    task = told(harness, task.id, 2)

    assert said(harness, task) == ["one", "two"]
    harness.until_state(task.id, State.STOPPED)


def test_past_conversations_are_in_no_other_box_and_gone_with_the_task(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    first = begin(harness, sample, description())
    second = begin(harness, sample, description(), "other")
    look = ["sh", "-c", f"! grep -rs {first.conversation} /home /workspace /etc/swarm"]
    box = harness.context.names(second.id).sandbox
    assert harness.context.containers.exec_status(box, look) == 0
    harness.wish_done("stop", task=first.id)
    harness.wish_done("discard", task=first.id)

    harness.wish_done("rm", task=first.id)

    volumes = harness.context.containers.volumes(harness.context.home_labels)
    assert harness.context.names(first.id).home_volume not in volumes
    assert harness.context.names(second.id).home_volume in volumes
