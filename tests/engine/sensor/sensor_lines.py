"""Lines as the sensor writes them, and the batches that they come to."""

from typing import Any

from swarm.engine.sensor.interpreter import Interpreter
from swarm.model.activity import Action, Batch


def line(op: str, path: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"at": 100.0, "op": op, "pid": 7, "parent": 1, "comm": "sh", **more}
    return made if path is None else {**made, "path": path}


def read(*lines: dict[str, Any]) -> Batch:
    return Interpreter(lambda path: path == "README.md").read(lines)


def deed(batch: Batch) -> Action:
    assert len(batch.actions) == 1, batch.actions
    return batch.actions[0]


def groups(batch: Batch) -> dict[str, str]:
    return {path: activity.group for path, activity in batch.paths.items()}


GIT = line("exec", "/usr/bin/git", argv=["git", "commit"], cwd="/workspace")
SHELL = line("exec", "/usr/bin/bash", argv=["bash"], cwd="/workspace")
PYTHON = line("exec", "/usr/bin/python3", argv=["python3", "x.py"], cwd="/")
CACHE = "/workspace/.pytest_cache"
