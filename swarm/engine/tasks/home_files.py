"""Puts a private file into a task's home, and reads one; its box may be at work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.model.task import Task
from swarm.plan import home_file
from swarm.plan.specs import AGENT_HOME, Plan

SECONDS = 10.0
"""What one such box may take, beside its start: others wait for a login meanwhile."""


def put(
    context: EngineContext, task: Task, plan: Plan, path: str, text: str, draft: Path
) -> None:
    """Write `text` at `path` of the home, mode 600; blocks for half a second,
    and for `SECONDS` at most once its box runs.

    `draft` is a place in a folder that only the user can enter, and the caller's alone:
    one that a keeper left there is replaced. What the agent has put in the way is moved
    aside. ToolError if it cannot be written all the same, such as on a full disk.
    """
    with _readable(draft, text, plan.owner) as source:
        volume, image = context.names(task.id).home_volume, images.tag("gate")
        spec = home_file.writer(plan.sandbox, volume, image, path, str(source))
        context.containers.run(spec, 0, SECONDS)


def read(context: EngineContext, task: Task, path: str, limit: int) -> bytes:
    """The first bytes of a file of the home; empty if there is none, or no home.

    ToolError if that cannot be found out. Blocks for half a second if the task has no
    box any more.
    """
    names, containers = context.names(task.id), context.containers
    if containers.inspect(names.sandbox) is not None:
        return containers.file_of(names.sandbox, f"{AGENT_HOME}/{path}")[:limit]
    if names.home_volume not in containers.volumes(names.labels("home")):
        return b""
    sandbox, image = context.plan(task).sandbox, images.tag("gate")
    spec = home_file.reader(sandbox, names.home_volume, image, path, limit)
    return containers.run(spec, limit, SECONDS)


@contextmanager
def _readable(draft: Path, text: str, owner: tuple[int, int] | None) -> Iterator[Path]:
    """A file that the agent's user may read; it is gone afterwards."""
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o400), "w", encoding="utf-8") as file:
            file.write(text)
            if owner:
                os.fchown(file.fileno(), *owner)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
