"""Reads an agent's TOML file; what is unknown, missing or of a wrong type is refused.

An error is a PlanError that names the file, the key, and what belongs there.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from swarm.agents.checks import CHECKS, Mistake
from swarm.agents.description import Agent
from swarm.errors import PlanError

KEYS = frozenset({"version", *(each.name for each in fields(Agent))}) - {"name"}
"""The keys of a file's first level."""
FORMAT = 1
"""The version of the files that this swarm reads."""
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    dict: "a table",
    tuple: "a list",
}


def read(text: str, name: str, file: str) -> Agent:
    """The agent `name` that the text of `file` describes; PlanError for a mistake."""
    try:
        body = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(
            f"{file} is not valid TOML: {error}",
            hint="put the line right; CONTRIBUTING.md shows such a file",
        ) from error
    return from_table(body, name, file)


def from_table(body: dict[str, Any], name: str, file: str) -> Agent:
    """The agent of a table that was read from `file`; PlanError for a mistake."""
    try:
        agent = _agent(body, name)
    except Mistake as mistake:
        raise PlanError(
            f"{file}: {mistake}",
            hint="the keys are those of `swarm agent show claude`; CONTRIBUTING.md "
            "explains them",
        ) from mistake
    return agent


def _agent(body: dict[str, Any], name: str) -> Agent:
    _check_format(body.get("version", FORMAT))
    if "name" in body:
        raise Mistake("name", "unknown key; the file's name is the agent's")
    keys = {key: value for key, value in body.items() if key != "version"}
    agent: Agent = _table(Agent, {**keys, "name": name}, "")
    for check in CHECKS:
        check(agent)
    return agent


def _check_format(version: object) -> None:
    if type(version) is not int or version != FORMAT:
        raise Mistake(
            "version",
            f"must be a number; this swarm reads version = {FORMAT} alone",
        )


@cache
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


def _table(shape: type, body: object, key: str) -> Any:
    """A value of the class `shape` from a table of TOML."""
    if not isinstance(body, dict):
        raise Mistake(key, "must be a table")
    known = {each.name: each for each in _fields(shape)}
    for name in body:
        if name not in known:
            raise Mistake(_join(key, name), f"unknown key; {_nearest(name, known)}")
    for name, each in known.items():
        has_default = not (each.default is MISSING and each.default_factory is MISSING)
        if name not in body and not has_default:
            raise Mistake(_join(key, name), "is missing")
    hints = _hints(shape)
    return shape(**{n: _value(hints[n], v, _join(key, n)) for n, v in body.items()})


def _nearest(name: str, known: Iterable[str]) -> str:
    """The key that was meant, by its letters; else all that there are."""
    keys = [each for each in known if each != "name"]
    near = difflib.get_close_matches(name, keys, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(keys)}"


def _fields(shape: Any) -> tuple[Field[Any], ...]:
    return fields(shape)


def _value(kind: Any, value: object, key: str) -> Any:
    """The value as the type `kind` of a field; `Mistake` if it is none."""
    origin = get_origin(kind)
    if origin is Literal:
        if value not in get_args(kind) or not isinstance(value, str):
            choices = ", ".join(f'"{each}"' for each in get_args(kind))
            raise Mistake(key, f"must be one of {choices}")
        return value
    if origin is UnionType:
        return _value(get_args(kind)[0], value, key)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        return _table(kind, value, key)
    if origin is tuple:
        item = get_args(kind)[0]
        if is_dataclass(item) and isinstance(value, dict):
            return (_value(item, value, key),)
        if not isinstance(value, list):
            raise Mistake(key, "must be a list")
        return tuple(_value(item, v, f"{key}[{i}]") for i, v in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise Mistake(key, "must be a table")
        item = get_args(kind)[1]
        return {name: _value(item, v, _join(key, name)) for name, v in value.items()}
    if type(value) is not kind:
        raise Mistake(key, f"must be {_TYPES[kind]}")
    if kind is str:
        _check_text(str(value), key)
    return value


def _check_text(value: str, key: str) -> None:
    if "\0" in value:
        raise Mistake(key, "holds a NUL character")


def _join(key: str, name: str) -> str:
    quoted = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else repr(name)
    return f"{key}.{quoted}" if key else quoted
