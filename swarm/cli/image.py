"""`swarm image`: builds, lists and prunes the images of sandboxes."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from swarm.adapters.docker import DockerImages
from swarm.cli import exit_codes, image_pruning, output, project_image
from swarm.engine.host import agent_images, agent_recipe, image_builds, images
from swarm.engine.host import project_image as host_project_image
from swarm.errors import SwarmError
from swarm.model import format
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import STACKS
from swarm.ports import ImageFacts

PREFIX = "swarm/"
"""The beginning of every reference to an image of ours."""
LONGEST = 160
"""Characters of a line of a build."""


def image_arguments(parser: ArgumentParser) -> None:
    """The subcommands `build`, `project`, `ls`, `stacks` and `prune`."""
    acts = parser.add_subparsers(
        dest="act", required=True, metavar="build|project|ls|stacks|prune"
    )
    build = acts.add_parser("build", help="build images, or those that swarm needs")
    build.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="such as claude, claude+codex for both in one image, or "
        "claude@python,libpq-dev with a stack and a package; default: all that swarm "
        "needs",
    )
    project_image.arguments(
        acts.add_parser(
            "project", help="build the image that the repository's swarm.toml names"
        )
    )
    ls = acts.add_parser("ls", help="list the images")
    ls.add_argument("--json", action="store_true", help="print JSON")
    stacks = acts.add_parser("stacks", help="list the stacks, and what each brings")
    stacks.add_argument("--json", action="store_true", help="print JSON")
    old = acts.add_parser("prune", help="remove older images of agents that none needs")
    old.add_argument("--dry-run", action="store_true", help="only list them")
    old.add_argument("--yes", action="store_true", help="do not ask")


def image(args: Namespace) -> int:
    """Build, list or prune images; a build prints its progress."""
    if args.act == "ls":
        return _ls(args.json)
    if args.act == "stacks":
        return _stacks(args.json)
    if args.act == "project":
        return project_image.project(args)
    if args.act == "prune":
        return image_pruning.prune(args)
    return build(args.names or images.own())


def build(names: list[str]) -> int:
    """Build the images side by side; each failure is told, and stops no other."""
    wanted = [images.full_name(name) for name in names]
    start_time = time.monotonic()
    is_one = len(wanted) == 1
    failed = 0

    def tell(name: str, text: str) -> None:
        before = "" if is_one else f"{name.removeprefix(agent_images.PREFIX)}: "
        output.note(f"  {before}{safe_line(text, LONGEST)}")

    for built in image_builds.build_all(DockerImages, wanted, tell):
        seconds = time.monotonic() - start_time
        if built.error is None:
            output.out(f"{built.reference} ready after {seconds:.1f} s")
            if built.is_bound:
                output.note(f"  {licence_note()}")
            continue
        failed += 1
        if is_one:
            raise built.error
        output.note(f"{built.name}: {safe_line(built.error.message, 400)}")
        if built.error.hint:
            output.note(f"  {safe_line(built.error.hint, 400)}")
    return exit_codes.FAILED if failed else exit_codes.DONE


def licence_note(holds: str = "what it holds") -> str:
    """What is said of an image that a licence binds to this machine."""
    return (
        f"the licence of {holds} forbids to pass the image on; it is built here, for "
        "you"
    )


def _ls(as_json: bool) -> int:
    built_images = sorted(
        DockerImages().tagged(PREFIX), key=lambda image: image.reference
    )
    current = [images.tag(name) for name in images.names()]
    if as_json:
        output.as_json([_facts(image, current) for image in built_images])
        return exit_codes.DONE
    rows = [
        [
            image.reference,
            _state(image.reference, current),
            format.size(image.size),
            format.age(time.time() - image.created),
            _holds(image),
        ]
        for image in built_images
    ]
    references = {image.reference for image in built_images}
    rows += [[tag, "not built", "", "", ""] for tag in current if tag not in references]
    output.columns(["IMAGE", "STATE", "SIZE", "AGE", "HOLDS"], rows)
    if any(_is_bound(image) for image in built_images):
        output.note(f"*: {licence_note()}")
    return exit_codes.DONE


def _stacks(as_json: bool) -> int:
    stacks = list(STACKS.values())
    if as_json:
        output.as_json([asdict(stack) for stack in stacks])
        return exit_codes.DONE
    rows = [
        [
            stack.name,
            stack.title,
            ", ".join(stack.found_by),
            " ".join([*(["node"] if stack.has_node else []), *stack.packages]),
        ]
        for stack in stacks
    ]
    output.columns(["STACK", "FOR", "TOLD BY", "BRINGS"], rows)
    return exit_codes.DONE


def _facts(image: ImageFacts, current: list[str]) -> dict[str, Any]:
    facts = asdict(image)
    labels = facts.pop("labels")
    return {
        **facts,
        "current": _state(image.reference, current) == "current",
        "agents": agent_images.versions(labels.get(agent_recipe.AGENTS_LABEL, "")),
        "redistribute": not _is_bound(image),
    }


def _holds(image: ImageFacts) -> str:
    label = image.labels.get(agent_recipe.AGENTS_LABEL, "")
    versions = agent_images.versions(label)
    text = ", ".join(f"{name} {version}" for name, version in versions.items())
    return safe_line(f"{text} *" if _is_bound(image) else text, LONGEST)


def _is_bound(image: ImageFacts) -> bool:
    return image.labels.get(agent_recipe.LICENCE_LABEL) == "no"


def _state(reference: str, current: list[str]) -> str:
    if reference == images.LOCAL:
        return "made here"
    if host_project_image.is_of_a_project(reference):
        return "a project's"
    try:
        is_current = reference in current or images.is_current(reference)
    except SwarmError:
        is_current = False
    return "current" if is_current else "old"
