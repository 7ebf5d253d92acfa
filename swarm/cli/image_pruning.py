"""Removes older images of agents: `swarm image prune`, and `swarm gc --images`."""

import sys
from argparse import Namespace
from collections.abc import Callable

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.consent import agrees
from swarm.engine.host import image_prune
from swarm.engine.host.image_prune import Pruned
from swarm.engine.readers import image_use
from swarm.errors import SwarmError
from swarm.model import format
from swarm.model.format import plural
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths
from swarm.ports import ImageFacts, Images

Say = Callable[[str], None]


def prune(args: Namespace) -> int:
    """List what no task needs, ask, remove it, and say what all images take."""
    from swarm.adapters.docker import DockerImages  # noqa: PLC0415 - loads docker

    removed(DockerImages(), home.ensure_paths(), args)
    return exit_codes.DONE


def removed(
    engine: Images, paths: HomePaths, args: Namespace, say: Say = output.out
) -> Pruned:
    """List, ask, and remove what no task needs from an engine. ToolError.

    Nothing goes in a dry run, nor without a yes: at the terminal, or by `--yes`.
    """

    def may_remove(found: list[ImageFacts]) -> bool:
        for image in found:
            say(f"{image.reference}, {format.size(image.size)}")
        if not found:
            say("no older image of an agent is here")
        return bool(found) and not args.dry_run and (args.yes or _agrees(len(found)))

    pruned = image_prune.prune(
        engine, image_use.of_home(paths), output.note, may_remove
    )
    for image, reason in pruned.kept:
        output.note(f"stays: {image.reference}: {safe_line(reason, 200)}")
    if pruned.removed:
        say(
            f"{plural(len(pruned.removed), 'image')} removed: all images take "
            f"{format.size(pruned.after)} now, {format.size(pruned.before)} before"
        )
    return pruned


def offer(engine: Images, paths: HomePaths) -> str:
    """A sentence on older images that no task needs; empty for none, or no engine."""
    try:
        free, _ = image_prune.older_here(engine, image_use.of_home(paths))
    except SwarmError:
        return ""
    if not free:
        return ""
    size = format.size(sum(image.size for image in free))
    what = plural(len(free), "older image")
    return (
        f"no task needs {what} of agents, of {size} at most: "
        "`swarm gc --images` removes them"
    )


def _agrees(count: int) -> bool:
    if not sys.stdin.isatty():
        output.note("nothing was removed; `--yes` agrees without a question")
        return False
    return agrees(f"Remove {plural(count, 'image')}?")
