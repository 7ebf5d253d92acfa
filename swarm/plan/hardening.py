"""The floor that no config lowers, checked on specs and on running containers."""

from collections.abc import Iterator
from typing import Any

from swarm.errors import PlanError
from swarm.plan.specs import SandboxSpec

SWAP_FAULT = "no swap limit"
"""Of a container whose memory is limited, on an engine that cannot limit swap."""
REQUIRED_TMPFS = ("/tmp", "/run")  # noqa: S108 - paths inside the sandbox


def refuse(spec: SandboxSpec) -> None:
    """Raise PlanError with every fault that puts the spec below the floor."""
    faults = list(_spec_faults(spec))
    if faults:
        raise PlanError(
            f"the sandbox {spec.name} would be weaker than the floor: "
            + "; ".join(faults),
            hint="no setting lowers the floor; this is a defect, please report it",
        )


def _spec_faults(spec: SandboxSpec) -> Iterator[str]:
    if _is_root(spec.user):
        yield f"user {spec.user!r} is root"
    if spec.cap_drop != ("ALL",) or spec.cap_add:
        yield "capabilities are not all dropped"
    if "no-new-privileges:true" not in spec.security:
        yield "no-new-privileges is not set"
    if not spec.read_only:
        yield "the root file system is writable"
    if spec.network != "none" and not spec.network.startswith("container:"):
        yield f"network {spec.network!r} has a way out"
    if not spec.seccomp:
        yield "no seccomp profile"
    yield from (
        f"{path} is not a tmpfs" for path in REQUIRED_TMPFS if path not in spec.tmpfs
    )
    yield from _mount_faults(spec)
    yield from _limit_faults(spec)


def _mount_faults(spec: SandboxSpec) -> Iterator[str]:
    for mount in spec.mounts:
        if mount.source.endswith(".sock") or mount.source in ("/", "/proc", "/sys"):
            yield f"{mount.source} may not be mounted"


def _limit_faults(spec: SandboxSpec) -> Iterator[str]:
    limits = spec.limits
    for name in ("memory", "cpus", "pids", "nofile", "shm", "tmp"):
        if getattr(limits, name) <= 0:
            yield f"no limit on {name}"


def inspected_faults(raw: dict[str, Any], memory: int = 0) -> list[str]:
    """The faults of a container, by its `docker inspect`, that put it below the floor.

    A shape that is not understood is a fault: the floor is proven, not assumed.
    `memory` is the limit in bytes that it must have, if not any.
    """
    try:
        faults = list(_inspect_faults(raw))
        if memory and raw["HostConfig"]["Memory"] not in (0, memory):
            faults.append("another memory limit")
        return faults
    except (KeyError, TypeError, AttributeError) as surprise:
        return [f"the engine's answer is not understood: {surprise!r}"]


def _inspect_faults(raw: dict[str, Any]) -> Iterator[str]:
    config, host = raw["Config"], raw["HostConfig"]
    if _is_root(config["User"]):
        yield f"user {config['User']!r} is root"
    for fault, is_absent in _absent_faults(host).items():
        if not is_absent:
            yield fault
    for mount in raw["Mounts"]:
        if str(mount.get("Source", "")).endswith(".sock"):
            yield f"a socket is mounted: {mount['Source']}"


def _absent_faults(host: dict[str, Any]) -> dict[str, bool]:
    """Per fault, true if the container does not have it."""
    security = host["SecurityOpt"] or []
    mode = host["NetworkMode"]
    return {
        "privileged": not host["Privileged"],
        "capabilities are not all dropped": host["CapDrop"] == ["ALL"]
        and not host["CapAdd"],
        "no-new-privileges is not set": "no-new-privileges:true" in security,
        "no seccomp profile of ours": any(
            str(option).startswith("seccomp={") for option in security
        ),
        "the root file system is writable": host["ReadonlyRootfs"] is True,
        "the network has a way out": mode == "none" or mode.startswith("container:"),
        "no pids limit": (host["PidsLimit"] or 0) > 0,
        "no memory limit": host["Memory"] > 0,
        SWAP_FAULT: host["MemorySwap"] == host["Memory"],
        "no cpu limit": host["NanoCpus"] > 0,
        "no nofile limit": any(u["Name"] == "nofile" for u in host["Ulimits"] or []),
        "no shm limit": host["ShmSize"] > 0,
        "no tmpfs on /tmp or /run": set(REQUIRED_TMPFS) <= set(host["Tmpfs"] or {}),
        "a device is passed through": not host["Devices"],
        "a host namespace is shared": not any(
            str(host[key]).startswith("host")
            for key in ("PidMode", "IpcMode", "UTSMode")
        ),
    }


def _is_root(user: str) -> bool:
    uid = user.split(":", 1)[0]
    return not uid.isdigit() or int(uid) == 0
