"""A private file is put into the home of a box at work, on a real engine."""

from pathlib import Path

import pytest

from swarm.engine.tasks import home_files
from swarm.errors import ToolError
from swarm.model.task import State
from swarm.plan.specs import AGENT_HOME
from tests.engine.keeper_harness import KeeperHarness


def test_it_is_in_the_home_and_no_draft_is_left(
    harness: KeeperHarness, sample: Path, tmp_path: Path
) -> None:
    """The agent's own user can read it; a folder in its place is told."""
    harness.start_keeper()
    number = harness.new_task(sample, "mkdir ~/folder && touch ~/folder/x; sleep 600")
    task = harness.until_state(number, State.LIVE)
    context, box = harness.context, harness.context.names(number).sandbox
    plan = context.plan(task)

    draft = tmp_path / "draft"
    draft.write_text("what a keeper left that was killed")
    home_files.put(context, task, plan, "a/login", "words", draft)

    assert context.containers.file_of(box, f"{AGENT_HOME}/a/login") == b"words"
    argv = ["sh", "-c", "grep -q words ~/a/login && test -d ~/folder"]
    assert context.containers.exec_status(box, argv, 30) == 0
    with pytest.raises(ToolError):
        home_files.put(context, task, plan, "folder", "words", draft)
    assert not draft.exists()
