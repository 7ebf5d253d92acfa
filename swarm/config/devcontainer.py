"""Reads a project's `devcontainer.json`: what a box takes, and what it leaves out.

The file came with the repository. What would weaken a box, or runs on the human's own
machine, is left out by its name; so is what a box has no use for, if a reader could
miss it.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from swarm.config import devcontainer_features, jsonc
from swarm.config.devcontainer_keys import LEFT_OUT, SILENT
from swarm.errors import ConfigError
from swarm.model.safe_text import safe_line

FILES = (".devcontainer/devcontainer.json", ".devcontainer.json")
"""Where a project has it; the first that is there counts."""
MOST_ITEMS = 100
"""Commands, ports, extensions, variables: of each."""
WORKSPACE = "/workspace"

_ONCE, _LATE = ("onCreateCommand", "updateContentCommand"), ("postCreateCommand",)
"""Set-up commands: those of a container that is kept for others, and those after it."""
"""In the order in which they run."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
NOT_SET = re.compile(
    r"(?i)(?:.*_?proxy|(?:LD|DYLD|GIT|SWARM)_.*|.*_CA_.*|SSL_.*|PIP_CERT|BASH_ENV|ENV"
    r"|PATH|HOME|USER|SHELL|TERM|PROMPT_COMMAND|SSH_AUTH_SOCK|DOCKER_HOST)"
)
"""Variables by which a box is led to the gate, or its programs to others."""
_VARIABLE = re.compile(r"\$\{([^}:]*):?([^}]*)\}")
_WORKSPACES = ("containerWorkspaceFolder", "localWorkspaceFolder")
_EXTENSION = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9-]*\.[A-Za-z0-9][A-Za-z0-9._-]*(?:@\S+)?"
)
_IMAGE = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9._:/@\[\]-]{0,254}")


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """A Dockerfile of the project's; paths are relative to the repository's root."""

    dockerfile: str
    context: str = "."
    args: tuple[tuple[str, str], ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Devcontainer:
    """What a box takes of the file; `left_out` says by name what it does not."""

    image: str = ""
    build: ImageBuild | None = None
    stacks: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    """The version that is asked for of a stack, as it is written."""
    environment: tuple[tuple[str, str], ...] = ()
    setup: tuple[str, ...] = ()
    late_setup: tuple[str, ...] = ()
    """What follows it in a container that was made of a kept one."""
    ports: tuple[int, ...] = ()
    extensions: tuple[str, ...] = ()
    """Editor extensions, for `swarm ide`."""
    compose: str = ""
    """A compose file whose services stand beside a task, relative to the root."""
    services: tuple[str, ...] = ()
    """Those that are named; empty for all but the one that the box itself is."""
    left_out: tuple[str, ...] = ()
    """`KEY: why`, one line each."""


@dataclass(slots=True)
class _Reading:
    """One reading of the file: what was left out is gathered on the way."""

    path: str
    left_out: list[str] = field(default_factory=list)

    def leave_out(self, key: str, why: str) -> None:
        self.left_out.append(f"{safe_line(key, 80)}: {why}")

    def wrong(self, key: str, expected: str) -> ConfigError:
        return ConfigError(f"{self.path}: {safe_line(key, 80)} has to be {expected}")


def read(content: bytes, path: str) -> Devcontainer:
    """What the file's bytes say; `path` is its own, relative to the repository's root.

    ConfigError names the file and the key of what has another shape than it may have,
    and what leads out of the repository.
    """
    body = jsonc.parsed(content, path)
    reading = _Reading(path)
    if not isinstance(body, dict):
        raise ConfigError(f"{path} has to be an object")
    custom = _object(reading, body, "customizations")
    features = devcontainer_features.of(
        _features(reading, body), lambda key, why: reading.leave_out(key, why)
    )
    compose = _strings_of(reading, body, "dockerComposeFile")
    if compose[1:]:
        reading.leave_out("dockerComposeFile", "only the first file is read")
    own = _text(reading, body, "service")
    services = tuple(x for x in _strings_of(reading, body, "runServices") if x != own)
    if compose:
        reading.leave_out("service", "the box takes its place; it is not started")
    build = _build(reading, body)
    image = _image(reading, body, build)
    for key in body:
        if key in LEFT_OUT:
            reading.leave_out(key, LEFT_OUT[key])
        elif key not in SILENT and not key.startswith(("_", "x-")):
            reading.leave_out(key, "no key that a box knows")
    return Devcontainer(
        image=image,
        build=build,
        stacks=features.stacks,
        packages=features.packages,
        pins=features.pins,
        environment=tuple(_environment(reading, body).items()),
        setup=tuple(_commands(reading, body, _ONCE)),
        late_setup=tuple(_commands(reading, body, _LATE)),
        ports=tuple(dict.fromkeys(_ports(reading, body))),
        extensions=_extensions(reading, body, custom),
        compose=_inside(reading, "dockerComposeFile", compose[0]) if compose else "",
        services=services,
        left_out=tuple(reading.left_out),
    )


def _text(reading: _Reading, body: dict[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise reading.wrong(key, "a text")
    return value


def _object(reading: _Reading, body: dict[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key, {})
    if not isinstance(value, dict):
        raise reading.wrong(key, "an object")
    if len(value) > MOST_ITEMS:
        raise reading.wrong(key, f"no more than {MOST_ITEMS}")
    return value


def _strings_of(reading: _Reading, body: dict[str, Any], key: str) -> list[str]:
    """A text, or a list of them."""
    value = body.get(key, [])
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(x, str) for x in found):
        raise reading.wrong(key, "a list of texts")
    if len(found) > MOST_ITEMS:
        raise reading.wrong(key, f"no more than {MOST_ITEMS}")
    return found


def _inside(reading: _Reading, key: str, path: str, folder: str | None = None) -> str:
    """A path beside the file as one from the root; ConfigError if it leads out."""
    if folder is None:
        folder = posixpath.dirname(reading.path)
    joined = posixpath.normpath(posixpath.join(folder, path))
    is_out = joined == ".." or joined.startswith(("../", "/"))
    if is_out or "\\" in path or "\n" in path or "$" in path or not path:
        raise reading.wrong(key, "a path inside the repository")
    return joined


def _build(reading: _Reading, body: dict[str, Any]) -> ImageBuild | None:
    build = _object(reading, body, "build")
    file = _text(reading, build, "dockerfile") or _text(reading, body, "dockerFile")
    if not file:
        if build:
            raise reading.wrong("build", "a build with a `dockerfile`")
        return None
    context = _text(reading, build, "context") or _text(reading, body, "context") or "."
    for key in build.keys() - {"dockerfile", "context", "args", "target"}:
        reading.leave_out(f"build.{key}", "a build gets no options of the project's")
    args = _variables(reading, "build.args", _object(reading, build, "args"))
    return ImageBuild(
        _inside(reading, "build.dockerfile", file),
        _inside(reading, "build.context", context),
        tuple(args.items()),
        _target(reading, build),
    )


def _target(reading: _Reading, build: dict[str, Any]) -> str:
    target = _text(reading, build, "target")
    if target and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", target):
        raise reading.wrong("build.target", "the name of a stage")
    return target


def _image(reading: _Reading, body: dict[str, Any], build: ImageBuild | None) -> str:
    image = _text(reading, body, "image")
    if image and build:
        reading.leave_out("image", "the Dockerfile counts")
        return ""
    if image and not _IMAGE.fullmatch(image):
        raise reading.wrong("image", "an image's name")
    return image


def _features(reading: _Reading, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each feature's options; a bare text is its version, as older files have it."""
    found: dict[str, dict[str, Any]] = {}
    for key, options in _object(reading, body, "features").items():
        if isinstance(options, str):
            found[key] = {"version": options}
        elif isinstance(options, dict):
            found[key] = options
        elif options is not False:
            raise reading.wrong(f"features.{key}", "an object, or a version")
    return found


def _environment(reading: _Reading, body: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in ("containerEnv", "remoteEnv"):
        found |= _variables(reading, key, _object(reading, body, key))
    return found


def _variables(reading: _Reading, key: str, body: dict[str, Any]) -> dict[str, str]:
    """The variables that can be set; the others are left out by their names."""
    found: dict[str, str] = {}
    for name, value in body.items():
        own = f"{key}.{name}"
        if value is None:
            continue  # it is not to be set
        if not isinstance(value, str):
            raise reading.wrong(own, "a text")
        if not _NAME.fullmatch(name):
            raise reading.wrong(own, "called by letters, digits and underscores")
        text = _expanded(value)
        if NOT_SET.fullmatch(name):
            reading.leave_out(own, "a box sets it itself, or leads to the gate by it")
        elif text is None:
            reading.leave_out(own, "it is made of what is set on your own machine")
        else:
            found[name] = text
    return found


def _expanded(value: str) -> str | None:
    """The value with what can be known of the box; None if it asks for more."""
    unknown = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unknown
        name, rest = match[1], match[2]
        if name in _WORKSPACES:
            return WORKSPACE
        if name in (f"{each}Basename" for each in _WORKSPACES):
            return posixpath.basename(WORKSPACE)
        _, colon, default = rest.partition(":")
        if name == "localEnv" and colon:
            return default  # what the writer wants where it is not set
        unknown = True
        return ""

    text = _VARIABLE.sub(replace, value)
    return None if unknown else text


def _commands(
    reading: _Reading, body: dict[str, Any], keys: tuple[str, ...]
) -> Iterator[str]:
    for key in keys:
        value = body.get(key)
        if isinstance(value, dict):
            _object(reading, body, key)
            each = [(f"{key}.{name}", command) for name, command in value.items()]
        else:
            each = [(key, value)]
        for own, command in each:
            text = _command(reading, own, command)
            if text is None:
                reading.leave_out(own, "it is made of what is set on your own machine")
            elif text.strip():
                yield text


def _command(reading: _Reading, key: str, command: Any) -> str | None:
    """The command as a shell's; None if it asks for the host's environment."""
    if command is None:
        return ""
    if isinstance(command, str):
        return _known(command)
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        words = [_known(word) for word in command]
        if None in words:
            return None
        return shlex.join(word for word in words if word is not None)
    raise reading.wrong(key, "a text or a list of texts")


def _known(text: str) -> str | None:
    """The text with the file's own variables; what is a shell's stays as it is."""
    if re.search(r"\$\{(?:local|container)Env:|\$\{devcontainerId\}", text):
        return None if re.search(r"\$\{localEnv:|\$\{devc", text) else _shell_s(text)
    for each in _WORKSPACES:
        text = text.replace(f"${{{each}}}", WORKSPACE)
        text = text.replace(f"${{{each}Basename}}", posixpath.basename(WORKSPACE))
    return text


def _shell_s(text: str) -> str | None:
    return _known(re.sub(r"\$\{containerEnv:(\w+)(?::[^}]*)?\}", r"${\1}", text))


def _ports(reading: _Reading, body: dict[str, Any]) -> Iterator[int]:
    for key in ("forwardPorts", "appPort"):
        value = body.get(key, [])
        ports = value if isinstance(value, list) else [value]
        if len(ports) > MOST_ITEMS:
            raise reading.wrong(key, f"no more than {MOST_ITEMS}")
        for port in ports:
            number = _port(port)
            if number is None:
                raise reading.wrong(key, "ports between 1 and 65535")
            if number:
                yield number
            else:
                reading.leave_out(
                    f"{key} {port}", "a service's port is at the box's own localhost"
                )


def _port(port: object) -> int | None:
    """The port; 0 for another host's, None for what is none."""
    if isinstance(port, bool):
        return None
    if isinstance(port, int):
        return port if 1 <= port <= 65535 else None
    if not isinstance(port, str):
        return None
    host, _, last = port.rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", last) or not 1 <= int(last) <= 65535:
        return None
    is_own = host in ("", "localhost", "127.0.0.1") or host.isdigit()
    return int(last) if is_own else 0


def _extensions(
    reading: _Reading, body: dict[str, Any], custom: dict[str, Any]
) -> tuple[str, ...]:
    """The extensions that are to be there; `-NAME` takes one back."""
    wanted = _strings_of(reading, body, "extensions")
    for tool in custom:
        if tool != "vscode":
            reading.leave_out(f"customizations.{tool}", "only editor extensions count")
    editor = _object(reading, custom, "vscode")
    for key in editor.keys() - {"extensions"}:
        reading.leave_out(f"customizations.vscode.{key}", "only extensions count")
    wanted = [*wanted, *_strings_of(reading, editor, "extensions")]
    unwanted = {each[1:] for each in wanted if each.startswith("-")}
    found = []
    for each in wanted:
        if each in unwanted or (
            each.startswith("-") and _EXTENSION.fullmatch(each[1:])
        ):
            continue
        if not _EXTENSION.fullmatch(each):
            raise reading.wrong("extensions", f"names such as a.b, not {each[:40]!r}")
        found.append(each)
    return tuple(dict.fromkeys(found))
