"""Tells which version of a language's tools an image of a registry has, by its name."""

import re

_IMAGES = {
    "python": "python", "node": "node", "golang": "go", "rust": "rust",
    "ruby": "ruby", "openjdk": "java", "eclipse-temurin": "java",
    "amazoncorretto": "java", "maven": "java", "gradle": "java",
    "circleci/python": "python", "cimg/python": "python", "cimg/node": "node",
    "cimg/go": "go", "cimg/ruby": "ruby",
}  # fmt: skip
"""Stacks by the images that are made for one language."""
_DEVCONTAINERS = {
    "python": "python", "javascript-node": "node", "typescript-node": "node",
    "go": "go", "rust": "rust", "ruby": "ruby", "java": "java",
}  # fmt: skip
_VERSION = re.compile(r"v?([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})(?![0-9])")
_JDK = re.compile(r"(?:jdk|jre|temurin|openjdk|corretto)-?([0-9]{1,2})(?![0-9])")
_AT_LEAST = frozenset(["java", "rust"])
"""Those of which a newer one builds what an older one does."""


def version(image: str) -> tuple[str, str] | None:
    """The stack and the version, as a pin has it; None for any other image."""
    name, _, tag = image.partition("@")[0][:300].rpartition(":")
    short = name.removeprefix("docker.io/").removeprefix("library/")
    stack = _IMAGES.get(short) or _IMAGES.get(short.rpartition("/")[2])
    if "/devcontainers/" in f"/{short}":
        stack = _DEVCONTAINERS.get(short.rpartition("/")[2])
        tag = re.sub(r"^(?:dev-)?[0-9]{1,3}(?:\.[0-9]{1,3})?-(?=[0-9])", "", tag)
    if not stack or "/" in tag:
        return None
    of_tools = short.rpartition("/")[2] in ("maven", "gradle")
    match = _JDK.search(tag) if of_tools else _VERSION.match(tag)
    if not match:
        return None
    return stack, f">={match[1]}" if stack in _AT_LEAST else match[1]
