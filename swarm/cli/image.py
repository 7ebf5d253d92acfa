"""`swarm image`: builds the sandboxes' images, and lists those there are."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from swarm.adapters.docker import DockerImages
from swarm.cli import exit_codes, output
from swarm.engine.host import images
from swarm.model import format
from swarm.model.safe_text import safe_line

PREFIX = "swarm/"
"""How the references of our images begin."""


def image_arguments(parser: ArgumentParser) -> None:
    """What to do, and to which image."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="build|ls")
    build = acts.add_parser("build", help="build an image, or those that swarm needs")
    build.add_argument("name", nargs="?", metavar="NAME")
    ls = acts.add_parser("ls", help="which images there are")
    ls.add_argument("--json", action="store_true")


def image(args: Namespace) -> int:
    """A build says what it does as it goes."""
    if args.act == "ls":
        return _ls(args.json)
    for name in [args.name] if args.name else images.own():
        began = time.monotonic()
        reference = images.build(DockerImages(), name, _tell)
        output.out(f"{reference} ready after {time.monotonic() - began:.1f} s")
    return exit_codes.DONE


def _tell(text: str) -> None:
    output.note(f"  {safe_line(text, 160)}")


def _ls(as_json: bool) -> int:
    known = DockerImages().tagged(PREFIX)
    current = [images.tag(name) for name in images.names()]
    if as_json:
        output.as_json(
            [{**asdict(one), "current": one.reference in current} for one in known]
        )
        return exit_codes.DONE
    rows = [
        [
            one.reference,
            _state(one.reference, current),
            format.size(one.size),
            format.age(time.time() - one.created),
        ]
        for one in sorted(known, key=lambda one: one.reference)
    ]
    built = {one.reference for one in known}
    rows += [[tag, "not built", "", ""] for tag in current if tag not in built]
    output.columns(["IMAGE", "STATE", "SIZE", "AGE"], rows)
    return exit_codes.DONE


def _state(reference: str, current: list[str]) -> str:
    if reference == images.LOCAL:
        return "made here"
    return "current" if reference in current else "old"
