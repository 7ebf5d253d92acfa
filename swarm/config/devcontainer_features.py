"""Which features of a `devcontainer.json` a box can have: as a stack or as packages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from swarm.model.toolchain import STACKS
from swarm.model.wanted_tools import ENGINE_ANSWER

LeaveOut = Callable[[str, str], None]
"""Takes a feature's key and why a box has it not."""

_OFFICIAL = re.compile(
    r"(?:ghcr\.io/devcontainers/features/)?([a-z0-9-]{1,60})(?:[:@].*)?"
)
_STACKS = ("go", "java", "node", "python", "ruby", "rust")
_PACKAGES = {
    "common-utils": (),
    "git": (),
    "git-lfs": ("git-lfs",),
    "github-cli": ("gh",),
    "hugo": ("hugo",),
    "php": ("composer", "php-cli"),
}
"""Debian's packages for what is no stack; none for what every box has."""
_ENGINE = f"there is no container engine in a box: {ENGINE_ANSWER}"
_NOT_HAD = {
    **dict.fromkeys(
        (
            "docker-in-docker",
            "docker-outside-of-docker",
            "docker-from-docker",
            "kubectl-helm-minikube",
        ),
        _ENGINE,
    ),
    "sshd": "nothing leads into a box but `swarm shell`",
    "desktop-lite": "there is no screen in a box; the stack `browser` has Chromium",
}
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+*/-]{0,39}")


@dataclass(frozen=True, slots=True)
class Features:
    """What the features come to."""

    stacks: tuple[str, ...]
    packages: tuple[str, ...]
    pins: tuple[tuple[str, str], ...]


def of(features: Mapping[str, Mapping[str, Any]], leave_out: LeaveOut) -> Features:
    """The stacks, packages and pins; one that cannot be had is left out by name."""
    stacks: list[str] = []
    packages: list[str] = []
    pins: dict[str, str] = {}
    for key, options in features.items():
        match = _OFFICIAL.fullmatch(key)
        name = match[1] if match else ""
        if name in _STACKS:
            version = str(options.get("version", ""))
            exact = name + ".".join(version.split(".")[:2])
            stacks.append(exact if exact in STACKS else name)
            if _VERSION.fullmatch(version) and version not in ("latest", "os-provided"):
                pins[name] = version
        elif name in _PACKAGES:
            packages += _PACKAGES[name]
        else:
            leave_out(f"features.{key}", _NOT_HAD.get(name, "a box cannot have it"))
    return Features(
        tuple(dict.fromkeys(stacks)),
        tuple(dict.fromkeys(packages)),
        tuple(pins.items()),
    )
