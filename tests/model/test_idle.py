"""A task is idle by what it uses, never by what it prints."""

from dataclasses import replace

import pytest

from swarm.model.activity import HUMAN, Action
from swarm.model.idle import IDLE_SECONDS, running, with_idleness
from swarm.model.task import ModelUsage, State, Task
from swarm.model.usage import Usage
from tests.builders import queued_task

LIVE = queued_task(1, state=State.LIVE, changed=100.0)
STILL = Usage(at=130.0, cpu=0.0)
LATE = 130.0 + IDLE_SECONDS


@pytest.mark.parametrize(
    ("task", "usage", "now", "since"),
    [
        (LIVE, STILL, LATE, 130.0),
        (LIVE, STILL, LATE - 1, None),
        (LIVE, None, LATE, None),
        (LIVE, replace(STILL, cpu=0.2), LATE, None),
        (replace(LIVE, changed=140.0), STILL, LATE + 10, 140.0),
        (replace(LIVE, paused=True), STILL, LATE, None),
        (replace(LIVE, state=State.STOPPED), STILL, LATE, None),
        (replace(LIVE, model=ModelUsage(open_requests=1)), STILL, LATE, None),
        (replace(LIVE, model=ModelUsage(answered=150.0)), STILL, LATE, None),
        (replace(LIVE, model=ModelUsage(answered=150.0)), STILL, LATE + 20, 150.0),
    ],
)
def test_a_live_task_that_uses_nothing_is_idle_since_then(
    task: Task, usage: Usage | None, now: float, since: float | None
) -> None:
    assert with_idleness(task, usage, now).idle_since == since


def command(pid: int, *argv: str, **more: object) -> Action:
    return Action(0.0, "exec", "exec", argv=argv, pid=pid, **more)  # type: ignore[arg-type]


def test_what_runs_is_the_last_program_of_each_process() -> None:
    """Not the engine's first one, not what has ended, not the human's own."""
    actions = [
        command(1, "init", path="/usr/sbin/docker-init"),
        command(2, "bash", "-c", "echo FINAL; sleep 1000"),
        command(3, "true", code=0),
        command(2, "sleep", "1\x1b000"),
        command(4, "bash", note=HUMAN),
        command(5, "rm", note=f"{HUMAN}; deletes x"),
    ]

    assert running(actions) == r"sleep '1\x1b000'"
    forged = command(6, "shred", note=f"shreds x; {HUMAN}")
    assert running([forged]) == "shred"
    many = [command(pid, f"p{pid}") for pid in range(10, 15)]
    assert running(many) == "p14; p13; p12; and 2 more"
    assert running([]) == ""
