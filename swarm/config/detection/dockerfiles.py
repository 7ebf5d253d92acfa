"""Reads what a project's Dockerfile says of its tools: versions and packages.

It is read as a suggestion: the image that it makes may be of another distribution, and
for another purpose than tests.
"""

import re
from dataclasses import dataclass, field

from swarm.config import dockerfile
from swarm.config.detection import image_versions, system_packages
from swarm.config.detection.system_packages import Installed
from swarm.config.detection.tree import Tree
from swarm.config.detection.wanted import DOCKERFILES
from swarm.model.detected import Pin

_ARG = re.compile(r"ARG\s+([A-Za-z_]\w{0,60})=[\"']?([\w.:/-]{1,100})", re.IGNORECASE)
_FROM = re.compile(r"FROM\s+(?:--\S+\s+)*(\S{1,300})", re.IGNORECASE)
_RUN = re.compile(r"RUN\s+(.*)", re.IGNORECASE | re.DOTALL)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,60})(?::-([\w.-]{0,60}))?\}?")
_TO_RUN_IT = frozenset(
    ["apache2", "nginx", "haproxy", "openssh-client", "openssh-server", "vim", "nano",
     "supervisor", "cron", "zsh", "fish", "tmux", "screen", "htop", "wget", "unzip",
     "libreoffice", "iputils-ping", "net-tools", "netcat-openbsd", "tree"]
)  # fmt: skip
"""What images have to serve with or to look around, and no test wants."""
MOST_INSTRUCTIONS = 500


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the first Dockerfile that is there names."""

    pins: tuple[Pin, ...] = ()
    installed: Installed = field(default_factory=Installed)


def read(tree: Tree) -> Suggested:
    """The versions of its base images, and the packages that any stage installs."""
    path = next((each for each in DOCKERFILES if each in tree.contents), "")
    defaults: dict[str, str] = {}
    pins: dict[str, Pin] = {}
    names: list[str] = []
    for line in dockerfile.instructions(tree.text("", path))[:MOST_INSTRUCTIONS]:
        text = line.strip()
        if argument := _ARG.match(text):
            defaults.setdefault(argument[1], argument[2])
        elif base := _FROM.match(text):
            if version := image_versions.version(_expanded(base[1], defaults)):
                pins.setdefault(version[0], Pin(*version, path))
        elif run := _RUN.match(text):
            names += system_packages.names(run[1])
    installed = Installed()
    installed.add((name for name in names if name not in _TO_RUN_IT), path)
    # A server in an image is often its own: a service beside a task is asked for
    # elsewhere. What is unknown is the image's business.
    return Suggested(
        tuple(pins.values()), Installed(installed.packages, installed.stacks)
    )


def _expanded(image: str, defaults: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda m: defaults.get(m[1], m[2] or ""), image)
