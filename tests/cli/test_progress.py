"""Each event of a task is one harmless line, or none."""

import threading

import pytest

from swarm.cli import exit_codes
from swarm.cli.progress import follow, step
from swarm.model import events
from swarm.plan.naming import HomePaths
from swarm.store.journal import Journal
from tests.cli.conftest import ended


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.StepDone("create", 0.25), "create   0.25 s"),
        (
            events.StepProgress("worktree", 67_500, 150_000),
            "worktree 45 % (67,500 of 150,000 files)",
        ),
        (events.StepProgress("setup", 1, 3), "setup    33 % (1 of 3 commands)"),
        (
            events.SetupFailed("make\x1b", 2, "make\x1b ended with 2", "look at it"),
            r"waits    make\x1b ended with 2; look at it",
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
        (
            events.LeftoversEnded(1, ("sleep\x1b 9",)),
            r"1 process still ran and was ended with it: sleep\x1b 9",
        ),
        (events.TaskRejected("no use"), "rejected no use"),
        (events.TaskPaused(), ""),
    ],
)
def test_a_step_is_one_line(event: events.Event, line: str) -> None:
    assert step(event) == line


def test_what_ended_with_a_task_is_printed_to_scripts_too(
    journal: Journal, paths: HomePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    """The keeper tells of it a moment after the end, and `wait` waits for that."""
    task = ended(journal)

    def later() -> None:
        journal.record(task, events.LeftoversEnded(2, ("vite dev", "sleep 9")))

    with_it = threading.Timer(0.2, later)
    with_it.start()
    assert follow(paths, [task]) == exit_codes.DONE
    with_it.join()

    said = "2 processes still ran and were ended with it: vite dev; sleep 9"
    assert capsys.readouterr().err == f"#{task} {said}\n"
