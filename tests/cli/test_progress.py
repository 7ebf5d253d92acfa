"""Each event of a task is one harmless line, or none."""

import pytest

from swarm.cli.progress import step
from swarm.model import events


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.StepDone("create", 0.25), "create   0.25 s"),
        (
            events.StepProgress("worktree", 67_500, 150_000),
            "worktree 45 % (67,500 of 150,000 files)",
        ),
        (
            events.BranchChosen("a-2", "a\x1b"),
            r"branch   a-2, for a\x1b is taken",
        ),
        (events.TaskLive("box", "pane"), "live"),
        (
            events.TaskStopped(3, "out of\x1b memory"),
            r"ended    with 3 (out of\x1b memory)",
        ),
        (events.TaskStopped(0), "ended    with 0"),
        (events.TaskRejected("no use"), "rejected no use"),
        (events.TaskPaused(), ""),
    ],
)
def test_a_step_is_one_line(event: events.Event, line: str) -> None:
    assert step(event) == line
