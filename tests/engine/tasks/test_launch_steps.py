"""Each step is timed, logged and recorded; one that fails is not done."""

from pathlib import Path

import pytest

from swarm.engine.tasks.launch_steps import LaunchPaused, Steps
from swarm.model import events
from swarm.plan.naming import HomePaths
from tests.builders import queued
from tests.engine.fake_context import fake_context


def test_a_step_is_recorded_once_it_is_done(tmp_path: Path) -> None:
    with fake_context(HomePaths(tmp_path)) as context:
        task = context.journal.queue(queued)
        steps = Steps(context, task.id)

        with steps.step("base"):
            steps.note("a remark")
        with pytest.raises(LaunchPaused), steps.step("setup"):
            raise LaunchPaused
        steps.failed("no more")

        recorded = [each.event for each in context.read().events.after(task=task.id)]
        done = [each for each in recorded if isinstance(each, events.StepDone)]
        log = context.paths.launch_log(task.id).read_text()
    assert [each.step for each in done] == ["base"]
    assert "a remark" in log
    assert "setup failed: no more" in log
