"""`swarm image`: builds and lists the images of sandboxes."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from swarm.adapters.docker import DockerImages
from swarm.cli import exit_codes, output
from swarm.engine.host import images
from swarm.model import format
from swarm.model.safe_text import safe_line

PREFIX = "swarm/"
"""The beginning of every reference to an image of ours."""


def image_arguments(parser: ArgumentParser) -> None:
    """The subcommands `build` and `ls`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="build|ls")
    build = acts.add_parser("build", help="build an image, or those that swarm needs")
    build.add_argument(
        "name", nargs="?", metavar="NAME", help="default: all that swarm needs"
    )
    ls = acts.add_parser("ls", help="list the images")
    ls.add_argument("--json", action="store_true", help="print JSON")


def image(args: Namespace) -> int:
    """Build or list images; a build prints its progress."""
    if args.act == "ls":
        return _ls(args.json)
    for name in [args.name] if args.name else images.own():
        start_time = time.monotonic()
        reference = images.build(DockerImages(), name, _print_progress)
        output.out(f"{reference} ready after {time.monotonic() - start_time:.1f} s")
    return exit_codes.DONE


def _print_progress(text: str) -> None:
    output.note(f"  {safe_line(text, 160)}")


def _ls(as_json: bool) -> int:
    built_images = sorted(
        DockerImages().tagged(PREFIX), key=lambda image: image.reference
    )
    current = [images.tag(name) for name in images.names()]
    if as_json:
        output.as_json(
            [
                {**asdict(image), "current": image.reference in current}
                for image in built_images
            ]
        )
        return exit_codes.DONE
    rows = [
        [
            image.reference,
            _state(image.reference, current),
            format.size(image.size),
            format.age(time.time() - image.created),
        ]
        for image in built_images
    ]
    references = {image.reference for image in built_images}
    rows += [[tag, "not built", "", ""] for tag in current if tag not in references]
    output.columns(["IMAGE", "STATE", "SIZE", "AGE"], rows)
    return exit_codes.DONE


def _state(reference: str, current: list[str]) -> str:
    if reference == images.LOCAL:
        return "made here"
    return "current" if reference in current else "old"
