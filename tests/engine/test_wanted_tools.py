"""What a task wants and no sandbox has is told where it failed, and on the task."""

from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness

COMMANDS = """
exec 2> errors
sudo apt-get install -y gcc
docker ps
sh -c 'ninja all'
env node x.js
python3 -c 'import subprocess; subprocess.run(["cargo"])'
command -v go
type php
git --version
nosuch
grep -c 'no root' /etc/swarm/box.md /etc/swarm/policy.md > page
true
"""


def test_a_task_s_wants_are_told_once(harness: KeeperHarness, sample: Path) -> None:
    """By bash, another shell, `env` and Python; not what was only looked for."""
    harness.start_keeper()

    task = harness.until_taken_in(harness.new_task(sample, COMMANDS))

    assert (task.state, task.exit_code) == (State.STOPPED, 0)
    assert task.wants == ("gcc", "docker", "ninja", "node", "cargo")
    told = [
        record.event
        for record in harness.queries.events.after(task=task.id)
        if isinstance(record.event, events.ToolWanted)
    ]
    assert told[0].command == "sudo apt-get install -y gcc"
    assert len(told) == len(task.wants)
    worktree = harness.paths.worktree(task.id)
    errors = (worktree / "errors").read_text()
    assert "sudo: command not found\nThere is no root in this box" in errors
    assert "docker: command not found\nThere is no container engine" in errors
    assert (worktree / "page").read_text().splitlines()[0].endswith(":1")
