"""Puts a private file into the home of a task, whose box may be at work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.model.task import Task
from swarm.plan import home_file
from swarm.plan.specs import Plan


def put(
    context: EngineContext, task: Task, plan: Plan, path: str, text: str, draft: Path
) -> None:
    """Write `text` at `path` of the home, mode 600; blocks for half a second.

    `draft` is a place in a folder that only the user can enter, and the caller's alone:
    one that a keeper left there is replaced. ToolError if the agent has put something
    at `path` that cannot be replaced, such as a folder.
    """
    with _readable(draft, text, plan.owner) as source:
        volume, image = context.names(task.id).home_volume, images.tag("gate")
        spec = home_file.writer(plan.sandbox, volume, image, path, str(source))
        context.containers.run(spec, 0)


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
