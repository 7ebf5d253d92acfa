"""How a sandbox has a warm base: volumes that share it, and boxes that copy it."""

from dataclasses import replace

from swarm.plan.naming import COPY_SUFFIX, KIND_LABEL
from swarm.plan.specs import Limits, Mount, SandboxSpec

COPY_KIND = "copy"
"""The kind label of a box that copies."""
FROM, TO = "/from", "/to"
_LIMITS = Limits(memory=512 << 20, cpus=2.0, pids=64, nofile=4096, tmp=16 << 20)
_COPY_PATHS = f"""\
cd {FROM} || exit
for path do
  folder=./$path; folder=${{folder%/*}}
  mkdir -p "{TO}/$folder" && cp -a --reflink=auto "./$path" "{TO}/$folder/" || exit
done
"""
_COPY_ALL = f"""\
cd {FROM} && find . -mindepth 1 -maxdepth 1 -exec cp -a --reflink=auto -t {TO} {{}} +
"""
_TRY = f"test -e {TO}/below && echo above > {TO}/below && rm {TO}/gone"
_UNSAFE = frozenset(":,\\\"'\n")
"""Letters that the kernel or the engine reads in a mount's options."""


def is_mountable(path: str) -> bool:
    """True for a path that can stand in a mount's options."""
    return path.startswith("/") and not _UNSAFE & {*path}


def overlay(lower: str, upper: str, work: str) -> dict[str, str]:
    """The options of a volume that shows `lower`, and keeps changes in `upper`."""
    layers = f"lowerdir={lower},upperdir={upper},workdir={work}"
    return {"type": "overlay", "device": "overlay", "o": layers}


def folder(place: str) -> dict[str, str]:
    """The options of a volume that is a folder of this machine."""
    return {"type": "none", "device": place, "o": "bind"}


def copy_paths(
    sandbox: SandboxSpec, image: str, mounts: tuple[Mount, Mount], paths: list[str]
) -> SandboxSpec:
    """A box that copies these paths from the first mount to the second."""
    argv = ("sh", "-c", _COPY_PATHS, "sh", *paths)
    return _box(sandbox, image, mounts, argv)


def copy_all(
    sandbox: SandboxSpec, image: str, mounts: tuple[Mount, Mount]
) -> SandboxSpec:
    """A box that copies all of the first mount into the second."""
    return _box(sandbox, image, mounts, ("sh", "-c", _COPY_ALL))


def trial(sandbox: SandboxSpec, image: str, volume: str) -> SandboxSpec:
    """A box that writes over a file of a layered volume, and removes another."""
    mounts = (Mount("volume", volume, TO),)
    return _box(sandbox, image, mounts, ("sh", "-c", _TRY))


def _box(
    sandbox: SandboxSpec, image: str, mounts: tuple[Mount, ...], argv: tuple[str, ...]
) -> SandboxSpec:
    """As the sandbox, with an image of ours and without any network."""
    labels = {**sandbox.labels, KIND_LABEL: COPY_KIND}
    return replace(
        sandbox,
        name=f"{sandbox.name}{COPY_SUFFIX}",
        image=image,
        argv=argv,
        labels=labels,
        mounts=mounts,
        environment={"LANG": "C.UTF-8"},
        workdir="/",
        network="none",
        limits=_LIMITS,
        terminal=False,
        listens=False,
    )
