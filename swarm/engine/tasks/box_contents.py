"""Tells the agent and the human what of the repository a sandbox has, at its launch."""

import json
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.model import box_contents, events
from swarm.model.box_contents import BoxContents
from swarm.model.safe_text import safe_line
from swarm.plan import repository_page, sandbox_environment
from swarm.plan.specs import Plan


def tell(context: EngineContext, task_id: int, plan: Plan, told: BoxContents) -> str:
    """Write the agent's page and the human's record; the words for the launch's log.

    What is missing becomes an event: a build that needs it will fail.
    """
    folder = sandbox_environment.mounted_folder(plan.sandbox.mounts)
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    _write(folder / repository_page.NAME, repository_page.page(told))
    body = json.dumps(box_contents.to_json(told))
    _write(context.paths.box_contents(task_id), body)
    words = "; ".join(safe_line(line, 500) for line in repository_page.summary(told))
    if told.missing:
        reason = f"the sandbox lacks {words}"
        context.journal.record(task_id, events.Trouble("repository", reason))
    return words


def _write(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8", "replace"))
    file.chmod(0o644)
