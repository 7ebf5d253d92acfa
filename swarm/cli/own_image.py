"""Offers to agree to a project's own image, and to build it, before tasks need it."""

import sys
from contextlib import closing

from swarm.adapters.docker import DockerImages
from swarm.bootstrap import wiring
from swarm.cli import output
from swarm.cli.consent import agrees
from swarm.engine.host import project_image as host_image
from swarm.engine.readers import project_image
from swarm.engine.readers.project_image import AskedProject
from swarm.errors import SwarmError
from swarm.model import shown_texts
from swarm.model.safe_text import safe_line
from swarm.model.wishes import NewTasks
from swarm.plan.naming import HomePaths

LONGEST = 160
"""Characters of a line of a build."""


def offer(paths: HomePaths, wish: NewTasks, is_wanted: bool = False) -> None:
    """Ask a person for what is missing, and build; the keeper refuses what still is.

    `is_wanted` stands for a yes to the build, never for one to the project's files.
    SwarmError if a build fails.
    """
    with closing(DockerImages()) as engine:
        try:
            asked = project_image.of_wish(paths, engine, wish)
        except SwarmError:
            return  # the keeper's own refusal says why
        image = asked.image
        if image is None or not (asked.found.is_agreed or _agreed(paths, asked)):
            return
        verb = "Fetch" if image.choice.image else "Build"
        question = f"{image.made_from}: {image.consequence}. {verb} it now?"
        if asked.missing and (is_wanted or agrees(question)):
            host_image.build(engine, asked.repository, image, _note)


def _agreed(paths: HomePaths, asked: AskedProject) -> bool:
    """Show all that a yes is to, and keep it; False without a person to ask."""
    if not sys.stdin.isatty():
        return False
    for line in shown_texts.lines(asked.found.texts):
        output.note(line)
    question = f"{asked.not_used}. Have all of this used, until it changes by a byte?"
    if not agrees(question):
        return False
    wiring.agree_to_project(paths, asked.repository.root, asked.found.digest)
    return True


def _note(line: str) -> None:
    output.note(f"  {safe_line(line, LONGEST)}")
