"""Builds the images that wishes for tasks lack, if their human wants that.

No task's lock is held meanwhile: a build takes minutes.
"""

import time
from collections.abc import Callable
from typing import Any, TextIO

from swarm.engine.context import EngineContext
from swarm.engine.host import build_estimate, images
from swarm.engine.host import project_image as host_project_image
from swarm.engine.readers import missing_images, project_image, wanted_change
from swarm.errors import Cancelled, IllegalMove, Refused, SwarmError
from swarm.model import events
from swarm.model.safe_text import as_last_written, safe_line
from swarm.model.wishes import CancelBuild, NewTasks, Retry
from swarm.ports import Images, Progress

LONGEST = 400
"""Characters of a line of a build that are kept."""
MOST_LINES = 20_000


def build_missing(context: EngineContext, wish: NewTasks | Retry) -> None:
    """Build what the wish's tasks lack, one image after another; blocks for minutes.

    SwarmError as the keeper would refuse the wish, or if one cannot be built.
    """
    context.require_room("building an image")
    engine, paths = context.images, context.paths
    if isinstance(wish, NewTasks):
        if wish.own_image:
            _build_own(context, wish)
        # Where one has what the project's files tell of, no other is needed.
        for look in (missing_images.of_files, missing_images.of_wish):
            for image in look(paths, engine, wish):
                build(context, image)
        return
    task = context.read().tasks.get(wish.task)
    more = wish.stacks, wish.packages
    image, _ = wanted_change.missing_image(context.read(), engine, task, more)
    if image:
        build(context, image)


def _build_own(context: EngineContext, wish: NewTasks) -> None:
    """Build the project's own image, if it is the one that the wish's human saw."""
    asked = project_image.of_wish(context.paths, context.images, wish)
    image = asked.missing
    if image is None:
        return
    if not asked.found.is_agreed or image.name != wish.own_image:
        raise Refused(
            "the project's own image is not the one that you wanted built: its files "
            "have changed since",
            hint="look at it again, and have it built then",
        )

    def make(engine: Images) -> None:
        _make(
            context,
            image.name,
            0,
            lambda log: host_project_image.build(engine, asked.repository, image, log),
        )

    context.builds.run(image.name, context.images, make)


def build(context: EngineContext, image: str) -> None:
    """Build one image of ours, unless that is under way; blocks until it is there.

    What it prints is kept; how it ends is an event. SwarmError if it cannot be built.
    """

    def make(engine: Images) -> None:
        minutes = build_estimate.estimate(engine, image).minutes
        _make(context, image, minutes, lambda log: images.build(engine, image, log))

    context.builds.run(image, context.images, make)


def _make(
    context: EngineContext,
    image: str,
    minutes: int,
    build_by: Callable[[Progress], object],
) -> None:
    began = time.monotonic()
    context.journal.record(None, events.ImageBuilding(image, minutes))
    file = context.paths.build_log(image)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with file.open("w", encoding="utf-8", buffering=1) as log:
            build_by(_writer(log))
    except (SwarmError, OSError) as error:
        if context.builds.is_closed:
            raise SwarmError("the keeper ends") from error
        failed = _failed(image, error)
        context.journal.record(None, failed)
        raise SwarmError(f"image {image}: {failed.reason}", failed.hint) from error
    seconds = round(time.monotonic() - began, 3)
    context.journal.record(None, events.ImageBuilt(image, seconds))


def _writer(log: TextIO) -> Callable[[str], None]:
    """Keeps the first lines of a build; one that floods fills no disk."""
    left = MOST_LINES

    def write(text: str) -> None:
        nonlocal left
        for line in as_last_written(text).splitlines():
            if left > 0:
                left -= 1
                log.write(f"{safe_line(line, LONGEST)}\n")

    return write


def _failed(image: str, error: SwarmError | OSError) -> events.ImageBuildFailed:
    if isinstance(error, Cancelled):
        reason = "its build was cancelled by you; nothing of it is kept"
        return events.ImageBuildFailed(image, reason, is_cancelled=True)
    if isinstance(error, OSError):
        return events.ImageBuildFailed(image, f"its log cannot be written: {error}")
    own = host_project_image.is_of_a_project(image) or not images.is_ours(image)
    command = "swarm image project" if own else f"swarm image build {image}"
    hint = error.hint or f"`{command}` shows all of it"
    return events.ImageBuildFailed(image, error.message, hint)


def cancel(context: EngineContext, wish: CancelBuild) -> dict[str, Any]:
    """End a build; those who wait for it are refused. IllegalMove if there is none."""
    if not context.builds.stop(wish.image):
        raise IllegalMove(
            f"image {safe_line(wish.image, 80)} is not being built",
            hint="`swarm image ls` shows what is there",
        )
    return {}
