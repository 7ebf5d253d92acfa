"""Records in an image of ours where the package tools in it fetch from by default.

A machine whose own tools are few knows these defaults by its sandboxes' images. Only
images that swarm builds count: another's label or program could name any host.
"""

import json
import re
import time
from collections.abc import Iterable

from swarm.adapters.user_network.defaults import PIP_SCRIPT
from swarm.engine.host import failed_starts
from swarm.errors import ToolError
from swarm.ports import Images, Progress

LABEL = "swarm.registries"
FOLDER = "/usr/share/swarm/registries"
"""Answers of tools that were there while the image was built: a file for each tool."""
MOST_URLS = 20
"""Addresses that count of one tool."""

_MARK = "swarm-registries"
_SCRIPT = """
ask() {
    tool=$1
    shift
    answer=$(timeout 30 "$@" 2>/dev/null) || return 0
    echo %(mark)s "$tool" $answer
}
ask pip python3 -I -c "$PIP_SCRIPT"
ask npm npm config get registry
ask yarn yarn config get registry
ask pnpm pnpm config get registry
ask go go env GOPROXY
ask gem gem --norc sources --list
for file in %(folder)s/*; do
    test -f "$file" && ask "${file##*/}" cat "$file"
done
exit 0
"""
_LINE = re.compile(rf"{_MARK} ([a-z]+) (.*)")
_URL = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?(?=[\s,|]|$)"
)


def record(images: Images, reference: str, progress: Progress) -> None:
    """Ask the tools of an image, and put their answers into its label.

    Blocks for seconds. The reference then names the image with the label, which has
    the same files. An engine that refuses is reported, and the image stays as it is.
    """
    try:
        defaults = _ask(images, reference)
        # JSON of JSON is quoted as a Dockerfile wants it.
        value = json.dumps(json.dumps(defaults))
        labelled = f"FROM {reference}\nLABEL {LABEL}={value}\n"
        images.build(reference, {"Dockerfile": labelled.encode()}, {}, _unheard)
    except ToolError as error:
        progress(f"the tools in {reference} were not asked: {error.message}")
        return
    told = ", ".join(defaults) or "none"
    progress(f"tools in {reference} that name a registry: {told}")


def _ask(images: Images, reference: str) -> dict[str, list[str]]:
    dockerfile = (
        f"FROM {reference}\nARG PIP_SCRIPT\nARG SCRIPT\nARG MOMENT\nENV HOME=/tmp\n"
        'RUN : "$MOMENT" && sh -c "$SCRIPT"\n'
    )
    arguments = {
        "PIP_SCRIPT": PIP_SCRIPT,
        "SCRIPT": _SCRIPT % {"mark": _MARK, "folder": FOLDER},
        # Another one each time, or the builder would take the silent step of before.
        "MOMENT": str(time.time_ns()),
    }
    lines = list[str]()
    asked = f"{reference}-asked"
    files = {"Dockerfile": dockerfile.encode()}
    failed_starts.once_more(lambda: images.build(asked, files, arguments, lines.append))
    images.untag(asked)
    return answers(lines)


def _unheard(_line: str) -> None:
    """Stands for a build's progress that nobody needs."""


def answers(lines: Iterable[str]) -> dict[str, list[str]]:
    """The URLs of each tool that a build's output names."""
    found = dict[str, list[str]]()
    for line in "\n".join(lines).splitlines():
        match = _LINE.search(line)
        urls = _URL.findall(match[2])[:MOST_URLS] if match else []
        if match and urls:
            found.setdefault(match[1], urls)
    return found


def recorded(images: Images, references: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The URLs of each tool as the labels of these images have them.

    Empty if the engine does not answer; an image that is not there is passed over.
    """
    found = dict[str, tuple[str, ...]]()
    for reference in references:
        try:
            text = images.label(reference, LABEL)
        except ToolError:
            return found
        for tool, urls in _parsed(text).items():
            found.setdefault(tool, urls)
    return found


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    return {
        str(tool): tuple(url for url in urls if isinstance(url, str))[:MOST_URLS]
        for tool, urls in body.items()
        if isinstance(urls, list)
    }
