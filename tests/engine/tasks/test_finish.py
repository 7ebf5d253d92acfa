"""What a task's command left running ends with it, and is told."""

import shlex
from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(999)
"""
LEAVES = f"""
(sleep 1001 &)
nohup sleep 1002 > /dev/null &
setsid sleep 1003 &
python3 -c {shlex.quote(DAEMON)}
(exec -a "$(printf 'evil\\033[2J')" sleep 1004 &)
sleep 1 &
wait $!; echo FINAL
"""


def test_what_a_command_leaves_behind_is_named_when_it_ends(
    harness: KeeperHarness, sample: Path
) -> None:
    """In the background, without a terminal, in a session of its own, as a daemon that
    never was a command; not what ended before, nor what a human ended."""
    harness.start_keeper()
    task = harness.new_task(sample, LEAVES)
    clean = harness.new_task(sample, "sleep 0.1 & wait; echo FINAL")
    stopped = harness.new_task(sample, "sleep 1000 & sleep 1000")
    harness.until_state(stopped, State.LIVE)
    harness.wish_done("stop", task=stopped)

    ended = harness.until_taken_in(task)
    assert (ended.state, ended.exit_code) == (State.STOPPED, 0)
    left = harness.queries.events.last(events.LeftoversEnded, task)
    assert left is not None
    names = sorted(name.split()[0] for name in left.commands)
    assert (left.count, len(left.commands)) == (5, 5)
    assert {"sleep 1001", "sleep 1002", "sleep 1003", "python3"} <= set(left.commands)
    assert names[-1] == "sleep"
    for other in (clean, stopped):
        harness.until_taken_in(other)
        assert harness.queries.events.last(events.LeftoversEnded, other) is None
