"""Reads services out of a compose file, as containers beside a task.

The text is a stranger's. What would weaken the box is refused by its name; what makes
no difference in a box, or is not done, is left out, and told if it could matter.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from swarm.config import project
from swarm.errors import ConfigError
from swarm.model.health_check import as_shell_command
from swarm.model.project import ProjectChoice, ServiceContainer
from swarm.model.safe_text import safe_line

_REFUSED = frozenset({
    "blkio_config", "cap_add", "cgroup", "cgroup_parent", "credential_spec",
    "device_cgroup_rules", "devices", "extends", "gpus", "group_add", "ipc",
    "network_mode", "oom_kill_disable", "pid", "post_start", "pre_stop", "privileged",
    "provider", "runtime", "security_opt", "sysctls", "use_api_socket", "userns_mode",
    "uts", "volumes_from",
})  # fmt: skip
"""Keys that reach out of a service's box, or lower its walls."""
_HARMLESS = {"privileged": ("false",), "network_mode": ("bridge", "none")}
"""Values of such keys that ask for nothing."""
_NO_DIFFERENCE = frozenset({
    "annotations", "attach", "cap_drop", "container_name", "depends_on", "expose",
    "hostname", "init", "labels", "links", "logging", "networks", "profiles",
    "pull_policy", "read_only", "stop_grace_period", "stop_signal",
})  # fmt: skip
"""Keys that a box fulfils by itself, or that are of no use in it."""
_TAKEN = frozenset({
    "command", "entrypoint", "environment", "healthcheck", "image", "ports", "restart",
    "tmpfs", "volumes",
})  # fmt: skip
_VARIABLE = re.compile(
    r"\$(?:\$|\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\}|([A-Za-z_]\w*))"
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|h|m|s)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_MOST_NOTES = 20


@dataclass
class _Reading:
    """One service of one file."""

    origin: str
    name: str
    notes: list[str] = field(default_factory=list)

    def wrong(self, key: str, problem: str, hint: str = "") -> ConfigError:
        place = f"{self.origin}: services.{self.name}.{safe_line(key, 80)}"
        return ConfigError(f"{place}: {problem}", hint=hint or _HINT)

    def note(self, key: str, words: str) -> None:
        self.notes.append(f"{self.origin}: {self.name}: {safe_line(key, 80)} {words}")

    def plain(self, key: str, value: object) -> str:
        """A text with its variables; those of a person's own are not read."""
        if not isinstance(value, str):
            raise self.wrong(key, "no text")
        return _VARIABLE.sub(lambda found: self._value(key, found), value)

    def _value(self, key: str, found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        default = (found[3] or "").replace("$$", "\0")
        if found[2] in ("-", ":-") and "$" not in default:
            return default.replace("\0", "$")
        name = found[1] or found[4]
        raise self.wrong(
            key,
            f"${{{name}}} has no default, and your own variables are not read",
            f"write ${{{name}:-VALUE}}, or the service into swarm.toml",
        )


_HINT = "leave it out of `services`, or write it as [service-container.NAME]"


def applied(choice: ProjectChoice, text: str) -> tuple[ProjectChoice, tuple[str, ...]]:
    """The choice with the services that it picks of its compose file, and notes.

    ConfigError for one that is not there, or asks for what no service is given.
    """
    from swarm.config import strict_yaml  # noqa: PLC0415 - for a compose file alone

    origin = choice.compose
    body = strict_yaml.read(text, origin)
    known = body.get("services") or {}
    if not isinstance(known, dict):
        raise ConfigError(f"{origin}: its `services` are no mapping of names")
    names = safe_line(", ".join(map(str, known)), 200)
    if not choice.services:
        note = f"{origin}: `services` in swarm.toml picks of: {names or 'none'}"
        return choice, (note,)
    found, notes = dict(choice.service_container), list[str]()
    if body.get("include"):
        notes.append(f"{origin}: include is not taken: no other file is read")
    for name in choice.services:
        if not isinstance(known.get(name), dict):
            problem = f"{origin}: there is no service {name}"
            raise ConfigError(problem, f"it has: {names or 'none'}")
        reading = _Reading(origin, name)
        found[name] = _service(reading, known[name])
        notes += reading.notes
    if more := len(notes[_MOST_NOTES:]):
        notes = [*notes[:_MOST_NOTES], f"{origin}: and {more} more"]
    return replace(choice, service_container=found), tuple(notes)


def _service(reading: _Reading, body: Mapping[str, Any]) -> ServiceContainer:
    for key in body:
        _require_allowed(reading, str(key), body[key])
    if "image" not in body:
        raise reading.wrong("image", "there is none: nothing is built for a service")
    command = _argv(reading, "command", body.get("command"))
    entrypoint = _argv(reading, "entrypoint", body.get("entrypoint"))
    port = _port(reading, body.get("ports"))
    health, seconds = _health(reading, body.get("healthcheck"))
    shape = {
        "image": reading.plain("image", body["image"]),
        "environment": dict(_environment(reading, body.get("environment"))),
        "entrypoint": entrypoint,
        "command": command,
        "data": tuple(dict.fromkeys(_data(reading, body))),
        "health": health,
        "port": port,
        "health_seconds": seconds,
        "restart": _restart(reading, body.get("restart")),
    }
    try:
        checked = project.ServiceContainer.model_validate(shape)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else "image"
        key = {"data": "volumes", "port": "ports"}.get(key, key)
        problem = first["msg"].removeprefix("Value error, ")
        raise reading.wrong(key, problem) from error
    return ServiceContainer(**checked.model_dump())


def _require_allowed(reading: _Reading, key: str, value: object) -> None:
    if key in _REFUSED and value not in (None, [], *_HARMLESS.get(key, ())):
        raise reading.wrong(key, "a service beside a task has no such thing")
    if key == "build":
        reading.note(key, "is not done: its `image` has to be there")
    elif key not in _TAKEN | _NO_DIFFERENCE | _REFUSED and not key.startswith("x-"):
        reading.note(key, "is not taken")


def _argv(reading: _Reading, key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(reading.plain(key, word) for word in value)
    try:
        return tuple(shlex.split(reading.plain(key, value)))
    except ValueError as error:
        raise reading.wrong(key, str(error)) from error


def _environment(reading: _Reading, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        texts = [reading.plain("environment", each) for each in value]
        pairs = [
            (n, v if eq else None) for n, eq, v in (t.partition("=") for t in texts)
        ]
    else:
        raise reading.wrong("environment", "neither a mapping nor a list")
    for name, content in pairs:
        if content is None:
            reading.note(f"environment.{name}", "is your own variable: it is not read")
        else:
            key = f"environment.{name}"
            is_ready = isinstance(value, list)
            yield str(name), content if is_ready else reading.plain(key, content)


def _port(reading: _Reading, value: object) -> int | None:
    """The first port that it listens at, in the box's own localhost."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise reading.wrong("ports", "no list")
    found = [_one_port(reading, each) for each in value]
    for published, target in found:
        if published and published != target:
            reading.note("ports", f"it answers at localhost:{target}, not {published}")
    return int(found[0][1]) if found else None


def _one_port(reading: _Reading, value: object) -> tuple[str, str]:
    """What is published, and where the service listens."""
    if isinstance(value, dict):
        target = reading.plain("ports", value.get("target"))
        published = reading.plain("ports", value.get("published") or "")
    else:
        text = reading.plain("ports", value).partition("/")[0]
        published, _, target = text.rpartition(":")
        published = published.rpartition(":")[2]
    if not re.fullmatch(r"[0-9]{1,5}", target):
        raise reading.wrong("ports", f"{safe_line(target, 40)!r} is no port")
    return published, target


def _data(reading: _Reading, body: Mapping[str, Any]) -> Iterator[str]:
    """The folders that it writes to: named volumes, unnamed ones and memory."""
    for key in ("volumes", "tmpfs"):
        value = body.get(key) or []
        for each in value if isinstance(value, list) else [value]:
            place = _one_volume(reading, key, each)
            if place.strip("/").split("/")[0] not in ("tmp", "run", "dev"):
                yield place


def _one_volume(reading: _Reading, key: str, value: object) -> str:
    if isinstance(value, dict):
        kind = value.get("type")
        if kind not in ("volume", "tmpfs"):
            raise reading.wrong(key, f"{_shown(value.get('source'))}: {_NO_PATH}")
        return reading.plain(key, value.get("target"))
    text = reading.plain(key, value)
    if key == "tmpfs":
        return text.partition(":")[0]
    source, colon, rest = text.partition(":")
    if not colon:
        return source
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", source):
        raise reading.wrong(key, f"{_shown(source)}: {_NO_PATH}")
    return rest.partition(":")[0]


_NO_PATH = "a service sees no path of this machine, nor of the repository"


def _shown(value: object) -> str:
    return safe_line(str(value), 100)


def _health(reading: _Reading, value: object) -> tuple[str, int]:
    """The check as a shell's command, and the time in which it must succeed."""
    usual = ServiceContainer().health_seconds
    if not isinstance(value, dict) or value.get("disable") == "true":
        return "", usual
    test = value.get("test")
    if isinstance(test, str):
        command = reading.plain("healthcheck", test)
    else:
        command = as_shell_command(_argv(reading, "healthcheck", test))
    retries = str(value.get("retries", "3"))
    tries = int(retries) if re.fullmatch(r"[0-9]{1,4}", retries) else 3
    interval = _seconds(value.get("interval")) or 30.0
    wait = _seconds(value.get("start_period")) + tries * interval
    return command, min(3600, max(usual, round(wait)))


_RESTARTS = {
    "no": "no",
    "false": "no",
    "on-failure": "on-failure",
    "always": "always",
    "unless-stopped": "always",
}


def _restart(reading: _Reading, value: object) -> str:
    """When it is started again; how often is the box's own bound."""
    if value is None:
        return ServiceContainer().restart
    word = reading.plain("restart", value).partition(":")[0]
    if word not in _RESTARTS:
        raise reading.wrong("restart", f"{_shown(word)}: {', '.join(_RESTARTS)}")
    return _RESTARTS[word]


def _seconds(value: object) -> float:
    parts = _DURATION.findall(value) if isinstance(value, str) else []
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))
