"""A private file is put into the home of a box at work, on a real engine."""

from pathlib import Path

import pytest

from swarm.engine.tasks import home_files
from swarm.errors import TimedOut, ToolError
from swarm.model.task import State
from swarm.plan import home_file
from swarm.plan.specs import AGENT_HOME
from tests.engine.keeper_harness import KeeperHarness


def test_it_is_in_the_home_and_no_draft_is_left(
    harness: KeeperHarness,
    sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The agent's own user can read it; a folder in its place is moved aside."""
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
    home_files.put(context, task, plan, "folder", "words", draft)
    assert context.containers.file_of(box, f"{AGENT_HOME}/folder") == b"words"
    with pytest.raises(ToolError):
        home_files.put(context, task, plan, "x" * 300, "words", draft)
    monkeypatch.setattr(home_file, "_SCRIPT", "import time; time.sleep(900)")
    monkeypatch.setattr(home_files, "SECONDS", 1.0)
    with pytest.raises(TimedOut):
        home_files.put(context, task, plan, "late", "words", draft)
    assert not draft.exists()


def test_a_file_is_read_with_its_box_and_without(
    harness: KeeperHarness, sample: Path
) -> None:
    """A link is not followed, and no volume is made for a home that is gone."""
    harness.start_keeper()
    command = "echo words > ~/file; ln -s file ~/link; mkfifo ~/pipe"
    task = harness.until_taken_in(harness.new_task(sample, command))
    context, names = harness.context, harness.context.names(task.id)

    def found() -> list[bytes]:
        paths = ("file", "link", "pipe", "gone/x")
        return [home_files.read(context, task, path, 4) for path in paths]

    assert found() == [b"word", b"", b"", b""]
    context.containers.remove(names.sandbox)
    assert found() == [b"word", b"", b"", b""]
    context.containers.remove_volume(names.home_volume)
    assert found() == [b""] * 4
    assert names.home_volume not in context.containers.volumes({})
