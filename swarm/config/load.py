"""Reads the config: defaults, then the user's file; errors name file and key."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from swarm.config import agent_names, human_file
from swarm.config.schema import Config
from swarm.errors import ConfigError

DEFAULTS = Path(__file__).with_name("defaults.toml")


def user_file() -> Path:
    """The user's settings: `$SWARM_CONFIG`, else in the XDG config folder."""
    named = os.environ.get("SWARM_CONFIG")
    if named:
        return Path(named)
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "swarm" / "config.toml"


def load(file: Path) -> Config:
    """The settings in force; ConfigError names file, line or key, and what it wants."""
    settings = _read(DEFAULTS)
    if human_file.is_there(file):
        _merge(settings, _read(file))
    try:
        config = Config.model_validate(settings)
    except ValidationError as error:
        raise _config_error(file, error) from error
    _check_agents(file, config)
    return config


def _check_agents(file: Path, config: Config) -> None:
    """ConfigError for an agent that a setting names and that there is not."""
    named = [(["agents", name], name) for name in config.agents]
    named += [(["sandbox", "agents"], name) for name in config.sandbox.agents]
    named += [(["agent"], config.agent)] if config.agent else []
    for keys, name in named:
        problem = agent_names.unknown(name, file.with_name("agents"))
        if problem:
            raise _mistake(file, keys, problem)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(human_file.text(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{file} is not valid TOML: {error}", hint="mend the file, then try again"
        ) from error


def _merge(into: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _config_error(file: Path, error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    keys = [str(part) for part in first["loc"]]
    problem = (
        "unknown key"
        if first["type"] == "extra_forbidden"
        else first["msg"].removeprefix("Value error, ")
    )
    return _mistake(file, keys, problem)


def _mistake(file: Path, keys: list[str], problem: str) -> ConfigError:
    return ConfigError(
        f"{file}{_line_of(file, keys)}: {'.'.join(keys)}: {problem}",
        hint=f"every key is explained in {DEFAULTS}",
    )


def _line_of(file: Path, keys: list[str]) -> str:
    """`:7` for a key and the tables that it stands in; empty without a file."""
    if not human_file.is_there(file):
        return ""
    from swarm.policy.toml_table import Source  # noqa: PLC0415 - for a mistake only

    text = human_file.text(file)
    source = Source(str(file), tuple(text.split("\n")))
    table_line = 1
    for depth in range(1, len(keys)):
        table_line = source.header(".".join(keys[:depth]), table_line)
    own_line = source.header(".".join(keys), 0)  # the key is itself a table
    return f":{own_line or source.line_of(keys[-1], table_line)}"
