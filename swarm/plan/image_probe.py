"""The one-shot container that shows what a sandbox of an image would have.

It is a sandbox in all but its work: the same floor, the same places of mounts, and
nothing of a task's behind them.
"""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from swarm.plan import accounts, hardening, sandbox_environment
from swarm.plan.specs import (
    AGENT_HOME,
    LENT_OBJECTS,
    PRIVATE_GIT,
    WORKSPACE,
    Limits,
    Mount,
    SandboxSpec,
)

ANSWER_LIMIT = 4096
"""Bytes of a probe's answer."""
FOLDERS = (WORKSPACE, PRIVATE_GIT, LENT_OBJECTS, sandbox_environment.FOLDER)
"""What a task has there must not be hidden by a volume of the image."""

_BASHES = ("bash", "/bin/bash", "/usr/bin/bash")
SHELLS = (*_BASHES, "sh", "/bin/sh")
"""Shells in order of preference, found by the image's PATH or where they lie."""
STARTS = ("sh", "/bin/sh", *_BASHES)
"""What a probe begins with, one after the other until one starts."""

# By hand through PATH: busybox takes a program of its own for one that is there.
_SCRIPT = f"""
bash_at() {{
    [ -x "$1" ] && "$1" -c : >/dev/null 2>&1 && echo "shell $2"
}}
IFS=:
for folder in $PATH; do bash_at "$folder/bash" bash; done
unset IFS
for file in {" ".join(_BASHES[1:])}; do bash_at "$file" "$file"; done
command -v "$1" >/dev/null 2>&1 && echo program
command -v git >/dev/null 2>&1 && echo git
[ -w {AGENT_HOME} ] && echo home
:
"""
_LIMITS = Limits(memory=256 << 20, cpus=1.0, pids=64, nofile=256, tmp=1 << 20)


@dataclass(frozen=True, slots=True)
class ImageTraits:
    """What a task's plan has to know of the image it stands on."""

    shell: str = "bash"
    """One of `SHELLS`, the best that runs."""
    has_program: bool = True
    """The program that was asked for is there."""
    has_git: bool = True
    home_is_open: bool = True
    """The agent can write into a new volume at its home."""


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """What a probe looks at, and as whom."""

    image: str
    user: str
    """`uid:gid`, the agent's."""
    program: str
    """What the agent begins with."""
    folder: str
    """The host's folder with an empty folder `empty` and an empty file `file`."""
    seccomp: str
    runtime: str = ""
    userns: str = ""
    relabel: bool = False
    """With SELinux: the folder gets the label that containers share."""


def probe(
    request: ProbeRequest, name: str, labels: dict[str, str], shell: str
) -> SandboxSpec:
    """The probe, begun by `shell`."""
    spec = SandboxSpec(
        name=name,
        image=request.image,
        argv=(shell, "-c", _SCRIPT, "swarm-probe", request.program),
        user=request.user,
        labels=labels,
        mounts=tuple(
            replace(mount, relabel=request.relabel) for mount in _mounts(request.folder)
        ),
        limits=_LIMITS,
        runtime=request.runtime,
        seccomp=request.seccomp,
        userns=request.userns,
        tmpfs=dict.fromkeys(("/tmp", "/run"), "rw,nosuid,nodev,size=1048576"),  # noqa: S108 - inside
        terminal=False,
        # Without one the engine itself says that a program does not start.
        init=False,
    )
    hardening.refuse(spec)
    return spec


def traits(answer: bytes, shell: str) -> ImageTraits:
    """What the answer of a probe that began with `shell` says.

    A line that is not the script's says nothing.
    """
    lines = answer.decode("ascii", "replace").splitlines()
    bashes = (bash for bash in _BASHES if f"shell {bash}" in lines)
    return ImageTraits(
        next(bashes, shell), "program" in lines, "git" in lines, "home" in lines
    )


def hiding_volumes(volumes: Iterable[str]) -> list[str]:
    """The image's own volumes that would lie inside a folder of the task's."""
    return [volume for volume in volumes if _is_inside(volume, FOLDERS)]


def home_volumes(volumes: Iterable[str]) -> list[str]:
    """The image's own volumes inside the agent's home; they would be root's."""
    return [_place(volume) for volume in volumes if _is_inside(volume, (AGENT_HOME,))]


def targets() -> tuple[str, ...]:
    """Every place in a sandbox where a mount of ours lies."""
    return tuple(mount.target for mount in _mounts(""))


def _place(volume: str) -> str:
    return posixpath.normpath(f"/{volume.lstrip('/')}")


def _is_inside(volume: str, folders: tuple[str, ...]) -> bool:
    return any(_place(volume).startswith(f"{folder}/") for folder in folders)


def _mounts(folder: str) -> tuple[Mount, ...]:
    return tuple(_each_mount(folder))


def _each_mount(folder: str) -> Iterator[Mount]:
    for target in FOLDERS:
        yield Mount("bind", f"{folder}/empty", target, read_only=True)
    for mount in (*sandbox_environment.mounts(""), *accounts.mounts("")):
        if mount.target not in FOLDERS:
            yield Mount("bind", f"{folder}/file", mount.target, read_only=True)
    yield Mount("volume", "", AGENT_HOME)
