"""`swarm image project`: builds the image that a repository's `swarm.toml` names."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.arguments import needed_repository
from swarm.cli.consent import agrees
from swarm.config import load
from swarm.engine.host import images
from swarm.engine.host import project_image as host_image
from swarm.engine.host.project_image import ProjectImage
from swarm.engine.readers import project_image as reader
from swarm.engine.readers import task_tools
from swarm.errors import SwarmError
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import Toolchain

LONGEST = 160
"""Characters of a line of a build."""


def arguments(parser: ArgumentParser) -> None:
    """The agents to put on it, the repository, and `--yes`."""
    parser.add_argument(
        "agents",
        nargs="*",
        metavar="AGENT",
        help="those to put on it; default: the project's, or the config's",
    )
    parser.add_argument("--repo", type=Path, metavar="PATH", help="the repository")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def project(args: Namespace) -> int:
    """Build or pull it, and put agents on it; prints the progress.

    Refused before a human agreed to the file.
    """
    with closing(DockerImages()) as engine:
        return _build(engine, args)


def _build(engine: DockerImages, args: Namespace) -> int:
    repository, choice, image = reader.at_head(
        home.ensure_paths(), needed_repository(args), engine
    )
    if image is None:
        raise SwarmError(
            f"{FILE} names no image, Dockerfile or devcontainer with one",
            hint="without one, tasks stand on swarm's own image and its stacks",
        )
    config = load.load(load.user_file())
    usual = task_tools.agent_of(choice, config)
    agents = [registry.find(name) for name in args.agents or filter(None, [usual])]
    if not (args.yes or _is_here(engine, image) or agrees(_question(image))):
        return exit_codes.FAILED
    reference = host_image.build(engine, repository, image, _note)
    output.out(f"{reference} ready")
    for agent in agents:
        full = images.of_agent(agent, config.sandbox, Toolchain(image=reference))
        if images.is_ours(full) and not full.startswith("base"):
            output.out(f"{images.build(engine, full, _note)} ready")
    if not agents:
        output.note("no agent is on it: name one, or set `agent` in the config")
    return exit_codes.DONE


def _is_here(engine: DockerImages, image: ProjectImage) -> bool:
    return bool(image.reference) and engine.image_id(image.reference) is not None


def _question(image: ProjectImage) -> str:
    verb = "Fetch" if image.choice.image else "Build"
    return f"{image.made_from}: {image.consequence}. {verb} it?"


def _note(line: str) -> None:
    output.note(f"  {safe_line(line, LONGEST)}")
