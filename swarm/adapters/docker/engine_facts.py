"""Reads how a container engine describes itself into values that others can use."""

import re
from collections.abc import Mapping
from typing import Any

from swarm.adapters.docker.dialect import BOUNDED_LOGS, is_podman
from swarm.ports import ContainerEngineFacts, Enforcement

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
"""The kernel's names of processors, and the images' names for them."""
_REMAPPED_ROOT = re.compile(r"/(\d+)\.(\d+)/?$")


def engine_facts(
    info: Mapping[str, Any], version: Mapping[str, Any], endpoint: str
) -> ContainerEngineFacts:
    """The facts of the engine at an endpoint; what it leaves out is taken as good.

    An engine that says nothing of a limit is held to it by the floor, which reads each
    container back.
    """
    security = [str(option) for option in info.get("SecurityOptions") or ()]
    names = {_option_name(option) for option in security}
    drivers = (info.get("Plugins") or {}).get("Log") or BOUNDED_LOGS
    root = str(info.get("DockerRootDir") or "")
    remapped = "userns" in names
    architecture = str(info.get("Architecture") or "")
    return ContainerEngineFacts(
        version=str(info.get("ServerVersion") or version.get("Version") or "unknown"),
        rootless="rootless" in names or info.get("Rootless") is True,
        cgroup=str(info.get("CgroupVersion") or "1"),
        storage=str(info.get("Driver") or "unknown"),
        runtimes=tuple(sorted(info.get("Runtimes") or {})),
        default_runtime=str(info.get("DefaultRuntime") or ""),
        seccomp="seccomp" in names,
        endpoint=endpoint,
        root=root,
        kernel=str(info.get("KernelVersion") or ""),
        product="Podman" if is_podman(version) else "Docker",
        api=_numbers(str(version.get("ApiVersion") or "")),
        system=str(info.get("OSType") or "linux"),
        architecture=ARCHITECTURES.get(architecture, architecture),
        host_name=str(info.get("Name") or ""),
        remapped=remapped,
        first_ids=_first_ids(root) if remapped else None,
        selinux="selinux" in names,
        bounded_logs=any(name in drivers for name in BOUNDED_LOGS),
        enforces=Enforcement(
            memory=info.get("MemoryLimit") is not False,
            swap=info.get("SwapLimit") is not False,
            pids=info.get("PidsLimit") is not False,
            cpus=info.get("CpuCfsQuota", info.get("CPUCfsQuota")) is not False,
        ),
    )


def _option_name(option: str) -> str:
    """`name=seccomp,profile=default` is `seccomp`; engines before 1.13 say no more."""
    first = option.partition(",")[0]
    return first.removeprefix("name=").strip().lower()


def _first_ids(root: str) -> tuple[int, int] | None:
    """The ids on the engine's machine that 0:0 of a container is.

    An engine that remaps keeps everything in a folder that is named by them.
    """
    match = _REMAPPED_ROOT.search(root)
    return (int(match[1]), int(match[2])) if match else None


def _numbers(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    if major.isdigit() and minor.isdigit():
        return int(major), int(minor)
    return 0, 0
