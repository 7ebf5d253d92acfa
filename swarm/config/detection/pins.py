"""The versions of tools that a repository pins, and if a box has them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from swarm.config.detection.folders import beside
from swarm.config.detection.tree import Tree, table
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS

_VERSION = re.compile(r"[0-9A-Za-z<>=^~*.|,+ /-]{1,80}")
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
"""Files that hold a version, or several of which any will do, and nothing else."""
VERSION_MANAGERS = (*_FILES, ".tool-versions", "mise.toml", ".mise.toml",
                    ".mise/config.toml", ".config/mise.toml", ".sdkmanrc")  # fmt: skip
"""Files of tools that choose a version; what a project allows stands in its own."""
_NODE_NAMES = {
    "argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12",
    "fermium": "14", "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22",
    "krypton": "24",
}  # fmt: skip
"""Node's long-term versions, by the names that `lts/` has for them."""
_ANY = ("stable", "latest", "lts", "lts/*", "system", "node", "current", "default", "*")
_GO = re.compile(
    r"^(?:go|toolchain)\s+(?:go)?([0-9][0-9A-Za-z.]{0,20})\s*$", re.MULTILINE
)
_GEMFILE = re.compile(
    r"""^\s{0,9}ruby[\s(]{1,9}["']([^"'\n]{1,60})["']""", re.MULTILINE
)
_POM = re.compile(
    r"<(?:java\.version|maven\.compiler\.(?:release|source|target)|release)>"
    r"\s{0,9}(?:1\.)?([0-9]{1,2})\s{0,9}<"
)
_TOOLCHAIN = re.compile(
    r"(?:JavaLanguageVersion\.of|jvmToolchain)\s{0,9}\(\s{0,9}([0-9]{1,2})\s{0,9}\)"
)
_SETUP_PY = re.compile(r"""python_requires\s{0,9}=\s{0,9}["']([^"'\n]{1,60})["']""")
_PART = re.compile(r"(>=|<=|==|~=|~>|!=|[<>^~=])?\s*v?(\d+(?:\.(?:\d+|[x*]))*)")
_OLDEST_JAVA = 8
"""What the stack's compiler still takes as a release."""


def pins(tree: Tree, folder: str = "") -> tuple[Pin, ...]:
    """What a folder's files pin; one for each stack and file.

    What is no version, such as the name of an environment, is noted.
    """
    pins = []
    for stack, wanted, file in _read(tree, folder):
        if not isinstance(wanted, str) or not wanted.strip():
            continue
        text = wanted.strip()
        names_one = any(c.isdigit() for c in text) or text in _ANY or stack == "rust"
        if _VERSION.fullmatch(text) and (names_one or text.startswith("lts/")):
            pins.append(Pin(stack, text, file))
        else:
            tree.note(f"{file} asks for {stack} {text}, which is no version: not read")
    return tuple(pins)


def _read(tree: Tree, folder: str) -> Iterator[tuple[str, Any, str]]:
    for file, stack in _FILES.items():
        lines = [line.strip() for line in tree.text(folder, file).split("\n")]
        texts = [line for line in lines if line and line[0] not in "#["]
        versions = [text.removeprefix(f"{stack}-") for text in texts[:5]]
        yield stack, " || ".join(versions), beside(folder, file)
    for line in tree.text(folder, ".tool-versions").split("\n"):
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] in _TOOLS:
            wanted = " || ".join(words[1:6])
            yield _TOOLS[words[0]], wanted, beside(folder, ".tool-versions")
    for file in ("mise.toml", ".mise.toml", ".mise/config.toml", ".config/mise.toml"):
        for tool, value in table(tree.toml(folder, file).get("tools")).items():
            if tool in _TOOLS:
                yield _TOOLS[tool], _of_mise(value), beside(folder, file)
    yield from _of_sdkman(tree, folder)
    channel = table(tree.toml(folder, "rust-toolchain.toml").get("toolchain"))
    yield "rust", channel.get("channel"), beside(folder, "rust-toolchain.toml")
    yield from _of_node(tree, folder)
    yield from _of_python(tree, folder)
    for file in ("go.mod", "go.work"):
        for version in _GO.findall(tree.text(folder, file)):
            yield "go", f">={version}", beside(folder, file)
    crate = table(tree.toml(folder, "Cargo.toml").get("package"))
    if isinstance(crate.get("rust-version"), str):
        file = beside(folder, "Cargo.toml")
        yield "rust", f">={crate['rust-version']}", f"rust-version in {file}"
    if match := _GEMFILE.search(tree.text(folder, "Gemfile")):
        yield "ruby", match[1], beside(folder, "Gemfile")
    yield from _of_java(tree, folder)


def _of_mise(value: Any) -> str:
    """A version, or several of which any will do: a text, tables, and lists of both."""
    each = value if isinstance(value, list) else [value]
    versions = [table(one).get("version", one) for one in each[:5]]
    return " || ".join(str(v) for v in versions if isinstance(v, str | int | float))


def _of_sdkman(tree: Tree, folder: str) -> Iterator[tuple[str, Any, str]]:
    for line in tree.text(folder, ".sdkmanrc").split("\n"):
        name, equals, version = line.partition("#")[0].partition("=")
        if equals and name.strip() == "java":
            yield "java", version.strip(), beside(folder, ".sdkmanrc")


def _of_node(tree: Tree, folder: str) -> Iterator[tuple[str, Any, str]]:
    package, file = tree.json(folder, "package.json"), beside(folder, "package.json")
    yield "node", table(package.get("engines")).get("node"), f"engines in {file}"
    yield "node", table(package.get("volta")).get("node"), f"volta in {file}"
    runtimes = table(package.get("devEngines")).get("runtime")
    for runtime in runtimes if isinstance(runtimes, list) else [runtimes]:
        if table(runtime).get("name") == "node":
            yield "node", table(runtime).get("version"), f"devEngines in {file}"


def _of_python(tree: Tree, folder: str) -> Iterator[tuple[str, Any, str]]:
    body, file = tree.toml(folder, "pyproject.toml"), beside(folder, "pyproject.toml")
    project = table(body.get("project"))
    yield "python", project.get("requires-python"), f"requires-python in {file}"
    poetry = table(table(body.get("tool")).get("poetry"))
    needs = table(poetry.get("dependencies"))
    yield "python", needs.get("python"), f"[tool.poetry] in {file}"
    requires = table(tree.toml(folder, "Pipfile").get("requires"))
    full = requires.get("python_full_version") or requires.get("python_version")
    yield "python", full, beside(folder, "Pipfile")
    text = tree.ini(folder, "setup.cfg").get("options", "python_requires", fallback="")
    yield "python", text, beside(folder, "setup.cfg")
    if match := _SETUP_PY.search(tree.text(folder, "setup.py")):
        yield "python", match[1], beside(folder, "setup.py")


def _of_java(tree: Tree, folder: str) -> Iterator[tuple[str, Any, str]]:
    """A release that the compiler has to know, and tool-chains that Gradle wants."""
    releases = [int(each) for each in _POM.findall(tree.text(folder, "pom.xml"))]
    if releases:
        known = max(releases) >= _OLDEST_JAVA
        wanted = f">={max(releases)}" if known else f"<={max(releases)}"
        yield "java", wanted, beside(folder, "pom.xml")
    for file in ("build.gradle", "build.gradle.kts"):
        if match := _TOOLCHAIN.search(tree.text(folder, file)):
            yield "java", match[1], f"the tool-chain of {beside(folder, file)}"


def is_met(pin: Pin, version: str) -> bool:
    """True if a box that has this version has what is pinned, or nobody can tell."""
    choices = [each.strip() for each in pin.wanted.split("||") if each.strip()]
    if any(choice in _ANY for choice in choices) or not choices:
        return True
    if pin.stack == "go" and pin.wanted[0].isdigit():
        # A newer Go builds what an older one does: that is its promise.
        choices = [f">={choice}" for choice in choices]
    return any(_meets(_numbered(choice), version) for choice in choices)


def _numbered(choice: str) -> str:
    return _NODE_NAMES.get(choice.removeprefix("lts/").lower(), choice)


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
        case "~=" | "~>":
            return left >= right and have[: len(want) - 1] == want[:-1]
        case "~":
            return left >= right and have[: min(2, length)] == want[: min(2, length)]
    return left == right


def sentences(pins: Iterable[Pin], stacks: tuple[str, ...]) -> list[str]:
    """What to tell of the pins that the box's versions do not meet."""
    return [
        f"{pin.file} asks for {pin.stack} {pin.wanted}; the stack has "
        f"{STACKS[pin.stack].version}: {_WAY_OUT.get(pin.stack, _USUAL)}"
        for pin in pins
        if pin.stack in stacks and not is_met(pin, STACKS[pin.stack].version)
    ]


_USUAL = "no registry gives it; an image of your own can: `image = …`"
_WAY_OUT = {
    "python": "uv fetches others in the box after "
    "`swarm policy service uv-python --project`",
    "rust": "rustup fetches others in the box after "
    "`swarm policy service rustup --project`",
    "go": "go fetches that one by itself, from the module proxy",
}
