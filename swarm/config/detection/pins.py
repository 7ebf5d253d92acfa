"""The versions of tools that a repository pins, and if a box has them."""

import re
from collections.abc import Iterator
from typing import Any

from swarm.config.detection.tree import Tree, table
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS

_VERSION = re.compile(r"[0-9A-Za-z<>=^~*.|, +-]{1,60}")
_TOOLS = {
    "python": "python", "node": "node", "nodejs": "node", "go": "go", "golang": "go",
    "rust": "rust", "java": "java", "ruby": "ruby",
}  # fmt: skip
"""Names of tools, as version managers spell them."""
_FILES = {
    ".python-version": "python",
    ".nvmrc": "node",
    ".node-version": "node",
    ".ruby-version": "ruby",
    ".java-version": "java",
    "rust-toolchain": "rust",
}
"""Files that hold one version and nothing else."""
_GO = re.compile(
    r"^(?:go|toolchain)\s+(?:go)?([0-9][0-9A-Za-z.]{0,20})\s*$", re.MULTILINE
)
_PART = re.compile(r"(>=|<=|==|~=|!=|[<>^~=])?\s*v?(\d+(?:\.(?:\d+|[x*]))*)")


def pins(tree: Tree) -> tuple[Pin, ...]:
    """What the first folder's files pin; one for each stack and file."""
    return tuple(
        Pin(stack, wanted.strip(), file)
        for stack, wanted, file in _read(tree)
        if isinstance(wanted, str) and _VERSION.fullmatch(wanted.strip())
    )


def _read(tree: Tree) -> Iterator[tuple[str, Any, str]]:
    for file, stack in _FILES.items():
        lines = [line.strip() for line in tree.text("", file).split("\n")]
        text = next((line for line in lines if line and line[0] not in "#["), "")
        if text:
            yield stack, text.removeprefix(f"{stack}-"), file
    for line in tree.text("", ".tool-versions").split("\n"):
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] in _TOOLS:
            yield _TOOLS[words[0]], words[1], ".tool-versions"
    for file in ("mise.toml", ".mise.toml"):
        for tool, value in table(tree.toml("", file).get("tools")).items():
            if tool in _TOOLS:
                version = table(value).get("version", value)
                first = version[0] if isinstance(version, list) and version else version
                yield _TOOLS[tool], first, file
    channel = table(tree.toml("", "rust-toolchain.toml").get("toolchain"))
    yield "rust", channel.get("channel"), "rust-toolchain.toml"
    package = tree.json("", "package.json")
    yield "node", table(package.get("engines")).get("node"), "engines in package.json"
    yield "node", table(package.get("volta")).get("node"), "volta in package.json"
    project = table(tree.toml("", "pyproject.toml").get("project"))
    yield "python", project.get("requires-python"), "requires-python in pyproject.toml"
    poetry = table(table(tree.toml("", "pyproject.toml").get("tool")).get("poetry"))
    needs = table(poetry.get("dependencies"))
    yield "python", needs.get("python"), "[tool.poetry] in pyproject.toml"
    for match in _GO.finditer(tree.text("", "go.mod")):
        yield "go", f">={match[1]}", "go.mod"
    crate = table(tree.toml("", "Cargo.toml").get("package"))
    if isinstance(crate.get("rust-version"), str):
        yield "rust", f">={crate['rust-version']}", "rust-version in Cargo.toml"


def is_met(pin: Pin, version: str) -> bool:
    """True if a box that has this version has what is pinned, or nobody can tell."""
    if pin.wanted in ("stable", "latest", "lts", "lts/*", "system", "node", "*"):
        return True
    choices = [each for each in pin.wanted.split("||") if each.strip()]
    return any(_meets(choice, version) for choice in choices) if choices else True


def _meets(choice: str, version: str) -> bool:
    low, dash, high = choice.partition(" - ")
    if dash:
        choice = f">={low} <={high}"
    parts = _PART.findall(choice)
    if not parts:
        return False  # a name, such as `nightly`
    return all(_compare(sign, wanted, version) for sign, wanted in parts)


def _compare(sign: str, wanted: str, version: str) -> bool:
    want = [int(part) for part in re.split(r"[.]", wanted) if part.isdigit()]
    have = [int(part) for part in version.split(".") if part.isdigit()]
    length = min(len(want), len(have))
    left, right = have[:length], want[:length]
    match sign:
        case ">=":
            return left >= right
        case ">":
            return left > right or (left == right and len(want) < len(have))
        case "<=":
            return left <= right
        case "<":
            return left < right
        case "!=":
            return left != right or len(want) > len(have)
        case "^":
            return left >= right and have[0] == want[0]
        case "~=":
            return left >= right and have[: len(want) - 1] == want[:-1]
        case "~":
            return left >= right and have[: min(2, length)] == want[: min(2, length)]
    return left == right


def sentences(found: tuple[Pin, ...], stacks: tuple[str, ...]) -> list[str]:
    """What to tell of the pins that the box's versions do not meet."""
    return [
        f"{pin.file} asks for {pin.stack} {pin.wanted}; the stack has "
        f"{STACKS[pin.stack].version}: {_WAY_OUT.get(pin.stack, _USUAL)}"
        for pin in found
        if pin.stack in stacks and not is_met(pin, STACKS[pin.stack].version)
    ]


_USUAL = "no registry gives it; an image of your own can: `image = …`"
_WAY_OUT = {
    "python": "uv fetches others in the box after "
    "`swarm policy service uv-python --project`",
    "rust": "rustup fetches others in the box after "
    "`swarm policy service rustup --project`",
    "go": "go fetches its own tool-chain from the module proxy with `GOTOOLCHAIN=auto`",
}
