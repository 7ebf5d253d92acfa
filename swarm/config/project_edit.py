"""Changes single keys of a `swarm.toml`; comments and order stay."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from swarm.config import project as project_file
from swarm.config import project_text
from swarm.config.project_text import in_order
from swarm.errors import ConfigError
from swarm.model.project import FILE


def with_values(text: str, values: Mapping[str, Any]) -> str:
    """The text with these keys of the first table set; an empty value takes one out.

    ConfigError if the text is no valid `swarm.toml`, before or after, or is written so
    oddly that nothing but a human can change it.
    """
    wanted = in_order(replace(project_file.parsed(text), **values))
    for key, value in values.items():
        text = _with_value(text, key, value)
    if project_file.parsed(text) != wanted:
        raise ConfigError(f"{FILE} is written too oddly to be changed", _BY_HAND)
    return text


def with_added(text: str, key: str, names: Iterable[str]) -> str:
    """The text with more names in a list, each once; ConfigError as `with_values`."""
    there = getattr(project_file.parsed(text), key)
    more = [name for name in dict.fromkeys(names) if name not in there]
    return with_values(text, {key: (*there, *more)}) if more else text


_BY_HAND = "change it by hand; `swarm repo trust` then has it used"


def _with_value(text: str, key: str, value: Any) -> str:
    try:
        body = tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise ConfigError(f"{FILE} cannot be changed: {error}", _BY_HAND) from error
    # An empty `each_task` says something, too.
    is_there = value is not None if key == "each_task" else bool(value)
    if key not in body:
        return _with_line(text, key, value) if is_there else text
    if not is_there:
        del body[key]
    else:
        # Read from the text that a new file would have, so that both look alike.
        body[key] = tomlkit.parse(f"{key} = {project_text.toml(value)}")[key]
    return tomlkit.dumps(body)


def _with_line(text: str, key: str, value: Any) -> str:
    """The text with a line for the key, in the place of its example if there is one.

    Before the first table: after its header the line would be that table's own.
    """
    lines = text.splitlines()
    is_table = [line.lstrip().startswith("[") for line in lines]
    end = is_table.index(True) if True in is_table else len(lines)
    added = f"{key} = {project_text.toml(value)}".split("\n")
    example = re.compile(rf"#\s*{re.escape(key)}\s*=")
    for number, line in enumerate(lines[:end]):
        if example.match(line):
            lines[number : number + 1] = added
            return "\n".join(lines) + "\n"
    while end and lines[end - 1].startswith("#") and end < len(lines):
        end -= 1  # a comment right above the table belongs to it
    more = [*added, ""] if end < len(lines) else added
    return "\n".join([*lines[:end], *more, *lines[end:]]) + "\n"
