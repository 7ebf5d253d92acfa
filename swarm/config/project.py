"""Reads `swarm.toml`: TOML to a `ProjectChoice`, or an error with file, line and key.

The text is a stranger's: everything in it is bounded, and no path leads out of the
repository.
"""

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from swarm.config.devcontainer import NOT_SET
from swarm.config.schema import PackageNames, StackNames, Strict, Version
from swarm.config.tree_paths import TreePathOrNone, TreePaths, once_each
from swarm.errors import ConfigError
from swarm.model import project
from swarm.model.project import FILE, ProjectChoice
from swarm.model.safe_text import safe_line
from swarm.policy import toml_table
from swarm.policy.toml_table import Source

LARGEST = 64 << 10
"""Bytes of the file."""
_MOST = 50
_TEXT_LENGTH = 4000
_FOLDER_LENGTH = 300
_MOST_FOLDERS = 10
_NO_DATA = ("dev", "proc", "run", "sys", "tmp")
"""First folders whose content is the engine's, or memory in any case."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_STAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,299}")


def data_folder(value: str) -> str:
    """A folder in a service's image; ValueError for one that cannot be a volume."""
    parts = value.rstrip("/").split("/")[1:]
    is_plain = value.isprintable() and len(value) <= _FOLDER_LENGTH and ":" not in value
    if (
        not is_plain
        or not value.startswith("/")
        or any(part in ("", ".", "..") for part in parts)
        or not parts
        or parts[0] in _NO_DATA
    ):
        raise ValueError('a folder of the image such as "/var/lib/data"')
    return value.rstrip("/")


def _command(value: str) -> str:
    is_text = all(char in "\n\t" or char.isprintable() for char in value)
    if not value.strip() or len(value) > _TEXT_LENGTH or not is_text:
        raise ValueError(
            f"a shell command of at most {_TEXT_LENGTH} letters, "
            "without control characters"
        )
    return value


def _command_or_none(value: str) -> str:
    return value and _command(value)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError('a name such as "db" or "cache-1"')
    return value


def _stage_or_none(value: str) -> str:
    if value and not _STAGE.fullmatch(value):
        raise ValueError('the name of a stage, such as "dev"')
    return value


def _image(value: str) -> str:
    if value and not _IMAGE.fullmatch(value):
        raise ValueError('an image such as "debian:12"')
    return value


def _box_environment(values: dict[str, str]) -> dict[str, str]:
    for name in values:
        if NOT_SET.fullmatch(name):
            raise ValueError(
                f"{name} is set by the box itself, or leads to the gate by it"
            )
    return _environment(values)


def _environment(values: dict[str, str]) -> dict[str, str]:
    for name, value in values.items():
        if not _VARIABLE.fullmatch(name):
            raise ValueError("a variable's name, of letters, digits and _")
        if len(value) > _TEXT_LENGTH or "\0" in value:
            raise ValueError(f"texts of at most {_TEXT_LENGTH} letters, without NUL")
    return values


def _service_port(value: int) -> int:
    if value in project.GATE_PORTS:
        raise ValueError(f"{value} is the gate's own at a task's localhost")
    return value


Command = Annotated[str, AfterValidator(_command)]
CommandOrNone = Annotated[str, AfterValidator(_command_or_none)]
DataFolder = Annotated[str, AfterValidator(data_folder)]
Name = Annotated[str, AfterValidator(_name)]
Names = Annotated[tuple[Name, ...], Field(max_length=_MOST), AfterValidator(once_each)]
Image = Annotated[str, AfterValidator(_image)]
StageOrNone = Annotated[str, AfterValidator(_stage_or_none)]
Variables = Annotated[
    dict[str, str], Field(max_length=_MOST), AfterValidator(_environment)
]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Ports = Annotated[tuple[Port, ...], Field(max_length=_MOST), AfterValidator(once_each)]


class ServiceContainer(Strict):
    """`[service-container.NAME]`."""

    recipe: Annotated[str, AfterValidator(lambda value: value and _name(value))] = ""
    image: Image = ""
    environment: Variables = Field(default_factory=dict)
    entrypoint: Annotated[tuple[Command, ...], Field(max_length=_MOST)] = ()
    command: Annotated[tuple[Command, ...], Field(max_length=_MOST)] = ()
    data: Annotated[tuple[DataFolder, ...], Field(max_length=_MOST_FOLDERS)] = ()
    health: CommandOrNone = ""
    port: Annotated[Port, AfterValidator(_service_port)] | None = None
    health_seconds: Annotated[int, Field(ge=1, le=3600, strict=True)] = 60
    restart: Literal["on-failure", "always", "no"] = "on-failure"

    @model_validator(mode="after")
    def _one_kind(self) -> "ServiceContainer":
        if bool(self.recipe) == bool(self.image):
            raise ValueError("must have either a recipe or an image")
        if self.recipe and (self.data or self.entrypoint):
            raise ValueError("a recipe knows its own data and entrypoint")
        return self


class Project(Strict):
    """The whole file; `swarm.model.project` says what each key is for."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_by_name=False
    )

    version: Version = 1
    agent: Annotated[str, AfterValidator(lambda value: value and _name(value))] = ""
    stacks: Annotated[StackNames, Field(max_length=_MOST)] = ()
    packages: PackageNames = ()
    image: Image = ""
    dockerfile: TreePathOrNone = ""
    build_context: TreePathOrNone = ""
    build_target: StageOrNone = ""
    build_args: Variables = Field(default_factory=dict)
    devcontainer: TreePathOrNone = ""
    environment: Annotated[Variables, AfterValidator(_box_environment)] = Field(
        default_factory=dict
    )
    setup: Annotated[tuple[Command, ...], Field(max_length=_MOST)] = ()
    each_task: Annotated[tuple[Command, ...], Field(max_length=_MOST)] | None = None
    test: CommandOrNone = ""
    ports: Ports = ()
    env_files: TreePaths = ()
    protect: TreePaths = ()
    hide: TreePaths = ()
    compose: TreePathOrNone = ""
    services: Names = ()
    service_container: Annotated[
        dict[Name, ServiceContainer], Field(max_length=_MOST)
    ] = Field(default_factory=dict, alias="service-container")

    @model_validator(mode="after")
    def _fits_together(self) -> "Project":
        bases = ("image", "dockerfile", "devcontainer")
        named = [key for key in bases if getattr(self, key)]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)}: a task has one of them")
        build = ("build_context", "build_target", "build_args")
        for key in build:
            if getattr(self, key) and not self.dockerfile:
                raise ValueError(f"{key} is for a dockerfile: name it, too")
        own = (*named, *(key for key in ("stacks", "packages") if getattr(self, key)))
        if named and named[0] != "devcontainer" and own[1:]:
            raise ValueError(
                f"{' and '.join(own)}: a project's own image has its packages itself"
            )
        if self.services and not self.compose:
            raise ValueError("services are those of a compose file: name it, too")
        twice = sorted({*self.services} & {*self.service_container})
        if twice:
            raise ValueError(f"there are two services of the name {twice[0]}")
        return self


def parsed(text: str, origin: str = FILE) -> ProjectChoice:
    """What the text says; ConfigError names `origin`, line and key of a mistake."""
    if len(text.encode(errors="surrogatepass")) > LARGEST:
        raise ConfigError(f"{origin} is larger than {LARGEST >> 10} KiB")
    try:
        body = toml_table.loads(text)
    except (ValueError, RecursionError) as error:
        problem = str(error) or "it is nested too deeply"
        raise ConfigError(f"{origin} is not valid TOML: {problem}", _HINT) from error
    try:
        shape = Project.model_validate(body)
    except ValidationError as error:
        raise _mistake(text, origin, error) from error
    return project.from_json(shape.model_dump())


def may_hold(key: str, value: object) -> bool:
    """True if the file takes the value of one key."""
    return not problem(key, value)


def problem(key: str, value: object) -> str:
    """What is wrong with the value of one key; empty if the file takes it."""
    try:
        Project.model_validate({key: value})
    except ValidationError as error:
        return _words(error.errors(include_url=False)[0])
    return ""


_HINT = "docs/PROJECTS.md explains every key"


def _mistake(text: str, origin: str, error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    keys = [str(part) for part in first["loc"] if part != "[key]"]
    source = Source(origin, tuple(text.split("\n")))
    key = safe_line(".".join(keys), 200)
    place = ": ".join(filter(None, [_line(source, keys), key]))
    return ConfigError(f"{origin}{place and ':'}{place}: {_words(first)}", _HINT)


def _words(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key"
    return error["msg"].removeprefix("Value error, ")


def _line(source: Source, keys: list[str]) -> str:
    """The line of a key, or of the table that it stands in; empty for no key."""
    words = [key for key in keys if not key.isdecimal()]
    if not words:
        return ""
    for depth in range(len(words), 0, -1):
        if table := source.header(".".join(words[:depth]), 0):
            rest = words[depth:]
            return str(source.line_of(rest[0], table) if rest else table)
    return str(source.line_of(words[0], 1))
