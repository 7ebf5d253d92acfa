"""Changes one list of the user's config.toml; comments and order stay."""

import tomllib
from collections.abc import Sequence

import tomlkit
from tomlkit.exceptions import TOMLKitError

from swarm.errors import ConfigError


def with_list(text: str, table: str, key: str, values: Sequence[str]) -> str:
    """The text with these values in the list; ConfigError if only a human can do it."""
    try:
        body = tomlkit.parse(text)
        if table not in body:
            body[table] = tomlkit.table()
        body[table][key] = list(values)
        changed = tomlkit.dumps(body)
        found = tomllib.loads(changed)[table][key]
    except (TOMLKitError, TypeError, KeyError, ValueError, RecursionError) as error:
        words = f"config.toml cannot be changed: {error}"
        raise ConfigError(words, _BY_HAND) from error
    if found != list(values):
        raise ConfigError("config.toml is written too oddly to be changed", _BY_HAND)
    return changed


_BY_HAND = "change it by hand"
