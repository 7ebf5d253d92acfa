"""Reads what is brought to every agent: MCP servers, rules, skills and commands.

It stands in one folder, whatever the agent: the user's is `bring/` beside the settings,
a repository's is `.swarm/bring/` at a task's base:

    mcp.toml             [mcp.NAME] with `command`, or with `url`
    rules.md             what every agent is told
    skills/NAME/…        as agents read them
    commands/NAME.md
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from swarm.config import human_file, load, secret_text
from swarm.errors import ConfigError

LARGEST = 256 << 10
"""Bytes of one file, and of all rules."""
MOST_FILES = 400
MOST_BYTES = 4 << 20
REPO_FOLDER = ".swarm/bring"
"""The folder of a repository; what it holds counts once a human has agreed to it."""
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
_URL = r"^https?://[^\s/?#@]+([/?][^\s@#]*)?$"
_PATH = re.compile(r"(?!\.)[A-Za-z0-9._+-]+")
_OPTION = re.compile(r"--?([A-Za-z0-9_-]+)")
_QUERY = re.compile(r"([?&])([^=&?#]+)=([^&#]*)")


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
    """What is brought, without the secrets that stood in it."""

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
    """All that stands in a folder of the user's; empty without it.

    ConfigError names file and key. Secrets are left out: they belong to a `[secrets]`
    table of the policy, from which the gate puts them into requests.
    """
    if not place.is_dir():
        return Brought()
    texts = {
        name: _text(place / name)
        for name in ("mcp.toml", "rules.md")
        if human_file.is_there(place / name)
    }
    for name in ("skills", "commands"):
        for file in _walk(place / name):
            texts[file.relative_to(place).as_posix()] = _text(file)
            check_size(texts, str(place / name))
    return parsed(texts, f"{place}/")


def parsed(texts: Mapping[str, str], origin: str) -> Brought:
    """The same of texts by their paths in the folder; `origin` stands before a path."""
    check_size(texts, origin)
    servers, left_out = _stripped(_servers(texts.get("mcp.toml", ""), origin))
    clean: dict[str, str] = {}
    for path, text in texts.items():
        if path == "mcp.toml":
            continue
        if not all(_PATH.fullmatch(part) for part in path.split("/")):
            raise ConfigError(f"{origin}{path}: its name holds a letter not taken")
        clean[path], lines = secret_text.stripped(text)
        left_out += [f"{path}:{line}" for line in lines]
    return Brought(
        servers,
        clean.get("rules.md", ""),
        _below("skills/", clean),
        _below("commands/", clean),
        tuple(left_out),
    )


def digest(texts: Mapping[str, str]) -> str:
    """What a human agrees to: another one for any other path or text."""
    parts = (f"{len(path)}:{path}{len(texts[path])}:{texts[path]}" for path in texts)
    return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()


def joined(own: Brought, repository: Brought) -> Brought:
    """Both, one after the other; of the same name the user's own counts."""
    return Brought(
        {**repository.servers, **own.servers},
        "\n\n".join(filter(None, (own.rules.strip(), repository.rules.strip()))),
        {**repository.skills, **own.skills},
        {**repository.commands, **own.commands},
        (*own.left_out, *repository.left_out),
    )


def _below(folder: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {
        path.removeprefix(folder): text
        for path, text in texts.items()
        if path.startswith(folder)
    }


def check_size(texts: Mapping[str, str], place: str) -> None:
    """ConfigError for more files, or longer ones, than are taken."""
    if len(texts) > MOST_FILES or sum(map(len, texts.values())) > MOST_BYTES:
        raise ConfigError(
            f"{place} is too much: at most {MOST_FILES} files of "
            f"{MOST_BYTES >> 20} MiB in all"
        )


def _servers(text: str, origin: str) -> dict[str, McpServer]:
    file = f"{origin}mcp.toml"
    try:
        servers = _McpFile.model_validate(tomllib.loads(text)).mcp
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
        place = f"mcp.{name}"
        changes: dict[str, object] = {}
        for key in ("environment", "headers"):
            values: dict[str, str] = getattr(server, key)
            secret = [each for each in values if _is_secret(each, values[each])]
            left_out += [f"{place}.{key}.{each}" for each in secret]
            changes[key] = {k: v for k, v in values.items() if k not in secret}
        command = _without_secrets(server.command)
        pairs = enumerate(zip(server.command, command, strict=True))
        left_out += [f"{place}.command[{i}]" for i, (was, now) in pairs if was != now]
        url = _QUERY.sub(_kept_parameter, secret_text.stripped(server.url)[0])
        left_out += [f"{place}.url"] if url != server.url else []
        kept[name] = server.model_copy(
            update={**changes, "command": command, "url": url}
        )
    return kept, left_out


def _is_secret(name: str, value: str) -> bool:
    return bool(secret_text.NAME.search(name) or secret_text.stripped(value)[1])


def _without_secrets(command: tuple[str, ...]) -> tuple[str, ...]:
    """The argv; a value after, or in, an option that is named as a secret is none."""
    found: list[str] = []
    option = ""
    for word in command:
        name, equals, value = word.partition("=")
        match = _OPTION.fullmatch(name)
        if option and not match:
            word = secret_text.LEFT_OUT
        elif match and equals and value and secret_text.OPTION.search(match[1]):
            word = f"{name}={secret_text.LEFT_OUT}"
        is_named = match and not equals and secret_text.OPTION.search(match[1])
        option = name if is_named else ""
        found.append(secret_text.stripped(word)[0])
    return tuple(found)


def _kept_parameter(match: re.Match[str]) -> str:
    if not secret_text.OPTION.search(match[2]):
        return match.group()
    return f"{match[1]}{match[2]}={secret_text.LEFT_OUT}"


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
        return human_file.text(file, LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        why = human_file.fault(error)
        raise ConfigError(f"{file} cannot be read: {why}") from error
