"""From a human's answer to the agent's going on, through the keeper and a real box.

An agent of a few lines starts the hook that real agents start, again and again, and
writes down when it ended. The time begins before the wish is made.
"""

import subprocess
import time
from pathlib import Path

from bench.keeper_harness import KeeperHarness, open_keeper_harness, until
from bench.table import Row
from swarm.store import wishes

TASKS, ANSWERS = 4, 60
LIMIT_MS = 500.0
PROGRAM = """
import json, subprocess, time
event = {
    "hook_event_name": "PermissionRequest",
    "tool_name": "Bash",
    "tool_input": {"command": "make"},
}
while True:
    argv = ["python3", "-I", "/etc/swarm/hook.py", "claude"]
    subprocess.run(argv, input=json.dumps(event).encode(), stdout=subprocess.PIPE)
    with open("/workspace/times", "a") as file:
        print(time.time(), file=file)
"""
DESCRIPTION = """
version = 1
title = "Asker"
summary = "it asks all the time"
[screen]
argv = ["python3", "/workspace/agent.py", "{prompt}"]
[side]
kind = "hooks"
settings = "{hook}"
"""


def rows() -> list[Row]:
    """The wait of an answer at its 95th percentile, in milliseconds."""
    with open_keeper_harness(max_running=TASKS) as harness:
        tasks = _begin(harness)
        waits = sorted(_wait(harness, tasks[n % TASKS]) for n in range(ANSWERS))
    p95 = waits[int(ANSWERS * 0.95)]
    what = f"an answer to its agent's going on, p95, {TASKS} tasks"
    return [Row(what, p95, 0, LIMIT_MS, "ms")]


def _begin(harness: KeeperHarness) -> list[int]:
    folder = harness.repo.parent / "agents"
    folder.mkdir()
    (folder / "asker.toml").write_text(DESCRIPTION)
    (harness.repo / "agent.py").write_text(PROGRAM)
    for argv in (["add", "-A"], ["commit", "-qm", "the agent"]):
        subprocess.run(["git", "-C", str(harness.repo), *argv], check=True)
    body = {"repo": str(harness.repo), "agent": "asker", "prompt": "ask"}
    made = harness.wish("new", **body, copies=TASKS)["tasks"]
    assert isinstance(made, list)
    return made


def _wait(harness: KeeperHarness, task: int) -> float:
    """Milliseconds from an answer to the end of its hook."""
    tasks = harness.queries.tasks
    until(lambda: bool(tasks.get(task).questions), "a question")
    question = tasks.get(task).questions[0].id
    file = harness.paths.worktree(task) / "times"
    before = len(_times(file))
    began = time.time()
    body = {"task": task, "question_id": question, "answer": "once", "text": ""}
    wishes.insert(harness.paths.database, "answer", body)
    until(lambda: len(_times(file)) > before, "its going on")
    return (_times(file)[before] - began) * 1000


def _times(file: Path) -> list[float]:
    try:
        return [float(line) for line in file.read_text().splitlines()]
    except FileNotFoundError:
        return []
