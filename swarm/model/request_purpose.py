"""The purpose of a denied request in words, and the service that would bring it.

The words are ours: of the agent's own text they hold only names of a strict alphabet.
Which tool asked is known by time only: it was at work when the request was denied.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from swarm.model.activity import Action
from swarm.model.frozen import frozen
from swarm.model.programs import program, tool
from swarm.policy import narrowing, services
from swarm.policy.narrowing import NAME, RELEASES
from swarm.policy.reasons import Reason
from swarm.policy.request_target import glob
from swarm.policy.services import Registries

NAME_LIMIT = 60
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*\.[A-Za-z0-9]{1,8}")
_REPO = re.compile(rf"/({NAME}/{NAME}?)(?:\.git)?/(?:info/refs|git-upload-pack)")
_FOLDERS = (
    re.compile(rf".*/node_modules/((?:@{NAME}/)?{NAME})(?:/.*)?"),
    re.compile(rf".*/pip-install-[a-z0-9_]+/({NAME}?)(?:_[0-9a-f]{{32}})?(?:/.*)?"),
)
"""Folders in which tools build a package; the innermost one is meant."""


@frozen
class Denial:
    """The part of a denied request that says what was wanted."""

    host: str
    port: int = 443
    method: str = ""
    path: str = ""
    reason: str = ""


@frozen
class Purpose:
    """What was wanted."""

    words: str = ""
    """A sentence without a full stop; empty if nothing is known but the host."""
    tool: str = ""
    service: str = ""
    """The service that brings it; empty if there is none."""
    repos: tuple[str, ...] = ()
    """The service's option of that name."""


def purpose_of(
    denial: Denial,
    commands: Sequence[Action] = (),
    registries: Registries | None = None,
) -> Purpose:
    """What a request was for; `commands` were at work when it was denied."""
    tool_chain = _tool_chain(denial, commands)
    if tool_chain:
        name, body = tool_chain
        who = tool(commands, body["programs"])
        return Purpose(f"{who or name} wants {body['wants']}", who, name)
    who = tool(commands)
    subject = who or "a program"
    if denial.reason == Reason.NOT_IN_ALLOWLIST:
        for owner, places in (registries or {}).items():
            if f"{denial.host}:{denial.port}" in places:
                words = f"{subject} wants {owner}'s registry"
                return Purpose(words, who, _service_of_registry(owner))
    path = narrowing.plain_path(denial.path)
    forge = _forge(denial.host)
    if forge and (match := _REPO.fullmatch(path)) and _is_read(denial):
        repo = match[1]
        return Purpose(f"{subject} wants to read {_short(repo)}", who, forge, (repo,))
    thing = _thing(path, commands)
    if thing or who:
        place = "a forge's release page" if _release(path) else f"{_host(denial.host)}"
        return Purpose(f"{subject} wants {thing or 'something'} from {place}", who)
    return Purpose()


def _tool_chain(
    denial: Denial, commands: Sequence[Action]
) -> tuple[str, Mapping[str, Any]] | None:
    """The service whose rules the request fits; of several the one that is at work.

    The path decides where it is known; a forge alone says nothing.
    """
    at_work = {program(command.argv) for command in commands}
    fitting = [
        (name, body)
        for name, body in services.catalogue().items()
        if "wants" in body
        and any(_fits(denial, rule) for rule in body.get("allow", ()))
    ]
    busy = [one for one in fitting if at_work.intersection(one[1]["programs"])]
    if busy:
        return busy[0]
    is_sure = len(fitting) == 1 and (denial.method or not _forge(denial.host))
    return fitting[0] if is_sure else None


def _fits(denial: Denial, rule: Mapping[str, Any]) -> bool:
    if (rule["host"], 443) != (denial.host, denial.port):
        return False
    if not denial.method:
        return True
    path = narrowing.plain_path(denial.path)
    return denial.method in rule["methods"] and (
        "paths" not in rule or any(glob(one).fullmatch(path) for one in rule["paths"])
    )


def _service_of_registry(owner: str) -> str:
    for name, body in services.catalogue().items():
        if owner in services.tools(body) and "wants" not in body:
            return name
    return ""


def _forge(host: str) -> str:
    """The service of a forge that `host` clones from; empty if it has none."""
    for name, body in services.catalogue().items():
        if body.get("git") == host:
            return name
    return ""


def _is_read(denial: Denial) -> bool:
    if denial.method == "POST":
        return True
    return denial.path.partition("?")[2] == "service=git-upload-pack"


def _release(path: str) -> re.Match[str] | None:
    matches = (shape.fullmatch(path) for shape in RELEASES)
    return next((match for match in matches if match), None)


def _thing(path: str, commands: Iterable[Action]) -> str:
    """The file and the package that it belongs to, as far as both are known."""
    if (release := _release(path)) and release["name"]:
        return f"{_short(release['name'])}'s prebuilt file"
    file = path.rpartition("/")[2]
    file = _short(file) if _FILE.fullmatch(file) else ""
    package = _package(commands)
    if not package:
        return file
    return f"{_short(package)}'s download{f' {file}' if file else ''}"


def _package(commands: Iterable[Action]) -> str:
    """The package in whose folder the newest of the commands runs."""
    for command in sorted(commands, key=lambda command: -command.at):
        for folder in _FOLDERS:
            if match := folder.fullmatch(command.other):
                return match[1]
    return ""


def _host(host: str) -> str:
    """The host in words that cannot be taken for others."""
    return _short(host) if re.fullmatch(r"[A-Za-z0-9.-]+", host) else "that host"


def _short(name: str) -> str:
    return name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 1]}…"
