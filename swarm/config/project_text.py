"""Writes a `swarm.toml`: short, each key with a comment on why it has its value."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from swarm.config import project as project_file
from swarm.config.detection.suggestions import BY_CI, UNKNOWN
from swarm.errors import ConfigError
from swarm.model.detected import Detected
from swarm.model.project import FILE, ProjectChoice, ServiceContainer
from swarm.model.safe_text import safe_line

_HEAD = """\
# What every task of this project has in its box. `swarm init` wrote it; it is yours to
# edit: `swarm repo trust` shows the new text and has it used.
version = 1
"""
_LONGEST = 88
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MOST_REASONS = 6
_TITLES = {
    "agent": "The agent of a task that names none",
    "stacks": "Languages' tools: `swarm image stacks`",
    "packages": "Debian packages beside them",
    "image": "The image that tasks stand on",
    "dockerfile": "The Dockerfile of the image that tasks stand on",
    "build_context": "The folder that its build sees",
    "build_target": "Its stage",
    "build_args": "Arguments of its build",
    "devcontainer": "The devcontainer that tasks stand on",
    "environment": "Variables of the box",
    "setup": "Runs in the box, behind the gate, before the agent starts",
    "each_task": "Runs after it in each task, and fills its services",
    "test": "Tests the project",
    "ports": "Servers of the project's own: `swarm open ID PORT`",
    "env_files": "Files of variables, of which secrets stay outside",
    "protect": "What no agent may write",
    "hide": "What no agent may see",
    "compose": "A compose file, and its services that run beside each task",
    "services": "",
}
"""Keys in their order, each with its comment."""
_EXAMPLES: dict[str, object] = {
    "agent": "claude",
    "stacks": ("python",),
    "packages": ("libpq-dev",),
    "setup": ("make deps",),
    "test": "make test",
    "ports": (3000,),
    "env_files": (".env",),
    "protect": (".github",),
    "hide": ("secrets",),
}
"""What a key without a value shows, commented out."""


def text(choice: ProjectChoice, detected: Detected) -> str:
    """The file's text, which reads back as the choice.

    ConfigError if a value is none that the file may hold.
    """
    lines = [_HEAD]
    for key, title in _TITLES.items():
        lines += _key(key, title, getattr(choice, key), detected)
    lines += _service_examples(choice, detected)
    for name, service in choice.service_container.items():
        lines += [*_why_service(name, detected), *_service(name, service), ""]
    written = "\n".join(lines).rstrip() + "\n"
    if project_file.parsed(written) != in_order(choice):
        raise ConfigError(f"{FILE} would not read back as what was chosen")
    return written


def in_order(choice: ProjectChoice) -> ProjectChoice:
    """The choice as the reader gives it: names of tools in order."""
    stacks, packages = sorted({*choice.stacks}), sorted({*choice.packages})
    return replace(choice, stacks=tuple(stacks), packages=tuple(packages))


def _key(key: str, title: str, value: object, detected: Detected) -> Iterator[str]:
    if value or (key == "each_task" and value is not None):
        if title:
            yield f"# {title}"
        yield from _reasons(key, detected)
        yield from f"{key} = {toml(value)}".split("\n")
    elif key in _EXAMPLES:
        yield f"# {title}"
        if key == "packages":
            yield from _unknown(detected)
        yield f"# {key} = {toml(_EXAMPLES[key])}"
    else:
        return
    yield ""


def _reasons(key: str, detected: Detected) -> Iterator[str]:
    """Comments; a path in them is a stranger's, and is made one line of plain text."""
    reasons = detected.because(key)
    if key == "setup":
        reasons = tuple(dict.fromkeys(r.rpartition(": ")[2] for r in reasons))
    if key == "each_task":
        commands = (
            f"{safe_line(r.value, 100)} ({r.because})" for r in detected.reasons_of(key)
        )
        reasons = tuple(f"such as {each}" for each in commands)
    if key == "test":
        reasons = tuple(r.rpartition(": ")[2] for r in reasons)
    for reason in reasons[:_MOST_REASONS]:
        yield f"#   {safe_line(reason, 150)}"
    if more := len(reasons[_MOST_REASONS:]):
        yield f"#   and {more} more"
    if key == "test":
        for by_ci in detected.reasons_of(BY_CI):
            yield f"#   {safe_line(f'{by_ci.because} runs `{by_ci.value}`', 150)}"
    if key == "packages":
        yield from _unknown(detected)


def _unknown(detected: Detected) -> Iterator[str]:
    """Names that files install and that may be another distribution's."""
    names: dict[str, list[str]] = {}
    for reason in detected.reasons_of(UNKNOWN):
        names.setdefault(reason.because, []).append(reason.value)
    for file, each in names.items():
        listed = safe_line(", ".join(each[:_MOST_REASONS]), 150)
        yield f"#   {safe_line(file, 100)} also installs {listed}: is it Debian's?"


def _why_service(name: str, detected: Detected) -> Iterator[str]:
    yield "# Runs beside each task, at the box's own localhost"
    for reason in detected.reasons:
        if (reason.key, reason.value) == ("service-container", name):
            yield f"#   {safe_line(reason.because, 150)}"


def _service_examples(choice: ProjectChoice, detected: Detected) -> Iterator[str]:
    """Services that libraries speak to and that are not chosen, commented out."""
    chosen = {service.recipe for service in choice.service_container.values()}
    recipes = [
        reason
        for reason in detected.reasons_of("wants")
        if reason.value not in chosen and reason.value not in choice.service_container
    ]
    if chosen and not recipes:
        return
    yield "# A database, cache or queue beside each task, at the box's own localhost"
    if not recipes:
        yield from ("# [service-container.db]", '# recipe = "postgres"')
    for reason in recipes:
        yield f"#   {safe_line(reason.because, 150)} speaks to {reason.value}"
        yield from (f"# [service-container.{reason.value}]",
                    f"# recipe = {toml(reason.value)}")  # fmt: skip
    if chosen:
        yield ""


def _service(name: str, service: ServiceContainer) -> Iterator[str]:
    yield f"[service-container.{_key_text(name)}]"
    default = ServiceContainer()
    for key in (
        "recipe",
        "image",
        "entrypoint",
        "command",
        "data",
        "health",
        "port",
        "health_seconds",
        "restart",
    ):
        value = getattr(service, key)
        if value != getattr(default, key):
            yield f"{key} = {toml(value)}"
    if service.environment:
        yield f"environment = {toml(service.environment)}"


def toml(value: object) -> str:
    """A value as TOML; a list that is too long for a line has a line for each item."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        pairs = (f"{_key_text(key)} = {toml(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Iterable):
        items = [toml(each) for each in value]
        line = f"[{', '.join(items)}]"
        if len(line) <= _LONGEST - len("packages = "):
            return line
        return "\n".join(["[", *(f"    {item}," for item in items), "]"])
    return str(value)


def _key_text(name: str) -> str:
    """A key as TOML has it: one with a dot would be two."""
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    # JSON's escapes are among TOML's; DEL, which JSON leaves as it is, is not allowed.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
