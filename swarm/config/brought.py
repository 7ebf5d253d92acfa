"""Reads what a user brings to every agent: MCP servers, rules, skills and commands.

It stands in one folder, `bring/` beside the settings, whatever the agent:

    mcp.toml             [mcp.NAME] with `command`, or with `url`
    rules.md             what every agent is told
    skills/NAME/…        as agents read them
    commands/NAME.md
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from swarm.config import human_file, load
from swarm.errors import ConfigError

LARGEST = 256 << 10
"""Bytes of one file, and of all rules."""
MOST_FILES = 400
MOST_BYTES = 4 << 20
_SECRET = re.compile(
    r"(?i)key|token|secret|passw|auth|credential|cookie|private|session"
)
"""Names of variables and headers that hold secrets, as far as a name can tell."""
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
_URL = r"^https?://[^\s/?#@]+([/?][^\s@#]*)?$"
_PATH = re.compile(r"(?!\.)[A-Za-z0-9._+-]+")


class McpServer(BaseModel):
    """One server: a program in the box, or an address that is reached by the gate."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    command: tuple[str, ...] = ()
    """Its argv; it runs in the box and sees what the agent sees."""
    environment: dict[str, str] = Field(default_factory=dict)
    url: str = Field(default="", pattern=rf"^$|{_URL}")
    """Its address, without a password; the policy must allow its host."""
    headers: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> "McpServer":
        if bool(self.command) == bool(self.url):
            raise ValueError("must have either a command or a url")
        if (self.command and not self.command[0]) or (self.command and self.headers):
            raise ValueError("a command begins with a program, and has no headers")
        if self.url and self.environment:
            raise ValueError("a url has headers, and no environment")
        return self


class _McpFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mcp: dict[str, McpServer] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brought:
    """What the user brings, without the secrets that stood in it."""

    servers: dict[str, McpServer] = field(default_factory=dict)
    rules: str = ""
    skills: dict[str, str] = field(default_factory=dict)
    """Path below the folder of skills, to text."""
    commands: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """What was stripped, by its name; the values are told nowhere."""


def folder() -> Path:
    """Where it stands: `bring` beside the settings."""
    return load.user_file().with_name("bring")


def read(place: Path) -> Brought:
    """All of it; empty without the folder. ConfigError names file and key.

    A value whose variable or header is named as a secret is left out: it belongs to a
    `[secrets]` table of the policy, from which the gate puts it into requests.
    """
    if not place.is_dir():
        return Brought()
    servers, left_out = _stripped(_servers(place / "mcp.toml"))
    rules = place / "rules.md"
    text = _text(rules) if human_file.is_there(rules) else ""
    skills, commands = _files(place / "skills"), _files(place / "commands")
    return Brought(servers, text, skills, commands, tuple(left_out))


def _servers(file: Path) -> dict[str, McpServer]:
    if not human_file.is_there(file):
        return {}
    try:
        body = tomllib.loads(_text(file))
        servers = _McpFile.model_validate(body).mcp
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{file}: {key}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    for name in servers:
        if not re.match(_NAME, name):
            raise ConfigError(f"{file}: mcp.{name!r}: is no name for a server")
    return servers


def _stripped(
    servers: dict[str, McpServer],
) -> tuple[dict[str, McpServer], list[str]]:
    kept, left_out = {}, []
    for name, server in servers.items():
        changes = {}
        for key in ("environment", "headers"):
            values: dict[str, str] = getattr(server, key)
            secret = [each for each in values if _SECRET.search(each)]
            left_out += [f"mcp.{name}.{key}.{each}" for each in secret]
            changes[key] = {k: v for k, v in values.items() if k not in secret}
        kept[name] = server.model_copy(update=changes)
    return kept, left_out


def _files(place: Path) -> dict[str, str]:
    """The texts below a folder, by their paths; ConfigError for what is no text.

    Links are not followed: they could lead to what no agent is to see.
    """
    found: dict[str, str] = {}
    for file in _walk(place):
        path = file.relative_to(place)
        if not all(_PATH.fullmatch(part) for part in path.parts):
            raise ConfigError(f"{file}: its name holds a letter that is not taken")
        found[path.as_posix()] = _text(file)
        size = sum(map(len, found.values()))
        if len(found) > MOST_FILES or size > MOST_BYTES:
            raise ConfigError(
                f"{place} is too much: at most {MOST_FILES} files of "
                f"{MOST_BYTES >> 20} MiB in all"
            )
    return found


def _walk(place: Path) -> Iterator[Path]:
    if place.is_symlink() or not place.is_dir():
        return
    for entry in sorted(place.iterdir()):
        if entry.is_symlink():
            raise ConfigError(f"{entry} is a link", hint="put the file itself there")
        if entry.is_dir():
            yield from _walk(entry)
        elif not entry.name.startswith("."):
            yield entry


def _text(file: Path) -> str:
    try:
        return human_file.read(file, LARGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
