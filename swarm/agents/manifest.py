"""Reads an `agent.json` of the agents' registry, and writes an agent's TOML from it.

A manifest names package, version and licence. How the program is started on a screen or
headless it does not say: that is asked of the user.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from swarm.agents import checks, reader
from swarm.agents.description import Protocol
from swarm.errors import PlanError

_VERSION = re.compile(r"[0-9][A-Za-z0-9.+-]*")
_NPM = re.compile(r"(?:@[a-z0-9~._-]+/)?[a-z0-9~][a-z0-9~._-]*")
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says of an agent, checked."""

    id: str
    title: str
    summary: str
    homepage: str
    licence: str
    publisher: str
    """Who it says that its authors are."""
    manager: Literal["npm", "pypi"]
    package: str
    version: str
    binary: str
    """The program that the package brings; empty if the manifest does not say."""

    @property
    def usual_binary(self) -> str:
        """What it is called if nobody says it: as the package."""
        return self.binary or self.package.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Model:
    """How the user says that the agent asks its model."""

    protocol: Protocol
    key: str
    """The variable of its key."""
    endpoint: str = ""
    """The variable of its endpoint's address; empty for none."""
    url: str = ""
    """The address itself, for an agent that reads it from a file of its home."""
    default: str = ""
    """The model's name, if it must be told."""


@dataclass(frozen=True, slots=True)
class Runs:
    """How the user says that the agent is started; an empty argv is none."""

    screen: tuple[str, ...] = ()
    headless: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    """What lets it do everything unasked."""
    services: tuple[str, ...] = ()
    model: Model | None = None
    environment: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, str] = field(default_factory=dict)
    """Place in the agent's home, such as `~/.tool/config`, to its text."""


def parse(text: str, file: str) -> Manifest:
    """The manifest in the text of `file`; PlanError names what is wrong in it."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{file} is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise PlanError(f"{file}: must be one object, an agent.json of the registry")
    manager, package, pinned, binary = _distribution(body, file)
    version = _text(body, "version", file)
    if pinned and pinned != version:
        raise PlanError(
            f"{file}: distribution: pins {package} {pinned}, but version says {version}"
        )
    if not _VERSION.fullmatch(version):
        raise PlanError(f"{file}: version: must be one exact version")
    name = _text(body, "id", file)
    if not checks.NAME.fullmatch(name):
        raise PlanError(f"{file}: id: must be small letters, digits and dashes")
    authors = body.get("authors", [])
    named = authors if isinstance(authors, list) else []
    return Manifest(
        id=name,
        title=_text(body, "name", file),
        summary=_text(body, "description", file),
        homepage=_text(body, "website", file, str(body.get("repository") or "")),
        licence=_text(body, "license", file, "not told"),
        publisher=", ".join(str(each) for each in named) or "not told",
        manager=manager,
        package=package,
        version=version,
        binary=binary,
    )


def _distribution(
    body: dict[str, Any], file: str
) -> tuple[Literal["npm", "pypi"], str, str, str]:
    """Manager, package, pinned version and program; PlanError for a binary alone."""
    ways = body.get("distribution")
    if not isinstance(ways, dict):
        raise PlanError(f"{file}: distribution: is missing")
    kinds: tuple[tuple[str, Literal["npm", "pypi"], re.Pattern[str]], ...] = (
        ("npx", "npm", _NPM),
        ("uvx", "pypi", _PYPI),
    )
    for key, manager, shape in kinds:
        if key not in ways:
            continue
        way = ways[key]
        if not isinstance(way, dict):
            raise PlanError(f"{file}: distribution.{key}: must be an object")
        named = _text(way, "package", f"{file}: distribution.{key}")
        cut = r"(.+?)(?:==|@)([^@=]+)"
        match = re.fullmatch(cut, named)
        package, pinned = (match[1], match[2]) if match else (named, "")
        if not shape.fullmatch(package):
            raise PlanError(
                f"{file}: distribution.{key}.package: is no package's name of {manager}"
            )
        binary = way.get("cmd", "")
        if not isinstance(binary, str):
            raise PlanError(f"{file}: distribution.{key}: cmd: must be text")
        return manager, package, pinned, binary
    raise PlanError(
        f"{file}: distribution: has neither npx nor uvx, only a binary to download",
        hint="put the binary into an image of yours, and write an agent's file with "
        "`[image] reference`: CONTRIBUTING.md, Add an agent",
    )


def _text(body: dict[str, Any], key: str, file: str, usual: str | None = None) -> str:
    value = body.get(key) or usual
    if not isinstance(value, str) or not value:
        raise PlanError(f"{file}: {key}: must be text")
    return value


def toml(manifest: Manifest, runs: Runs) -> str:
    """The text of the agent's file; PlanError if the reader would refuse it."""
    lines = [
        f"# From a manifest of the agents' registry: {_line(manifest.id)}.",
        "version = 1",
        f"title = {_quoted(manifest.title)}",
        f"summary = {_quoted(manifest.summary)}",
        f"homepage = {_quoted(manifest.homepage)}",
        f"licence = {_quoted(manifest.licence)}",
        f"services = {_list(runs.services)}",
        "",
        "[image]",
        f'manager = "{manifest.manager}"',
        f"package = {_quoted(manifest.package)}",
        f"version = {_quoted(manifest.version)}",
        f"binary = {_quoted(_binary(manifest, runs))}",
        *(['node = "24"'] if manifest.manager == "npm" else []),
        *_model(runs.model),
        *_environment(runs.environment),
        "",
        "[mode.full]",
        f"argv = {_list(runs.full)}",
    ]
    for way, argv in (("screen", runs.screen), ("headless", runs.headless)):
        if argv:
            lines += ["", f"[{way}]", f"argv = {_list(_with_words(argv))}"]
            lines += [f'prompt = "{_delivery(way, argv)}"']
    for place, words in runs.seeds.items():
        lines += [
            "",
            "[[seed]]",
            f"path = {_quoted(place)}",
            f"text = {_text_of(words)}",
        ]
    text = "\n".join([*lines, ""])
    reader.read(text, manifest.id, f"{manifest.id}.toml")
    return text


def _binary(manifest: Manifest, runs: Runs) -> str:
    """The program: the manifest's, else the one that the user starts."""
    started = (runs.headless or runs.screen or ("",))[0]
    return manifest.binary or started or manifest.usual_binary


def _model(model: Model | None) -> list[str]:
    if model is None:
        return []
    keys = {
        name: getattr(model, name) for name in ("key", "endpoint", "url", "default")
    }
    told = [f"{name} = {_quoted(value)}" for name, value in keys.items() if value]
    return ["", "[model]", f'protocol = "{model.protocol}"', *told]


def _environment(variables: dict[str, str]) -> list[str]:
    values = [f"{_quoted(name)} = {_quoted(text)}" for name, text in variables.items()]
    return ["", "[environment]", *values] if values else []


def _text_of(words: str) -> str:
    """A text of several lines as one basic string of TOML, nothing of it changed."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The argv with the place of the mode's options: after the program, if unsaid."""
    return argv if "{mode}" in argv else (argv[0], "{mode}", *argv[1:])


def _delivery(way: str, argv: tuple[str, ...]) -> str:
    if any("{prompt_file}" in item for item in argv):
        return "file"
    if any("{prompt}" in item for item in argv):
        return "argument"
    return "paste" if way == "screen" else "stdin"


def _list(items: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, items))}]"


def _quoted(text: str) -> str:
    """The text as a basic string of TOML; what is no printable character is `?`."""
    return json.dumps(_line(text), ensure_ascii=False)


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
